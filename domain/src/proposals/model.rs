use serde::{Deserialize, Serialize};

use crate::ids::{ClientId, ProposalId};

/// How a proposal stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProposalState {
    /// It waits for a decision.
    Open,
    /// It was approved, and is done.
    Done,
    Declined,
    /// It was approved, and a rule said no.
    Failed,
    /// Nobody decided in time.
    Expired,
}

impl ProposalState {
    /// The word that programs read.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Done => "done",
            Self::Declined => "declined",
            Self::Failed => "failed",
            Self::Expired => "expired",
        }
    }

    /// The state of that word, if there is one.
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Open, Self::Done, Self::Declined, Self::Failed, Self::Expired]
            .into_iter()
            .find(|state| state.as_str() == word)
    }
}

/// Something that a program proposed, and how it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proposal {
    pub id: ProposalId,
    /// The client that it concerns.
    pub client: Option<ClientId>,
    /// The verb, such as `issue_invoice`.
    pub what: String,
    /// What it would do, in one sentence.
    pub words: String,
    /// Why, in the program's words; may be empty.
    pub reason: String,
    /// The name of the token.
    pub by: String,
    pub state: ProposalState,
    /// Why it could not be done.
    pub failure: String,
    /// The name of who decided.
    pub answered_by: Option<String>,
    /// Milliseconds since 1970, UTC, like every time here.
    pub answered_at: Option<i64>,
    pub expires_at: i64,
    pub created_at: i64,
}

/// What came of a decision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decided {
    /// It counts.
    Won,
    /// It counts, and a rule said no: why.
    Failed(String),
    /// Someone was quicker: who, and how it stands.
    Lost { by: String, state: ProposalState },
    /// The time to decide is over.
    Expired,
}
