use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{
    ids::{ClientId, InvoiceId, SubscriptionId},
    money::{Currency, Money},
    tax::Assessment,
    text_enum::text_enum,
};

text_enum! {
    /// Where an invoice stands.
    pub enum InvoiceState {
        /// The operator's alone; has no number yet.
        Draft = "draft",
        /// With the client, to be paid.
        Issued = "issued",
        Paid = "paid",
        /// Taken back. Its number stays used, and it stays on the list.
        Void = "void",
    }
}

/// A line of an invoice. Its amount is in minor units of the invoice's currency; below zero for a credit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvoiceLine {
    pub what: String,
    pub minor: i64,
}

/// A free invoice as an operator writes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvoiceDraft {
    pub lines: Vec<InvoiceLine>,
    pub currency: Currency,
    /// Stands below the lines.
    pub note: String,
}

/// An invoice as its pages show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invoice {
    pub id: InvoiceId,
    pub client: ClientId,
    pub client_name: String,
    pub subscription: Option<SubscriptionId>,
    /// Given when it is issued; without gaps within the workspace.
    pub number: Option<u64>,
    pub state: InvoiceState,
    pub lines: Vec<InvoiceLine>,
    /// What is to be paid, tax and all.
    pub total: Money,
    /// How that is made up; none where nothing is said of tax.
    pub tax: Option<Assessment>,
    /// Who bills; the workspace's own sender until it is issued.
    pub bill_from: String,
    /// Name and address of who pays.
    pub bill_to: String,
    pub note: String,
    pub period: Option<(DateTime<Utc>, DateTime<Utc>)>,
    pub created_at: DateTime<Utc>,
    pub issued_at: Option<DateTime<Utc>>,
    pub due_at: Option<DateTime<Utc>>,
    pub paid_at: Option<DateTime<Utc>>,
    pub voided_at: Option<DateTime<Utc>>,
    /// The number of the credit note that took it back.
    pub credited_by: Option<u64>,
    /// It waits for something that the law wants of it, and goes out by itself then.
    pub is_held_back: bool,
    /// What the client's balance paid of it.
    pub from_balance: Money,
}

impl Invoice {
    /// Not paid in time.
    pub fn is_overdue(&self, now: DateTime<Utc>) -> bool {
        self.state == InvoiceState::Issued && self.due_at.is_some_and(|due| due < now)
    }

    /// The class of its pill: `draft`, `due`, `overdue`, `paid`, `void`.
    pub fn class(&self, now: DateTime<Utc>) -> &'static str {
        match self.state {
            InvoiceState::Issued if self.is_overdue(now) => "overdue",
            InvoiceState::Issued => "due",
            InvoiceState::Paid if self.credited_by.is_some() => "void",
            other => other.as_str(),
        }
    }

    /// `Draft`, `Due`, `Overdue`, `Paid`, `Void`.
    pub fn label(&self, now: DateTime<Utc>) -> &'static str {
        match self.state {
            InvoiceState::Draft if self.is_held_back => "Held back",
            InvoiceState::Draft => "Draft",
            InvoiceState::Issued if self.is_overdue(now) => "Overdue",
            InvoiceState::Issued => "Due",
            InvoiceState::Paid if self.credited_by.is_some() => "Credited",
            InvoiceState::Paid => "Paid",
            InvoiceState::Void => "Void",
        }
    }
}
