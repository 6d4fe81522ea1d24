use chrono::{DateTime, Utc};

use super::InvoiceLine;
use crate::{money::Money, offers::Terms};

/// What another offer comes to, before one says yes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlanChangePreview {
    pub from: String,
    pub from_terms: Terms,
    pub to: String,
    pub to_terms: Terms,
    /// What changing now comes to; or why it cannot be, in a sentence.
    pub now: Result<ChangeNow, String>,
    /// When the next period begins; none while it is paused.
    pub next_at: Option<DateTime<Utc>>,
}

/// What changing now comes to, to the second at which it was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangeNow {
    /// What is left of the paid period, in seconds, and what it is worth.
    pub left_seconds: i64,
    pub credit: Money,
    /// The new invoice's lines, and what they come to.
    pub lines: Vec<InvoiceLine>,
    pub total: Money,
    /// How much of that the balance pays, the credit in it.
    pub from_balance: Money,
    /// What is left to pay.
    pub due: Money,
    /// What stays on the balance.
    pub stays: Money,
    /// The new period.
    pub period: (DateTime<Utc>, DateTime<Utc>),
}
