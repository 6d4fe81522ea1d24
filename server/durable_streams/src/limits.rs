//! How much one tenant may take. Whoever is refused is told so in an answer that the limits write themselves.
#![allow(clippy::result_large_err, reason = "a refusal is the answer itself, handed on once")]

use std::{fmt, sync::Arc};

use axum::response::Response;
use sessions::Tenant;

/// How somebody follows a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LiveMode {
    /// By a request that waits for the next events.
    LongPoll,
    /// By server-sent events.
    Sse,
}

/// What was refused for the server's sake and not the tenant's; to be counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Overload {
    /// 413: the request, or an event of it, is too large.
    TooLarge,
    /// 503: too much waits to be committed.
    Busy,
}

/// The right to follow, given back when it is dropped.
pub type Seat = Box<dyn Send + Sync>;

/// What each tenant may take.
pub trait Limits: fmt::Debug + Send + Sync + 'static {
    /// Whether the tenant may append so many events now. They are counted only where it matters.
    ///
    /// # Errors
    /// The answer to a tenant that has appended too many lately: mostly 429 with `Retry-After`.
    fn check_append(&self, tenant: Tenant, events: &dyn Fn() -> usize) -> Result<(), Response>;

    /// Whether the tenant's streams may hold more bytes than they do.
    ///
    /// # Errors
    /// The answer to a tenant that holds too many: mostly 413.
    fn check_storage(&self, tenant: Tenant) -> Result<(), Response>;

    /// A seat for one more follower of the tenant.
    ///
    /// # Errors
    /// The answer to a tenant whose seats are all taken: mostly 429 with `Retry-After`.
    fn take_seat(self: Arc<Self>, tenant: Tenant, mode: LiveMode) -> Result<Seat, Response>;

    /// Counts what was refused whatever the tenant had taken.
    fn count_overload(&self, _: Overload) {}
}

/// No limits at all.
#[derive(Clone, Copy, Debug, Default)]
pub struct Unlimited;

impl Limits for Unlimited {
    fn check_append(&self, _: Tenant, _: &dyn Fn() -> usize) -> Result<(), Response> {
        Ok(())
    }

    fn check_storage(&self, _: Tenant) -> Result<(), Response> {
        Ok(())
    }

    fn take_seat(self: Arc<Self>, _: Tenant, _: LiveMode) -> Result<Seat, Response> {
        Ok(Box::new(()))
    }
}
