//! What both an agent and an operator's program read: a conversation, and notes.

use chrono::DateTime;
use domain::{
    Db, Result, Scope,
    audit::NewEntry,
    ids::ClientId,
    notes::{self, Note, NoteMatch},
    session::Conversation,
};
use serde_json::{Value, json};

use super::tool::WriteResult;

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

/// Notes that were found.
pub(super) fn found_notes(found: &[NoteMatch]) -> Value {
    let found: Vec<_> = found
        .iter()
        .map(|note| json!({ "path": note.path, "version": note.version, "snippet": note.snippet, "written": when(note.at) }))
        .collect();
    json!({ "notes": found })
}

/// A note as it stands, or as it stood.
pub(super) async fn read_note(
    db: &Db,
    scope: &Scope,
    client: ClientId,
    path: &str,
    version: Option<u32>,
) -> Result<Note> {
    match version {
        None => notes::queries::get(db, scope, client, path).await,
        Some(version) => notes::queries::version(db, scope, client, path, version).await,
    }
}

/// The same, for a program.
pub(super) fn note(note: &Note) -> Value {
    json!({
        "path": note.path, "version": note.version, "markdown": note.body, "by": note.by, "written": when(note.at),
    })
}

/// A note that was written over the version that was expected, or anew.
pub(super) fn wrote_note(client: ClientId, note: &Note, expected: Option<u32>) -> WriteResult {
    let before = expected.map_or_else(|| "no such note".to_owned(), |before| format!("version {before}"));
    let deed = NewEntry::done("write_note", note.path.as_str()).of(client);
    let deed = deed.changed(before, format!("version {}", note.version));
    (json!({ "path": note.path, "version": note.version }), deed)
}

/// A time, for a program.
pub(super) fn when(millis: i64) -> Option<String> {
    DateTime::from_timestamp_millis(millis).map(|at| at.to_rfc3339())
}
