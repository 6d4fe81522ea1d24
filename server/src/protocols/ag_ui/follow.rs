//! `GET /v1/ag-ui/{session}`: the session as it reads now, and then as it comes, over all of its runs. With the id of
//! the last event that was received it goes on behind that.

use axum::{extract::State, http::HeaderMap, response::Response};
use domain::session::{Conversation, Reading};
use sessions::{Error, Offset};
use sessions_http::sse;

use super::translator::{Translator, write};
use crate::protocols::{
    auth::{Auth, SessionPath, Visit},
    error::ProtocolError,
    live_answer::{self, read_session},
};

/// Events that are read at a time.
const PAGE: u32 = 2_000;

pub(super) async fn show(
    State(auth): State<Auth>,
    SessionPath(session): SessionPath,
    headers: HeaderMap,
) -> Result<Response, ProtocolError> {
    let visit = auth.admit(&headers, session).await?;
    if let Some(last_id) = last_event_id(&headers)
        && let Some(conversation) = read_to(&visit, last_id).await?
    {
        let translator = Translator::resumed(session.to_string(), conversation);
        // A comment: the answer has begun.
        return live_answer::answer(visit, translator, sse::HEARTBEAT.to_owned(), last_id);
    }
    from_now(visit, false).await
}

/// Everything so far, and what comes; `once`: until the run ends.
pub(super) async fn from_now(visit: Visit, once: bool) -> Result<Response, ProtocolError> {
    let Reading { conversation, next, .. } = read_session(&visit).await?;
    let (translator, events) = Translator::new(visit.stream.to_string(), conversation, next, once);
    let mut text = String::new();
    write(&mut text, &events, Offset::from_value(next));
    live_answer::answer(visit, translator, text, next)
}

fn last_event_id(headers: &HeaderMap) -> Option<u64> {
    let id = headers.get("last-event-id")?.to_str().ok()?;
    id.parse::<Offset>().ok().map(Offset::value)
}

/// The conversation as it was at an offset; none where the log does not reach so far, or no longer begins at its
/// beginning: then everything is sent anew.
async fn read_to(visit: &Visit, to: u64) -> Result<Option<Conversation>, ProtocolError> {
    let engine = visit.auth.app().db.engine();
    let mut reading = Reading::default();
    while reading.next < to {
        let page = match engine.read(visit.stream, Offset::from_value(reading.next), PAGE).await {
            Ok(page) if page.records.is_empty() => return Ok(None),
            Ok(page) => page,
            Err(Error::Gone { .. } | Error::Ahead { .. }) => return Ok(None),
            Err(error) => return Err(domain::Error::from(error).into()),
        };
        let left = usize::try_from(to - reading.next).unwrap_or(usize::MAX);
        reading.take(reading.next, page.records.iter().take(left).map(|record| record.json()));
    }
    Ok(Some(reading.conversation))
}
