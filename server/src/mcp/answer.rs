//! What a tool answers, in the protocol's words.

use app::web::{Failure, FailureKind};
use domain::{Error, runs};
use rmcp::model::{CallToolResult, ContentBlock};
use serde_json::Value;

/// What came of a call, for a program that reads JSON and a model that reads text.
pub(super) fn answer(done: Result<Value, Error>) -> CallToolResult {
    match done {
        Ok(value) => CallToolResult::structured(value),
        Err(error) => refused(&in_words(error)),
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

fn in_words(error: Error) -> String {
    if runs::is_lost(&error) {
        return "You can’t write to this run. It was stopped, ended, was reassigned, or is waiting on an answer to your \
                question."
            .to_owned();
    }
    let failure = Failure::of(error, "a tool failed");
    match &failure.kind {
        FailureKind::NotFound => "Not found.".to_owned(),
        FailureKind::Fields(fields) => {
            fields.iter().map(|(field, words)| format!("{field}: {words}")).collect::<Vec<_>>().join("\n")
        }
        FailureKind::Refused(why) => why.clone(),
        FailureKind::TooMany => {
            let seconds = failure.retry_after.unwrap_or(1);
            format!("Too many tries. Try again in {seconds} seconds.")
        }
        FailureKind::FileAway => "The portal can’t reach its files. Try again in a little while.".to_owned(),
        FailureKind::Busy | FailureKind::Away => {
            "The portal can’t reach its database. Try again in a little while.".to_owned()
        }
        FailureKind::Bug => format!("Something went wrong in the portal ({}).", failure.reference()),
    }
}
