//! `POST /v1/chat/{session}/stop`: stops the run that is named, and no other.

use axum::{
    Json,
    extract::{Request, State},
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use domain::{
    controls::{self, RequestedControl},
    ids::RunId,
};
use serde::Deserialize;
use serde_json::json;

use crate::protocols::{
    auth::{Auth, SessionPath},
    error::ProtocolError,
    json_body,
};

/// What a page sends: the run that it has been reading. What the assistant said is in the log anyway.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct StopInput {
    active_stream_id: Option<String>,
}

pub(super) async fn create(
    State(auth): State<Auth>,
    SessionPath(session): SessionPath,
    request: Request,
) -> Result<Response, ProtocolError> {
    let headers = request.headers().clone();
    let input: StopInput = json_body::read(auth.app(), request).await?;
    let visit = auth.admit(&headers, session).await?;
    let run = input.active_stream_id.map(|id| id.parse::<RunId>()).transpose();
    let run =
        run.map_err(|_| ProtocolError::unprocessable("activeStreamId is none that was ever given out."))?;
    let asked = controls::commands::stop_run(&auth.app().db, &visit.scope, visit.request, run).await?;
    let body = Json(json!({
        "control": asked.control,
        "outcome": asked.settled.map_or("asked", |outcome| outcome.as_str()),
        "message": words(&asked),
    }));
    Ok(([(header::CACHE_CONTROL, HeaderValue::from_static("no-store"))], body).into_response())
}

/// What came of it so far, for people.
fn words(asked: &RequestedControl) -> &'static str {
    use controls::Outcome::{AlreadyEnded, Done, NoAnswer, Refused};
    match asked.settled {
        None => "Asked to stop. What comes of it stands in the conversation.",
        Some(Done | NoAnswer) => "Stopped.",
        Some(AlreadyEnded) => "Work had already ended.",
        Some(Refused) => "The work was not stopped. The conversation says why.",
    }
}
