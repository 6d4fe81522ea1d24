//! `POST /v1/ag-ui/{session}`: posts the newest message of the user, if there is one, and answers with the run that reads
//! it. What an `HttpAgent` sends.

use axum::{
    extract::{Request, State},
    response::Response,
};
use serde::Deserialize;
use serde_json::Value;

use super::follow::from_now;
use crate::protocols::{
    auth::{Auth, SessionPath},
    error::ProtocolError,
    json_body, messages,
};

/// Of a `RunAgentInput`, what matters here: the agents bring their own tools and state.
#[derive(Debug, Deserialize)]
struct Input {
    #[serde(default)]
    messages: Vec<RunInputMessage>,
}

#[derive(Debug, Deserialize)]
struct RunInputMessage {
    id: String,
    role: String,
    #[serde(default)]
    content: Value,
}

pub(super) async fn create(
    State(auth): State<Auth>,
    SessionPath(session): SessionPath,
    request: Request,
) -> Result<Response, ProtocolError> {
    let headers = request.headers().clone();
    let input: Input = json_body::read(auth.app(), request).await?;
    let visit = auth.admit(&headers, session).await?;
    if let Some(message) = input.messages.last().filter(|message| message.role == "user") {
        let words = words(&message.content)?;
        messages::post(&visit, &message.id, &words).await?;
    }
    from_now(visit, true).await
}

/// A text, or parts that are all texts.
fn words(content: &Value) -> Result<String, ProtocolError> {
    let only =
        || ProtocolError::unprocessable("Only words can be said here. Add files on the request's page.");
    match content {
        Value::String(text) => Ok(text.clone()),
        Value::Array(parts) => {
            let texts: Option<Vec<&str>> = parts.iter().map(|part| part["text"].as_str()).collect();
            texts.map(|texts| texts.join("\n\n")).ok_or_else(only)
        }
        _ => Err(only()),
    }
}
