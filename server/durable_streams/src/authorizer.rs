//! Who may do what: settled before the first byte, and asked again while a stream is open.

use std::{fmt, future::Future};

use axum::http::{HeaderMap, Version};
use futures::future::BoxFuture;
use sessions::{Data, Producer, Tenant};

use crate::Target;

/// What a request wants to do with a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Read it, follow it, look at its head.
    Read,
    /// Append to it, close it.
    Append,
    /// Create it, delete it.
    Write,
}

/// A request, before it is let in.
#[derive(Clone, Copy, Debug)]
pub struct AccessRequest<'a> {
    /// How it speaks HTTP.
    pub version: Version,
    /// Its headers: cookies, tokens.
    pub headers: &'a HeaderMap,
    /// What follows [`ROOT`](crate::ROOT), without escapes.
    pub path: &'a str,
    /// What it wants.
    pub access: Access,
}

/// Leave to do it.
#[derive(Clone, Debug)]
pub struct Grant<P> {
    /// Which stream is meant.
    pub target: Target,
    /// On whose limits it counts: those of whoever asks.
    pub tenant: Tenant,
    /// Who was let in, to be asked for again.
    pub principal: P,
}

/// Why a request is not let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccessError {
    /// 404: there is nothing for them to see.
    NotFound,
    /// 405: they may see it and no more.
    ReadOnly,
    /// 403, with a sentence that says why.
    Forbidden(&'static str),
    /// 503: it could not be settled now.
    Unavailable,
    /// 401: it comes with a token that does not count.
    InvalidToken,
}

/// What somebody appends.
#[derive(Debug)]
pub struct AppendRequest<'a> {
    /// The producer that it says it is.
    pub producer: Option<&'a Producer>,
    /// Whether it closes the stream, or carries a `Stream-Seq`, beside its events.
    pub closes_or_orders: bool,
    /// What its body holds.
    pub events: Vec<Data>,
}

/// What is stored of an append.
pub struct AppendPlan {
    /// In their order.
    pub events: Vec<Data>,
    /// What is to be done once they are stored, by this append or by the same before: whether it was done. Dropped where
    /// they are not stored.
    pub after_commit: Option<BoxFuture<'static, bool>>,
}

impl fmt::Debug for AppendPlan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut plan = f.debug_struct("AppendPlan");
        plan.field("events", &self.events).field("after_commit", &self.after_commit.is_some()).finish()
    }
}

/// Why nothing of an append is stored.
#[derive(Debug)]
pub enum AppendError {
    /// 400, with a sentence that says what is wrong with it.
    Invalid(String),
    /// 503: it could not be settled, or what follows the commit was not done.
    Unavailable,
}

/// Settles who may do what.
pub trait Authorizer: Send + Sync + 'static {
    /// Whether an append is carried to its end when whoever sent it goes away. Set it to `false` where the methods below
    /// may be dropped wherever they wait, because none holds a transaction: an append is cheaper then.
    const RUN_TO_COMPLETION: bool = true;

    /// What it remembers of whoever was let in.
    type Principal: Clone + Send + Sync + 'static;

    /// Lets a request in, and says which stream it means.
    ///
    /// # Errors
    /// Why it is not let in.
    fn authorize(
        &self,
        request: AccessRequest<'_>,
    ) -> impl Future<Output = Result<Grant<Self::Principal>, AccessError>> + Send;

    /// Says what is stored of an append. By default its events, as they are.
    ///
    /// # Errors
    /// What is wrong with it.
    fn plan_append(
        &self,
        _: &Self::Principal,
        request: AppendRequest<'_>,
    ) -> impl Future<Output = Result<AppendPlan, AppendError>> + Send {
        std::future::ready(Ok(AppendPlan { events: request.events, after_commit: None }))
    }

    /// Whether whoever was let in still may; asked every few seconds while they follow.
    fn is_still_authorized(&self, grant: &Grant<Self::Principal>) -> impl Future<Output = bool> + Send;
}

/// Lets anyone do anything with the streams of one tenant: for tests, and where nobody else reaches the routes. A browser
/// may have pages of other sites open and reaches what listens on its own machine.
#[derive(Clone, Copy, Debug)]
pub struct Anyone(pub Tenant);

impl Authorizer for Anyone {
    const RUN_TO_COMPLETION: bool = false;

    type Principal = ();

    async fn authorize(&self, request: AccessRequest<'_>) -> Result<Grant<()>, AccessError> {
        let target = Target::Named { tenant: self.0, name: request.path.to_owned() };
        Ok(Grant { target, tenant: self.0, principal: () })
    }

    async fn is_still_authorized(&self, _: &Grant<()>) -> bool {
        true
    }
}
