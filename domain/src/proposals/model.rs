use serde::{Deserialize, Serialize};

use crate::ids::{ClientId, ProposalId};
use crate::text_enum::text_enum;

text_enum! {
    /// How a proposal stands.
    pub enum ProposalState {
        /// It waits for a decision.
        Open = "open",
        /// It was approved, and is done.
        Done = "done",
        Declined = "declined",
        /// It was approved, and a rule said no.
        Failed = "failed",
        /// Nobody decided in time.
        Expired = "expired",
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
pub enum Decision {
    /// It counts.
    Won,
    /// It counts, and a rule said no: why.
    Failed(String),
    /// Someone was quicker: who, and how it stands.
    Lost { by: String, state: ProposalState },
    /// The time to decide is over.
    Expired,
}
