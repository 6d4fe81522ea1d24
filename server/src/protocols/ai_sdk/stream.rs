//! `GET /v1/chat/{session}/stream`: the run that is at work, from its beginning, and then as it comes. 204 without one.

use axum::{
    extract::State,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode},
    response::{IntoResponse, Response},
};

use super::{
    turn::{Turn, render},
    version::Version,
};
use crate::protocols::{
    auth::{Auth, SessionPath, Visit},
    error::ProtocolError,
    live_answer::{self, EventTranslator, read_session},
};

pub(super) async fn show(
    State(auth): State<Auth>,
    SessionPath(session): SessionPath,
    headers: HeaderMap,
) -> Result<Response, ProtocolError> {
    let visit = auth.admit(&headers, session).await?;
    let answer = run(visit, Version::of(&headers)).await?;
    Ok(answer.unwrap_or_else(|| StatusCode::NO_CONTENT.into_response()))
}

/// The run at work as a stream of chunks; none where there is none.
pub(super) async fn run(visit: Visit, version: Version) -> Result<Option<Response>, ProtocolError> {
    let reading = read_session(&visit).await?;
    let turn = Turn::new(reading.conversation, version).filter(|(turn, _)| !turn.has_ended());
    let Some((turn, chunks)) = turn else {
        return Ok(None);
    };
    live_answer::answer(visit, turn, render(&chunks), reading.next)
        .map(|answer| Some(with_stream_header(answer)))
}

/// With what tells the SDK how to read it.
pub(super) fn with_stream_header(mut response: Response) -> Response {
    let name = HeaderName::from_static("x-vercel-ai-ui-message-stream");
    response.headers_mut().insert(name, HeaderValue::from_static("v1"));
    response
}
