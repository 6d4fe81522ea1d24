//! What a tool answers, in the protocol's words.

use domain::{Error, runs};
use rmcp::model::{CallToolResult, ContentBlock};
use serde_json::Value;
use uuid::Uuid;

/// What came of a call, for a program that reads JSON and a model that reads text.
pub(super) fn answer(done: Result<Value, Error>) -> CallToolResult {
    match done {
        Ok(value) => CallToolResult::structured(value),
        Err(error) => refused(&in_words(&error)),
    }
}

/// The same as text alone.
pub(super) fn answer_in_text(done: Result<Value, Error>) -> CallToolResult {
    match done {
        Ok(value) => CallToolResult::success(vec![ContentBlock::text(value.to_string())]),
        refused => answer(refused),
    }
}

/// A tool that says no, and why: the model reads it and may do better.
pub(super) fn refused(words: &str) -> CallToolResult {
    CallToolResult::error(vec![ContentBlock::text(words)])
}

fn in_words(error: &Error) -> String {
    match error {
        Error::NotFound => "Not found.".to_owned(),
        Error::Fields(fields) => {
            fields.iter().map(|(field, words)| format!("{field}: {words}")).collect::<Vec<_>>().join("\n")
        }
        Error::Refused(why) => why.clone(),
        Error::TooMany { retry_after } => format!("Too many tries. Try again in {retry_after} seconds."),
        error if runs::is_lost(error) => {
            "You can’t write to this run. It was stopped, ended, was reassigned, or is waiting on an answer to your \
             question."
                .to_owned()
        }
        error if error.is_away() => "The portal can’t reach its database. Try again in a little while.".to_owned(),
        error => {
            let id = Uuid::new_v4().simple().to_string();
            tracing::error!(error.id = %id, error.message = %error, "a tool failed");
            format!("Something went wrong in the portal ({id}).")
        }
    }
}
