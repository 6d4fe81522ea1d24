//! `GET /v1/ag-ui/{session}`: the session as it reads now, and then as it comes, over all of its runs. With the id of
//! the last event that was heard it goes on behind that.

use axum::{
    extract::{Path, State, rejection::PathRejection},
    http::HeaderMap,
    response::Response,
};
use domain::session::{Conversation, Reading};
use sessions::{Error, Offset};

use super::teller::{Teller, write};
use crate::protocols::{
    auth::{Auth, Visit},
    open::{self, read},
    refusal::Refusal,
};

/// Events that are read at a time.
const PAGE: u32 = 2_000;

/// A sign of life: the answer has begun.
const NOTHING_NEW: &str = ":\n\n";

pub(super) async fn show(
    State(auth): State<Auth>,
    session: Result<Path<String>, PathRejection>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let Path(session) = session.map_err(|_| Refusal::not_found())?;
    let visit = auth.admit(&headers, &session).await?;
    if let Some(heard) = heard(&headers)
        && let Some(conversation) = read_to(&visit, heard).await?
    {
        let teller = Teller::resumed(session, conversation);
        return open::answer(visit, teller, NOTHING_NEW.to_owned(), heard);
    }
    from_now(visit, false).await
}

/// Everything so far, and what comes; `once`: until the run ends.
pub(super) async fn from_now(visit: Visit, once: bool) -> Result<Response, Refusal> {
    let Reading { conversation, next, .. } = read(&visit).await?;
    let (teller, events) = Teller::new(visit.stream.to_string(), conversation, next, once);
    let mut text = String::new();
    write(&mut text, &events, Offset::from_value(next));
    open::answer(visit, teller, text, next)
}

fn heard(headers: &HeaderMap) -> Option<u64> {
    let id = headers.get("last-event-id")?.to_str().ok()?;
    id.parse::<Offset>().ok().map(Offset::value)
}

/// The conversation as it was at an offset; none where the log does not reach so far, or no longer begins at its
/// beginning: then everything is told anew.
async fn read_to(visit: &Visit, to: u64) -> Result<Option<Conversation>, Refusal> {
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
