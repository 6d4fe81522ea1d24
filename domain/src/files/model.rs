use serde::{Deserialize, Serialize};

use crate::ids::{FileId, RequestId};

/// What is known of a file whose bytes are stored already.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewFile {
    pub name: String,
    /// By content, not by name.
    pub media_type: String,
    /// What a person calls that kind: `PDF`, `Photo`.
    pub label: String,
    /// Can be read as text.
    pub is_text: bool,
    pub bytes: u64,
    /// Lower-case hex of the content's hash; the name that its bytes are stored under.
    pub sha256: String,
    /// None for one that is added before its request is asked for.
    pub request: Option<RequestId>,
}

/// A file of a client.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct File {
    pub id: FileId,
    pub name: String,
    pub media_type: String,
    pub label: String,
    pub is_text: bool,
    pub bytes: u64,
    pub sha256: String,
    /// Milliseconds since 1970, UTC.
    pub created_at: i64,
}
