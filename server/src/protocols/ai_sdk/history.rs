//! `GET /v1/chat/{session}`: the session as messages, for a page that opens. The run at work is among them as far as it
//! is; its stream replaces it.

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, HeaderValue, header},
    response::{IntoResponse, Response},
};
use domain::session::{Body, Conversation, Entry};
use serde::Serialize;
use serde_json::{Value, json};

use crate::protocols::{
    auth::{Auth, SessionPath},
    entry_data,
    error::ProtocolError,
    live_answer::read_session,
};

#[derive(Debug, PartialEq, Serialize)]
struct HistoryEntry {
    id: String,
    role: &'static str,
    metadata: Value,
    parts: Vec<Value>,
}

pub(super) async fn show(
    State(auth): State<Auth>,
    SessionPath(session): SessionPath,
    headers: HeaderMap,
) -> Result<Response, ProtocolError> {
    let visit = auth.admit(&headers, session).await?;
    let conversation = read_session(&visit).await?.conversation;
    let active = conversation.run.as_ref().filter(|run| !run.state.has_ended()).map(|run| run.id);
    let body = json!({ "id": session, "activeStreamId": active, "messages": messages(&conversation) });
    Ok(([(header::CACHE_CONTROL, HeaderValue::from_static("no-store"))], Json(body)).into_response())
}

/// Each run is a message of the assistant's, where it begins; what people say are the user's. What happens besides
/// belongs to the run before it.
fn messages(conversation: &Conversation) -> Vec<HistoryEntry> {
    let mut messages: Vec<HistoryEntry> = Vec::new();
    for entry in &conversation.entries {
        let part = part(entry);
        match (entry.run, &entry.body) {
            (Some(run), _) => {
                let id = run.to_string();
                match messages.iter_mut().rfind(|message| message.id == id) {
                    Some(message) => message.parts.push(part),
                    None => {
                        let metadata = json!({ "activeStreamId": run, "agent": entry.author.name });
                        messages.push(HistoryEntry { id, role: "assistant", metadata, parts: vec![part] });
                    }
                }
            }
            (None, Body::Asked { title, brief }) => {
                messages.push(user(entry, &format!("{title}\n\n{brief}")))
            }
            (None, Body::Comment { text }) => messages.push(user(entry, text)),
            (None, Body::Review { reason, .. }) if !reason.is_empty() => messages.push(user(entry, reason)),
            // What came of it stands with the run that heard it.
            (None, Body::Steer { text, .. }) => {
                push_to_run(&mut messages, part);
                messages.push(user(entry, text));
            }
            (None, _) => push_to_run(&mut messages, part),
        }
    }
    messages
}

fn push_to_run(messages: &mut [HistoryEntry], part: Value) {
    if let Some(run) = messages.iter_mut().rfind(|message| message.role == "assistant") {
        run.parts.push(part);
    }
}

fn user(entry: &Entry, text: &str) -> HistoryEntry {
    let metadata = json!({ "author": entry_data::author(&entry.author), "at": entry.at });
    HistoryEntry {
        id: entry.key.clone(),
        role: "user",
        metadata,
        parts: vec![json!({ "type": "text", "text": text })],
    }
}

fn part(entry: &Entry) -> Value {
    match (&entry.body, entry_data::entry(entry)) {
        (_, Some((name, data))) => json!({ "type": format!("data-{name}"), "id": entry.key, "data": data }),
        (Body::Words { text, writing }, None) => {
            let state = if *writing { "streaming" } else { "done" };
            json!({ "type": "text", "text": text, "state": state })
        }
        (_, None) => Value::Null,
    }
}
