use serde::{Deserialize, Serialize};

use crate::ids::NoteId;

/// A note as it stands, or as one of its versions had it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    pub id: NoteId,
    /// Folders and a name, as `Billing/Rates.md`.
    pub path: String,
    /// Markdown.
    pub body: String,
    /// From 1.
    pub version: u32,
    /// The name of who wrote this version.
    pub by: String,
    /// Milliseconds since 1970, UTC: when it was written.
    pub at: i64,
}

/// That a version was written, without its text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoteVersion {
    pub version: u32,
    pub by: String,
    /// Milliseconds since 1970, UTC.
    pub at: i64,
}

/// A note that a search found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoteMatch {
    pub path: String,
    pub version: u32,
    /// Where the words stand, each between `**`; the note's beginning where they are in the path alone.
    pub snippet: String,
    /// Milliseconds since 1970, UTC: the last write.
    pub at: i64,
}
