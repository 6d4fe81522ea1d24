use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use crate::{
    ids::{AuditId, ClientId, TokenId},
    text_enum::text_enum,
};

text_enum! {
    /// What came of it.
    pub enum AuditOutcome {
        Done = "done",
        /// A rule or a right said no.
        Refused = "refused",
        /// It waits for a person's decision.
        Proposed = "proposed",
        /// A person said no.
        Declined = "declined",
    }
}

/// An entry of the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditEntry {
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
    pub outcome: AuditOutcome,
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
pub struct AuditQuery {
    pub who: Option<String>,
    pub what: Option<String>,
    /// Those older than this one.
    pub before: Option<AuditId>,
}

/// Entries, newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditPage {
    pub entries: Vec<AuditEntry>,
    /// Where the next page begins.
    pub next: Option<AuditId>,
}

/// By what means whoever acts in the scope came.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ActedThrough {
    pub token: Option<TokenId>,
    pub ip: Option<IpAddr>,
}

/// An entry to be: what was done, in short.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewEntry {
    /// A verb, such as `issue_invoice`.
    pub what: String,
    /// What it was done to, for a reader.
    pub target: String,
    /// The client that it concerned.
    pub client: Option<ClientId>,
    pub outcome: AuditOutcome,
    pub detail: String,
    pub before: Option<String>,
    pub after: Option<String>,
}

impl NewEntry {
    /// Something that was done.
    pub fn done(what: &str, target: impl Into<String>) -> Self {
        Self {
            what: what.to_owned(),
            target: target.into(),
            client: None,
            outcome: AuditOutcome::Done,
            detail: String::new(),
            before: None,
            after: None,
        }
    }

    /// The same, of a client's.
    pub fn of(self, client: ClientId) -> Self {
        Self { client: Some(client), ..self }
    }

    /// The same with another outcome, and why.
    pub fn with_outcome(self, outcome: AuditOutcome, detail: impl Into<String>) -> Self {
        Self { outcome, detail: detail.into(), ..self }
    }

    /// The same with how things stood before and stand after.
    pub fn changed(self, before: impl Into<String>, after: impl Into<String>) -> Self {
        Self { before: Some(before.into()), after: Some(after.into()), ..self }
    }
}
