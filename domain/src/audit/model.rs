use serde::{Deserialize, Serialize};

use crate::ids::{AuditId, ClientId};

/// What came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    Done,
    /// A rule or a right said no.
    Refused,
    /// It waits for a person's decision.
    Proposed,
    /// A person said no.
    Declined,
}

impl Outcome {
    /// The word that the database keeps.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Refused => "refused",
            Self::Proposed => "proposed",
            Self::Declined => "declined",
        }
    }

    /// The outcome of that word, if there is one.
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Done, Self::Refused, Self::Proposed, Self::Declined].into_iter().find(|o| o.as_str() == word)
    }
}

/// An entry of the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    pub id: AuditId,
    /// By the name that they had then.
    pub who: String,
    /// They came with a token.
    pub by_token: bool,
    /// A verb, such as `issue_invoice`.
    pub what: String,
    pub target: String,
    /// The client that it concerned.
    pub client: Option<ClientId>,
    pub outcome: Outcome,
    /// Why it was refused, or what else is worth knowing.
    pub detail: String,
    pub before: Option<String>,
    pub after: Option<String>,
    pub ip: Option<String>,
    /// Milliseconds since 1970, UTC.
    pub at: i64,
}

/// Which entries are wanted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    pub who: Option<String>,
    pub what: Option<String>,
    /// Those older than this one.
    pub before: Option<AuditId>,
}

/// Entries, newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditPage {
    pub entries: Vec<Entry>,
    /// Where the next page begins.
    pub next: Option<AuditId>,
}
