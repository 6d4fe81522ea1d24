//! What is known of a client.

use domain::{Result, ids::ClientId, notes};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{DeskCaller, id, reads, writes};
use crate::mcp::{
    json::{self, when},
    tool::{Tool, WriteResult},
};

/// How many notes one search answers.
const MOST: u32 = 50;

pub(super) fn tools() -> Vec<Tool<DeskCaller>> {
    vec![
        reads(
            (
                "search_notes",
                "Search a client's notes",
                "Finds notes on a client by their words, the best first, with the place where the words stand. Quotes hold \
                 words together, a minus leaves a word out. Without words: the notes that were written last.",
            ),
            search_notes,
        ),
        reads(
            (
                "read_note",
                "Read a note",
                "A note on a client, whole, as Markdown, with the versions that there are of it.",
            ),
            read_note,
        ),
        writes(
            (
                "write_note",
                "Write a note",
                "Keeps what is known of a client for whoever works for them. The whole note is written; for one that is \
                 there already, give the version that you have read. Earlier versions are kept.",
            ),
            write_note,
        ),
    ]
}

#[derive(Deserialize, JsonSchema)]
struct SearchNotes {
    /// The client's id, such as cli_0197…
    client: String,
    /// Words, as one types them into a search.
    #[serde(default)]
    words: String,
}

async fn search_notes(desk: DeskCaller, asked: SearchNotes) -> Result<Value> {
    let client: ClientId = id(&asked.client)?;
    let scope = desk.within(client)?;
    let found = notes::queries::search(&desk.db, &scope, client, &asked.words, MOST).await?;
    Ok(json::found_notes(&found))
}

#[derive(Deserialize, JsonSchema)]
struct ReadNote {
    /// The client's id, such as cli_0197…
    client: String,
    /// Folders and a name, such as Billing/Rates.md.
    path: String,
    /// An earlier version; default: as it stands.
    #[serde(default)]
    version: Option<u32>,
}

async fn read_note(desk: DeskCaller, asked: ReadNote) -> Result<Value> {
    let client: ClientId = id(&asked.client)?;
    let scope = desk.within(client)?;
    let note = json::read_note(&desk.db, &scope, client, &asked.path, asked.version).await?;
    let versions = notes::queries::versions(&desk.db, &scope, client, &asked.path).await?;
    let versions: Vec<Value> = versions
        .into_iter()
        .map(|written| json!({ "version": written.version, "by": written.by, "written": when(written.at) }))
        .collect();
    let mut told = json::note(&note);
    told["versions"] = versions.into();
    Ok(told)
}

#[derive(Serialize, Deserialize, JsonSchema)]
struct WriteNote {
    /// The client's id, such as cli_0197…
    client: String,
    /// Folders and a name, such as Billing/Rates.md.
    path: String,
    /// The whole note.
    markdown: String,
    /// The version that you have read; leave it out for a new note.
    #[serde(default)]
    expected_version: Option<u32>,
}

async fn write_note(desk: DeskCaller, asked: WriteNote) -> Result<WriteResult> {
    let WriteNote { client, path, markdown, expected_version } = asked;
    let client: ClientId = id(&client)?;
    let scope = desk.within(client)?;
    let note = notes::commands::write(&desk.db, &scope, client, &path, &markdown, expected_version).await?;
    Ok(json::wrote_note(client, &note, expected_version))
}
