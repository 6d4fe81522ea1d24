//! Durable Streams: streams over plain HTTP, to be created, appended to, read, followed, forked and deleted.
//!
//! `docs/SESSIONS.md` has the protocol as it is served. Each operation is a file; who may do what is settled by an
//! [`Authorizer`] before the engine is asked.

mod address;
mod answer;
mod append;
mod authorizer;
mod body;
mod catch_up;
mod connections;
mod create;
mod cursor;
mod delete;
mod duties;
mod encode;
mod head;
mod headers;
mod long_poll;
mod page_cache;
mod people;
mod programs;
mod read;
mod serve;
mod sse;
pub mod subscriptions;
mod target;

use std::{sync::Arc, time::Duration};

use axum::{
    Router,
    body::Body,
    extract::{Request, State},
    http::{Method, StatusCode, header, request::Parts},
    response::Response,
    routing::any,
};
use domain::Clock;
use sessions::Engine;
use tokio_util::sync::CancellationToken;

pub use authorizer::{Anyone, Ask, Authorizer, Grant, Refused, Unwritten, Wish, Writing, Written};
pub(super) use headers::NEXT_OFFSET;
pub use page_cache::PageCache;
pub(crate) use people::tenant;
pub use people::{People, Reader};
pub use serve::{Options, serve};
use subscriptions::Subscriptions;
pub use target::Place;

use crate::limits::Limits;

/// Where the streams are found: their names follow.
pub const ROOT: &str = "/v1/stream/";

/// What the routes answer.
pub const PATTERN: &str = "/v1/stream/{*name}";

/// What the operations share.
#[derive(Debug)]
pub struct Dialect<A> {
    /// The streams.
    pub engine: Engine,
    /// Who may do what.
    pub authorizer: A,
    /// The time.
    pub clock: Clock,
    /// Cancelled when open streams should end.
    pub stop: CancellationToken,
    /// Limits and paces.
    pub pace: Pace,
    /// Pages that were read lately.
    pub page_cache: PageCache,
    /// What each tenant may take.
    pub limits: Arc<Limits>,
    /// What subscriptions need; none where they are not served.
    pub subscriptions: Option<Arc<Subscriptions>>,
    /// Whether pages of this machine may speak to it, whatever their port.
    pub open_to_local_pages: bool,
}

/// Limits and paces of the dialect.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// How long a long-poll waits for something new. 20 seconds: below what proxies cut off.
    pub long_poll: Duration,
    /// How long an SSE stream stays open before its reader has to come again, so that caches can share it. 60 seconds.
    pub sse: Duration,
    /// Between signs of life on a silent SSE stream. 15 seconds.
    pub beat: Duration,
    /// Between looks at whether a follower still may. 3 seconds.
    pub look: Duration,
    /// Bytes of a request's body. 8 MiB; the engine's own limits are below.
    pub body: usize,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            long_poll: Duration::from_secs(20),
            sse: Duration::from_secs(60),
            beat: Duration::from_secs(15),
            look: Duration::from_secs(3),
            body: 8 << 20,
        }
    }
}

/// The routes. One handler for all: an append should not pass through more than it needs.
pub fn routes<A: Authorizer>(dialect: Dialect<A>) -> Router {
    let dialect = Arc::new(dialect);
    Router::new().route(PATTERN, any(handle::<A>)).with_state(dialect)
}

type Shared<A> = Arc<Dialect<A>>;

async fn handle<A: Authorizer>(State(dialect): State<Shared<A>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let origin = parts.headers.get(header::ORIGIN).filter(|_| dialect.open_to_local_pages).cloned();
    let done = match appended_to(&dialect, &parts) {
        Some(path) => append(&dialect, &parts, &path, body).await,
        None => Box::pin(carry_out(&dialect, parts, body)).await,
    };
    let mut response = done.unwrap_or_else(|refusal| refusal);
    if let Some(reason) = response.extensions().get() {
        dialect.limits.count(*reason);
    }
    answer::dress(response.headers_mut(), dialect.open_to_local_pages, origin.as_ref());
    response
}

/// The name of the stream, if the request only appends and nothing of it holds a transaction: then it may be dropped
/// anywhere and is not worth a task. What the writer has taken, it commits whoever goes away.
fn appended_to<A: Authorizer>(_: &Dialect<A>, parts: &Parts) -> Option<String> {
    if A::ASKS || parts.method != Method::POST {
        return None;
    }
    address::path(parts.uri.path()).filter(|path| !address::is_reserved(path))
}

async fn append<A: Authorizer>(
    dialect: &Dialect<A>,
    parts: &Parts,
    path: &str,
    body: Body,
) -> Result<Response, Response> {
    let grant = dialect.admit(parts, path, Wish::Append).await?;
    append::append(dialect, &grant, &parts.headers, body).await
}

async fn carry_out<A: Authorizer>(
    dialect: &Shared<A>,
    parts: Parts,
    body: Body,
) -> Result<Response, Response> {
    match finished(Arc::clone(dialect), parts, body).await? {
        Begun::Answer(response) => Ok(response),
        // Waiting is given up with whoever waits.
        Begun::Waiting(waiting) => Ok(waiting.answer().await),
    }
}

/// What has come of a request so far.
enum Begun<A: Authorizer> {
    Answer(Response),
    Waiting(long_poll::Waiting<A>),
}

/// Carries a request out in a task of its own: whoever goes away would otherwise drop it wherever it just waits, with a
/// connection whose transaction the pool does not know of.
async fn finished<A: Authorizer>(dialect: Shared<A>, parts: Parts, body: Body) -> Result<Begun<A>, Response> {
    let work = tokio::spawn(async move { perform(&dialect, &parts, body).await });
    match work.await {
        Ok(begun) => begun,
        Err(error) => {
            tracing::error!(error.message = %error, "a stream's request did not end");
            Err(answer::plain(StatusCode::INTERNAL_SERVER_ERROR, "Something went wrong."))
        }
    }
}

/// Does what is asked; a refusal is a response too.
async fn perform<A: Authorizer>(
    dialect: &Shared<A>,
    parts: &Parts,
    body: Body,
) -> Result<Begun<A>, Response> {
    if parts.method == Method::OPTIONS {
        return Ok(Begun::Answer(answer::preflight(dialect.open_to_local_pages)));
    }
    let path = address::path(parts.uri.path()).ok_or_else(answer::not_found)?;
    if address::is_reserved(&path) {
        return subscriptions::perform(dialect, parts, &path, body).await.map(Begun::Answer);
    }
    let wish = wish(&parts.method).ok_or_else(answer::no_operation)?;
    if wish == Wish::Append {
        return append(dialect, parts, &path, body).await.map(Begun::Answer);
    }
    let grant = dialect.admit(parts, &path, wish).await?;
    let answer = match parts.method {
        Method::GET => return read::read(dialect, grant, parts).await,
        Method::PUT => create::create(dialect, &grant, parts, body).await,
        Method::DELETE => delete::delete(dialect, &grant).await,
        _ => head::head(dialect, &grant).await,
    };
    answer.map(Begun::Answer)
}

fn wish(method: &Method) -> Option<Wish> {
    match *method {
        Method::GET | Method::HEAD => Some(Wish::Read),
        Method::POST => Some(Wish::Append),
        Method::PUT | Method::DELETE => Some(Wish::Write),
        _ => None,
    }
}

impl<A: Authorizer> Dialect<A> {
    /// Whether whoever was let in still may; asked to the end, whoever still listens.
    async fn still(self: &Arc<Self>, grant: &Arc<Grant<A::Pass>>) -> bool {
        let (dialect, grant) = (Arc::clone(self), Arc::clone(grant));
        tokio::spawn(async move { dialect.authorizer.still(&grant).await }).await.unwrap_or(false)
    }

    async fn admit(&self, parts: &Parts, path: &str, wish: Wish) -> Result<Grant<A::Pass>, Response> {
        let ask = Ask { version: parts.version, headers: &parts.headers, path, wish };
        self.authorizer.admit(ask).await.map_err(|refused| match refused {
            Refused::Hidden => answer::not_found(),
            Refused::ReadOnly => answer::plain(StatusCode::METHOD_NOT_ALLOWED, "This may only be read."),
            Refused::Foreign => answer::plain(StatusCode::FORBIDDEN, "Only this machine is served."),
            Refused::Away => answer::away(),
            Refused::Token => answer::no_token(),
        })
    }
}
