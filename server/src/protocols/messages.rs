//! Posting a message into a session, once, whoever made its id.

use domain::{
    controls::{self, MessageOutcome},
    session::Body,
};

use super::{auth::Visit, error::ProtocolError, live_answer::read_session};

/// Posts a message as the page's composer does. A message that was read from the session before comes back under the
/// session's own id; it is known by that.
pub(super) async fn post(visit: &Visit, message: &str, words: &str) -> Result<MessageOutcome, ProtocolError> {
    let entries = read_session(visit).await?.conversation.entries;
    let same = entries.iter().find(|entry| entry.key == message).map(|entry| match &entry.body {
        Body::Comment { text } | Body::Steer { text, .. } => text == words.trim(),
        // What was deleted is not said again by whoever still has it.
        Body::Asked { .. } | Body::Deleted { .. } => true,
        _ => false,
    });
    match same {
        Some(true) => Ok(MessageOutcome::Before),
        Some(false) => {
            Err(domain::Error::refused("What was said stays as it was said. Write a new message.").into())
        }
        None => Ok(controls::commands::send_message(
            &visit.auth.app().db,
            &visit.scope,
            visit.request,
            message,
            words,
        )
        .await?),
    }
}
