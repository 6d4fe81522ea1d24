//! `POST /v1/chat`: posts the newest message of the user into the session, or takes the work up again, and answers with
//! the run that reads it.

use axum::{
    body::Body,
    extract::{Request, State},
    response::Response,
};
use domain::{controls::MessageOutcome, ids::RunId, runs};
use serde::Deserialize;
use serde_json::{Value, json};
use sessions_http::sse;

use super::{
    chunk::Chunk,
    stream::{run, with_stream_header},
    turn::render,
    version::Version,
};
use crate::protocols::{
    auth::{Auth, Visit},
    error::ProtocolError,
    json_body,
    live_answer::read_session,
    messages,
};

/// What the transport sends; of the messages, all that there are.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct ChatInput {
    id: String,
    #[serde(default)]
    messages: Vec<SentMessage>,
    trigger: Trigger,
    message_id: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Trigger {
    SubmitMessage,
    RegenerateMessage,
}

#[derive(Debug, Deserialize)]
struct SentMessage {
    id: String,
    role: String,
    #[serde(default)]
    parts: Vec<MessagePart>,
}

#[derive(Debug, Deserialize)]
struct MessagePart {
    #[serde(rename = "type")]
    kind: String,
    text: Option<String>,
}

pub(super) async fn create(State(auth): State<Auth>, request: Request) -> Result<Response, ProtocolError> {
    let headers = request.headers().clone();
    let input: ChatInput = json_body::read(auth.app(), request).await?;
    let session = input.id.parse().map_err(|_| ProtocolError::not_found())?;
    let visit = auth.admit(&headers, session).await?;
    let receipt = match input.trigger {
        Trigger::SubmitMessage => submit(&visit, input.messages.last()).await?,
        Trigger::RegenerateMessage => regenerate(&visit, input.message_id.as_deref()).await?,
    };
    match run(visit, Version::of(&headers)).await? {
        Some(response) => Ok(response),
        None => Ok(answer_receipt(&receipt)),
    }
}

/// What was done, for whoever is answered by no run.
struct Receipt {
    id: String,
    /// As what it was taken.
    data: Value,
}

async fn submit(visit: &Visit, message: Option<&SentMessage>) -> Result<Receipt, ProtocolError> {
    let message = message.filter(|message| message.role == "user").ok_or_else(|| {
        ProtocolError::unprocessable("The last message has to be the user's: that is what is said.")
    })?;
    let words = words(message)?;
    let data = match messages::post(visit, &message.id, &words).await? {
        MessageOutcome::Comment => json!({ "as": "comment" }),
        MessageOutcome::Steer(asked) => json!({ "as": "steer", "control": asked.control }),
        MessageOutcome::Before => json!({ "as": "before" }),
    };
    Ok(Receipt { id: format!("said-{}", message.id), data })
}

/// The text of a message. What else is in it would be lost without a word.
fn words(message: &SentMessage) -> Result<String, ProtocolError> {
    if message.parts.iter().any(|part| part.kind != "text") {
        return Err(ProtocolError::unprocessable(
            "Only words can be said here. Add files on the request's page.",
        ));
    }
    let texts: Vec<&str> = message.parts.iter().filter_map(|part| part.text.as_deref()).collect();
    Ok(texts.join("\n\n"))
}

/// Takes the work up again. With the message of an earlier run it was taken up already, and is answered as before.
async fn regenerate(visit: &Visit, message: Option<&str>) -> Result<Receipt, ProtocolError> {
    let receipt = || Receipt { id: "taken-up".to_owned(), data: json!({ "as": "retry" }) };
    let meant = message.and_then(|message| message.parse::<RunId>().ok());
    let now = read_session(visit).await?.conversation.run;
    if let (Some(meant), Some(now)) = (meant, &now)
        && meant != now.id
        && !now.state.has_ended()
    {
        return Ok(receipt());
    }
    runs::commands::retry(&visit.auth.app().db, &visit.scope, visit.request).await?;
    Ok(receipt())
}

/// A whole message that says what was taken: nobody is at work who would answer.
fn answer_receipt(receipt: &Receipt) -> Response {
    let nothing = || json!({ "activeStreamId": null });
    let chunks = [
        Chunk::Start { message_id: receipt.id.clone(), message_metadata: nothing() },
        Chunk::data("taken", &receipt.id, receipt.data.clone()),
        Chunk::Finish { finish_reason: "stop", message_metadata: nothing() },
    ];
    with_stream_header(sse::response(Body::from(render(&chunks))))
}
