//! The routes, and which operation a request asks for.

use std::sync::Arc;

use axum::{
    Router,
    body::Body,
    extract::{Request, State},
    http::{Method, StatusCode, header, request::Parts},
    response::Response,
    routing::any,
};

use crate::{
    Access, Authorizer, DurableStreams, Overload, append, create, delete, head, paths,
    read::{self, ReadOutcome},
    response, subscriptions,
};

/// What the routes answer.
pub const PATTERN: &str = "/v1/stream/{*name}";

/// The routes. One handler for all: an append should not pass through more than it needs.
pub fn routes<A: Authorizer>(streams: DurableStreams<A>) -> Router {
    let streams = Arc::new(streams);
    Router::new().route(PATTERN, any(extract::<A>)).with_state(streams)
}

async fn extract<A: Authorizer>(State(streams): State<Arc<DurableStreams<A>>>, request: Request) -> Response {
    handle(streams, request).await
}

/// Answers one request, for servers that have no router. What lies outside of [`ROOT`](crate::ROOT) is 404.
pub async fn handle<A: Authorizer>(streams: Arc<DurableStreams<A>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let origin = parts.headers.get(header::ORIGIN).filter(|_| streams.allowed_origin.is_some()).cloned();
    let done = match plain_append(&streams, &parts) {
        Some(path) => append(&streams, &parts, &path, body).await,
        None => Box::pin(dispatch(&streams, parts, body)).await,
    };
    let mut response = done.unwrap_or_else(|refusal| refusal);
    if let Some(overload) = response.extensions().get::<Overload>() {
        streams.limits.count_overload(*overload);
    }
    response::add_common_headers(response.headers_mut(), streams.allowed_origin, origin.as_ref());
    response
}

/// The name of the stream, if the request only appends and nothing of it holds a transaction: then it may be dropped
/// anywhere and is not worth a task. What the writer has taken, it commits whoever goes away.
fn plain_append<A: Authorizer>(_: &DurableStreams<A>, parts: &Parts) -> Option<String> {
    if A::RUN_TO_COMPLETION || parts.method != Method::POST {
        return None;
    }
    paths::decode(parts.uri.path()).filter(|path| !paths::is_reserved(path))
}

async fn append<A: Authorizer>(
    streams: &DurableStreams<A>,
    parts: &Parts,
    path: &str,
    body: Body,
) -> Result<Response, Response> {
    let grant = streams.authorize(parts, path, Access::Append).await?;
    append::append(streams, &grant, &parts.headers, body).await
}

async fn dispatch<A: Authorizer>(
    streams: &Arc<DurableStreams<A>>,
    parts: Parts,
    body: Body,
) -> Result<Response, Response> {
    match run_to_completion(Arc::clone(streams), parts, body).await? {
        ReadOutcome::Response(response) => Ok(response),
        // Waiting is given up with whoever waits.
        ReadOutcome::LongPoll(waiting) => Ok(waiting.wait().await),
    }
}

/// Carries a request out in a task of its own: whoever goes away would otherwise drop it wherever it just waits, with a
/// connection whose transaction the pool does not know of.
async fn run_to_completion<A: Authorizer>(
    streams: Arc<DurableStreams<A>>,
    parts: Parts,
    body: Body,
) -> Result<ReadOutcome<A>, Response> {
    let work = tokio::spawn(async move { perform(&streams, &parts, body).await });
    match work.await {
        Ok(outcome) => outcome,
        Err(error) => {
            tracing::error!(error.message = %error, "a stream's request did not end");
            Err(response::plain(StatusCode::INTERNAL_SERVER_ERROR, "Something went wrong."))
        }
    }
}

/// Does what is asked; a refusal is a response too.
async fn perform<A: Authorizer>(
    streams: &Arc<DurableStreams<A>>,
    parts: &Parts,
    body: Body,
) -> Result<ReadOutcome<A>, Response> {
    if parts.method == Method::OPTIONS {
        return Ok(ReadOutcome::Response(response::preflight(streams.allowed_origin.is_some())));
    }
    let path = paths::decode(parts.uri.path()).ok_or_else(response::not_found)?;
    if paths::is_reserved(&path) {
        return subscriptions::perform(streams, parts, &path, body).await.map(ReadOutcome::Response);
    }
    let access = access(&parts.method).ok_or_else(response::method_not_allowed)?;
    if access == Access::Append {
        return append(streams, parts, &path, body).await.map(ReadOutcome::Response);
    }
    let grant = streams.authorize(parts, &path, access).await?;
    let answer = match parts.method {
        Method::GET => return read::read(streams, grant, parts).await,
        Method::PUT => create::create(streams, &grant, parts, body).await,
        Method::DELETE => delete::delete(streams, &grant).await,
        _ => head::head(streams, &grant).await,
    };
    answer.map(ReadOutcome::Response)
}

fn access(method: &Method) -> Option<Access> {
    match *method {
        Method::GET | Method::HEAD => Some(Access::Read),
        Method::POST => Some(Access::Append),
        Method::PUT | Method::DELETE => Some(Access::Write),
        _ => None,
    }
}
