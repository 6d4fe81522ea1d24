//! A conversation, as both an agent and an operator's program read it.

use chrono::DateTime;
use domain::session::Conversation;
use serde_json::{Value, json};

/// The most entries of one answer.
const MOST: usize = 200;

/// The entries after the first `skip`, oldest first, and how to read on.
pub(super) fn conversation(conversation: &Conversation, skip: u32) -> Value {
    let skip = usize::try_from(skip).unwrap_or(usize::MAX);
    let all = conversation.entries.len();
    let entries: Vec<Value> = conversation
        .entries
        .iter()
        .skip(skip)
        .take(MOST)
        .map(|entry| {
            let mut told = serde_json::to_value(&entry.body).unwrap_or_default();
            told["by"] = json!(entry.author.name);
            told["role"] = json!(entry.author.kind);
            told["at"] = json!(when(entry.at));
            told
        })
        .collect();
    let read = skip.saturating_add(entries.len());
    json!({ "entries": entries, "skip_next_time": read.min(all), "more": read < all })
}

/// A time, for a program.
pub(super) fn when(millis: i64) -> Option<String> {
    DateTime::from_timestamp_millis(millis).map(|at| at.to_rfc3339())
}
