//! `GET /v1/sessions/{stream}`: a session as a person reads it, and the offset that it stands at. Whoever is told that
//! the log no longer reaches back so far (410) begins here and follows from there.

use app::web::Failure;
use axum::{
    Json, Router,
    extract::{Path, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use domain::{
    Error,
    session::{self, Conversation, Entry, Reading, RunNow, SubRunNow},
};
use serde::Serialize;
use sessions::{Offset, StreamId};
use sessions_http::{AccessError, NEXT_OFFSET};

use super::durable_streams::People;

/// What the route answers.
pub const PATTERN: &str = "/v1/sessions/{stream}";

/// The route, for people and programs.
pub fn routes(people: People) -> Router {
    let methods = get(show).options(async || StatusCode::NO_CONTENT).fallback(read_only);
    Router::new().route(PATTERN, methods).with_state(people)
}

async fn read_only() -> Response {
    (StatusCode::METHOD_NOT_ALLOWED, "This may only be read.").into_response()
}

/// A session at an offset.
#[derive(Serialize)]
struct SessionSnapshot {
    stream: StreamId,
    /// Follow from here.
    offset: Offset,
    entries: Vec<Entry>,
    run: Option<RunNow>,
    /// The sub-runs of that run.
    subs: Vec<SubRunNow>,
    column: Option<domain::requests::Column>,
}

async fn show(State(people): State<People>, Path(stream): Path<String>, headers: HeaderMap) -> Response {
    let mut response = match read(&people, &stream, &headers).await {
        Ok(snapshot) => {
            let offset = HeaderValue::try_from(snapshot.offset.to_string());
            let mut response = Json(snapshot).into_response();
            response.headers_mut().extend(offset.ok().map(|offset| (NEXT_OFFSET, offset)));
            response
        }
        Err(response) => response,
    };
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert("cross-origin-resource-policy", HeaderValue::from_static("same-origin"));
    response
}

async fn read(people: &People, stream: &str, headers: &HeaderMap) -> Result<SessionSnapshot, Response> {
    let stream: StreamId = stream.parse().map_err(|_| hidden())?;
    let (_, scope) = people.admit(headers, stream).await.map_err(denied)?;
    let db = &people.app().db;
    session::queries::find(db, &scope, stream.0).await.map_err(failed)?;
    let Reading { conversation, next, .. } =
        session::queries::read(db, &scope, stream.0).await.map_err(failed)?;
    let Conversation { entries, run, subs, column } = conversation;
    Ok(SessionSnapshot { stream, offset: Offset::from_value(next), entries, run, subs, column })
}

fn hidden() -> Response {
    (StatusCode::NOT_FOUND, "There is no such session.").into_response()
}

fn no_token() -> Response {
    (StatusCode::UNAUTHORIZED, [(header::WWW_AUTHENTICATE, "Bearer")], "The token does not count.")
        .into_response()
}

fn denied(error: AccessError) -> Response {
    match error {
        AccessError::Unavailable => away(),
        AccessError::InvalidToken => no_token(),
        AccessError::NotFound | AccessError::ReadOnly | AccessError::Forbidden(_) => hidden(),
    }
}

fn failed(error: Error) -> Response {
    match error {
        Error::NotFound => hidden(),
        error if error.is_away() => {
            tracing::warn!(error.message = %error, "a session could not be reached");
            away()
        }
        error => {
            let failure = Failure::bug(&error, "a session could not be read");
            let words = format!("Something went wrong. It has been noted as {}.", failure.reference());
            (failure.status(), words).into_response()
        }
    }
}

fn away() -> Response {
    (StatusCode::SERVICE_UNAVAILABLE, [(header::RETRY_AFTER, "1")], "Try again in a moment.").into_response()
}
