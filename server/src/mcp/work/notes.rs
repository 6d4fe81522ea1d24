//! What is known of the client.

use domain::{Db, Result, notes, runs::ClaimedRun};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    AgentCaller,
    run_argument::{reads, writes},
};
use crate::mcp::{
    json,
    tool::{Tool, WriteResult},
};

pub(super) fn tools() -> Vec<Tool<AgentCaller>> {
    vec![
        reads(
            (
                "search_notes",
                "Search the notes",
                "Finds notes on the client by their words, the best first, with the place where the words stand. Quotes \
                 hold words together, a minus leaves a word out. Without words: the notes that were written last.",
            ),
            search_notes,
        ),
        reads(
            ("read_note", "Read a note", "A note on the client, whole, as Markdown, with its version."),
            read_note,
        ),
        writes(
            (
                "write_note",
                "Write a note",
                "Keeps what you learned about the client for whoever works for them next. The whole note is written; for \
                 one that is there already, give the version that you have read. Earlier versions are kept.",
            ),
            write_note,
        ),
    ]
}

#[derive(Deserialize, JsonSchema)]
struct SearchNotes {
    /// Words, as one types them into a search.
    #[serde(default)]
    words: String,
}

async fn search_notes(worker: AgentCaller, claimed: ClaimedRun, asked: SearchNotes) -> Result<Value> {
    let found = notes::queries::search(&worker.db, &claimed.scope, claimed.client, &asked.words, 20).await?;
    Ok(json::found_notes(&found))
}

#[derive(Deserialize, JsonSchema)]
struct ReadNote {
    /// Folders and a name, such as Billing/Rates.md.
    path: String,
    /// An earlier version; default: as it stands.
    #[serde(default)]
    version: Option<u32>,
}

async fn read_note(worker: AgentCaller, claimed: ClaimedRun, asked: ReadNote) -> Result<Value> {
    let (scope, client) = (&claimed.scope, claimed.client);
    Ok(json::note(&json::read_note(&worker.db, scope, client, &asked.path, asked.version).await?))
}

#[derive(Serialize, Deserialize, JsonSchema)]
struct WriteNote {
    /// Folders and a name, such as Billing/Rates.md.
    path: String,
    /// The whole note.
    markdown: String,
    /// The version that you have read; leave it out for a new note.
    #[serde(default)]
    expected_version: Option<u32>,
}

async fn write_note(db: Db, claimed: ClaimedRun, asked: WriteNote) -> Result<WriteResult> {
    let WriteNote { path, markdown, expected_version } = asked;
    let note =
        notes::commands::write(&db, &claimed.scope, claimed.client, &path, &markdown, expected_version)
            .await?;
    Ok(json::wrote_note(claimed.client, &note, expected_version))
}
