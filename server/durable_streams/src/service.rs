//! What the operations share.

use std::{sync::Arc, time::Duration};

use axum::{
    http::{HeaderValue, request::Parts},
    response::Response,
};
use sessions::{Clock, Engine};
use tokio_util::sync::CancellationToken;

use crate::{
    Access, AccessRequest, Authorizer, Grant, Limits, PageCache, Subscriptions, Unlimited, response,
};

/// Bytes of pages that are kept where nothing else is said. 16 MiB.
const PAGE_CACHE: u64 = 16 << 20;

/// The streams of an engine, to be served by [`routes`](crate::routes).
#[derive(Debug)]
pub struct DurableStreams<A> {
    /// The streams.
    pub engine: Engine,
    /// Who may do what.
    pub authorizer: A,
    /// The time, for cursors.
    pub clock: Clock,
    /// Cancelled when open streams should end: a server that waits for a stream that nobody ends never stops.
    pub stop: CancellationToken,
    /// Durations and sizes.
    pub config: Config,
    /// Pages that were read lately.
    pub page_cache: PageCache,
    /// What each tenant may take.
    pub limits: Arc<dyn Limits>,
    /// What subscriptions need; none where they are not served.
    pub subscriptions: Option<Arc<Subscriptions>>,
    /// Which origins' pages may read the answers (CORS); none: only pages of the same origin.
    pub allowed_origin: Option<fn(&HeaderValue) -> bool>,
}

/// Durations and sizes of the protocol's answers.
#[derive(Clone, Copy, Debug)]
pub struct Config {
    /// How long a long-poll waits for something new. 20 seconds: below what proxies cut off.
    pub long_poll: Duration,
    /// How long an SSE stream stays open before its reader has to come again, so that caches can share it. 60 seconds.
    pub sse_lifetime: Duration,
    /// Between comments on a silent SSE stream, which show that the line is alive. 15 seconds.
    pub heartbeat: Duration,
    /// Between questions whether a follower still may. 3 seconds.
    pub recheck: Duration,
    /// Bytes of a request's body. 8 MiB; the engine's own limits are below.
    pub body_bytes: usize,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            long_poll: Duration::from_secs(20),
            sse_lifetime: Duration::from_secs(60),
            heartbeat: Duration::from_secs(15),
            recheck: Duration::from_secs(3),
            body_bytes: 8 << 20,
        }
    }
}

impl<A: Authorizer> DurableStreams<A> {
    /// The engine's streams with the system's clock, no limits, no subscriptions, and for pages of the same origin alone.
    pub fn new(engine: Engine, authorizer: A) -> Self {
        Self {
            engine,
            authorizer,
            clock: Clock::default(),
            stop: CancellationToken::new(),
            config: Config::default(),
            page_cache: PageCache::new(PAGE_CACHE),
            limits: Arc::new(Unlimited),
            subscriptions: None,
            allowed_origin: None,
        }
    }

    /// Lets a request in, or answers why not.
    pub(super) async fn authorize(
        &self,
        parts: &Parts,
        path: &str,
        access: Access,
    ) -> Result<Grant<A::Principal>, Response> {
        let request = AccessRequest { version: parts.version, headers: &parts.headers, path, access };
        self.authorizer.authorize(request).await.map_err(response::denied)
    }

    /// Whether whoever was let in still may; asked to the end, whoever still listens.
    pub(super) async fn is_still_authorized(self: &Arc<Self>, grant: &Arc<Grant<A::Principal>>) -> bool {
        let (streams, grant) = (Arc::clone(self), Arc::clone(grant));
        tokio::spawn(async move { streams.authorizer.is_still_authorized(&grant).await })
            .await
            .unwrap_or(false)
    }
}
