//! `POST /v1/chat`: says the newest message of the user in the session, or takes the work up again, and answers with
//! the run that hears it.

use axum::{
    body::Body,
    extract::{Request, State},
    response::Response,
};
use domain::{controls::Said, ids::RunId, runs};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    chunk::Chunk,
    stream::{marked, run},
    turn::written,
    version::Version,
};
use crate::protocols::{
    auth::{Auth, Visit},
    open::read,
    posted,
    refusal::Refusal,
    said, sse,
};

/// What the transport sends; of the messages, all that there are.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Sent {
    id: String,
    #[serde(default)]
    messages: Vec<Message>,
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
struct Message {
    id: String,
    role: String,
    #[serde(default)]
    parts: Vec<Part>,
}

#[derive(Debug, Deserialize)]
struct Part {
    #[serde(rename = "type")]
    kind: String,
    text: Option<String>,
}

pub(super) async fn create(State(auth): State<Auth>, request: Request) -> Result<Response, Refusal> {
    let headers = request.headers().clone();
    let sent: Sent = posted::read(auth.app(), request).await?;
    let visit = auth.admit(&headers, &sent.id).await?;
    let taken = match sent.trigger {
        Trigger::SubmitMessage => submit(&visit, sent.messages.last()).await?,
        Trigger::RegenerateMessage => regenerate(&visit, sent.message_id.as_deref()).await?,
    };
    match run(visit, Version::of(&headers)).await? {
        Some(response) => Ok(response),
        None => Ok(short(&taken)),
    }
}

/// What was done, for whoever is answered by no run.
struct Taken {
    id: String,
    taken: Value,
}

async fn submit(visit: &Visit, message: Option<&Message>) -> Result<Taken, Refusal> {
    let message = message.filter(|message| message.role == "user").ok_or_else(|| {
        Refusal::unprocessable("The last message has to be the user's: that is what is said.")
    })?;
    let words = words(message)?;
    let taken = match said::say(visit, &message.id, &words).await? {
        Said::Comment => json!({ "as": "comment" }),
        Said::Steer(asked) => json!({ "as": "steer", "control": asked.control }),
        Said::Before => json!({ "as": "before" }),
    };
    Ok(Taken { id: format!("said-{}", message.id), taken })
}

/// The text of a message. What else is in it would be lost without a word.
fn words(message: &Message) -> Result<String, Refusal> {
    if message.parts.iter().any(|part| part.kind != "text") {
        return Err(Refusal::unprocessable("Only words can be said here. Add files on the request's page."));
    }
    let texts: Vec<&str> = message.parts.iter().filter_map(|part| part.text.as_deref()).collect();
    Ok(texts.join("\n\n"))
}

/// Takes the work up again. With the message of an earlier run it was taken up already, and is answered as before.
async fn regenerate(visit: &Visit, message: Option<&str>) -> Result<Taken, Refusal> {
    let taken = || Taken { id: "taken-up".to_owned(), taken: json!({ "as": "retry" }) };
    let meant = message.and_then(|message| message.parse::<RunId>().ok());
    let now = read(visit).await?.conversation.run;
    if let (Some(meant), Some(now)) = (meant, &now)
        && meant != now.id
        && !now.state.has_ended()
    {
        return Ok(taken());
    }
    runs::retry(&visit.auth.app().db, &visit.scope, visit.request).await?;
    Ok(taken())
}

/// A whole message that says what was taken: nobody is at work who would answer.
fn short(taken: &Taken) -> Response {
    let nothing = || json!({ "activeStreamId": null });
    let chunks = [
        Chunk::Start { message_id: taken.id.clone(), message_metadata: nothing() },
        Chunk::data("taken", &taken.id, taken.taken.clone()),
        Chunk::Finish { finish_reason: "stop", message_metadata: nothing() },
    ];
    marked(sse::answer(Body::from(written(&chunks))))
}
