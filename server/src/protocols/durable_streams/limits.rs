//! The tenants' limits, as the protocol asks for them.

use std::sync::Arc;

use axum::response::{IntoResponse, Response};
use sessions::Tenant;
use sessions_http::{LiveMode, Overload, Seat};

use crate::limits::{Limits, Reason, SeatKind};

impl sessions_http::Limits for Limits {
    fn check_append(&self, tenant: Tenant, events: &dyn Fn() -> usize) -> Result<(), Response> {
        self.may_append(tenant, events).map_err(IntoResponse::into_response)
    }

    fn check_storage(&self, tenant: Tenant) -> Result<(), Response> {
        self.may_store(tenant).map_err(IntoResponse::into_response)
    }

    fn take_seat(self: Arc<Self>, tenant: Tenant, mode: LiveMode) -> Result<Seat, Response> {
        let kind = match mode {
            LiveMode::LongPoll => SeatKind::LongPoll,
            LiveMode::Sse => SeatKind::Sse,
        };
        match self.seat(tenant, kind) {
            Ok(seat) => Ok(Box::new(seat)),
            Err(refusal) => Err(refusal.into_response()),
        }
    }

    fn count_overload(&self, overload: Overload) {
        self.count(match overload {
            Overload::TooLarge => Reason::Size,
            Overload::Busy => Reason::Busy,
        });
    }
}
