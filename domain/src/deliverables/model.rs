use serde::{Deserialize, Serialize};

use crate::{
    files::File,
    ids::{DeliverableId, FileId},
};

/// What is delivered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// Markdown.
    Body(String),
    /// A file of the same client.
    File(FileId),
}

/// Something that a request produced, with its versions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deliverable {
    pub id: DeliverableId,
    pub title: String,
    /// Newest first.
    pub versions: Vec<Version>,
}

/// One version of a deliverable, without its text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Version {
    pub version: u32,
    /// Milliseconds since 1970, UTC.
    pub at: i64,
    /// The name of who made it.
    pub by: Option<String>,
    /// None: it is a text, read with its own call.
    pub file: Option<File>,
}

/// One version with what is in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FullVersion {
    pub deliverable: DeliverableId,
    pub title: String,
    /// The number of the request that it came of.
    pub request: u64,
    pub version: u32,
    pub at: i64,
    /// Markdown.
    pub body: Option<String>,
    pub file: Option<File>,
}
