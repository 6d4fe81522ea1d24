use chrono::{DateTime, Utc};

use crate::ids::ClientId;

/// An erasure that is set, under way or done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Erasure {
    pub client: ClientId,
    /// The operator who set it, by name.
    pub asked_by: String,
    pub asked_at: DateTime<Utc>,
    /// When it is carried out.
    pub due_at: DateTime<Utc>,
    /// It cannot be called off any more.
    pub begun: bool,
    pub done_at: Option<DateTime<Utc>>,
}

/// What erasing a client comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Consequences {
    pub requests: i64,
    pub files: i64,
    pub notes: i64,
    /// Accounts that go: people who belong to nothing else in this install.
    pub people: i64,
    /// People who lose their place here and keep their account.
    pub staying: i64,
    /// Issued invoices and credit notes, which stay.
    pub invoices: i64,
    /// Of the invoices, those that nobody has paid yet.
    pub unpaid: i64,
    /// The year at whose end the last of them goes; none without any.
    pub kept_until: Option<i32>,
    /// Until when its people could have read, where that is not over.
    pub readable_until: Option<DateTime<Utc>>,
    /// When it would be carried out if it were set now.
    pub due_at: DateTime<Utc>,
}
