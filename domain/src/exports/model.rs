use chrono::{DateTime, Utc};

use crate::{files::store::Key, ids::ExportId, text_enum::text_enum};

text_enum! {
    /// Where an export stands.
    pub enum ExportState {
        /// Waits for a node that packs it.
        Queued = "queued",
        Working = "working",
        /// May be downloaded.
        Ready = "ready",
        Failed = "failed",
        /// It was ready, and is gone.
        Expired = "expired",
    }
}

impl ExportState {
    /// Somebody is at it or will be.
    pub fn is_under_way(self) -> bool {
        matches!(self, Self::Queued | Self::Working)
    }
}

/// A client's own things, packed for download.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Export {
    pub id: ExportId,
    pub state: ExportState,
    /// How many entries are packed.
    pub done: u32,
    /// How many there are; 0 until that is known.
    pub total: u32,
    /// How large the file is, once it is ready.
    pub bytes: Option<u64>,
    /// Why there is none, in the words of who asked.
    pub failure: String,
    pub created_at: DateTime<Utc>,
    pub expires_at: Option<DateTime<Utc>>,
}

/// What the page of a client's data shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExportsView {
    pub client_name: String,
    /// The one that was asked for last.
    pub latest: Option<Export>,
    /// The one that may be downloaded, also while another one is packed.
    pub ready: Option<Export>,
    /// Whether whoever looks may ask for one and download it.
    pub may: bool,
    /// Who may, by name, where whoever looks may not.
    pub owners: Vec<String>,
    /// From when on another one may be asked for, where that is later than now.
    pub next_at: Option<DateTime<Utc>>,
}

/// What came of asking for a download.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Download {
    /// It is there: under which key, how many bytes, and what it is to be called.
    File { key: Key, bytes: u64, name: String },
    /// It expired, or was never finished.
    Gone,
}
