use chrono::{DateTime, Utc};

use crate::{billing::words, money::Money, text_enum::text_enum};

text_enum! {
    /// Why a client's balance changed.
    pub enum BalanceReason {
        /// What was left of a paid period when the plan was changed.
        PlanChange = "plan_change",
        /// More came in than was asked for.
        Overpaid = "overpaid",
        /// An invoice was credited, and the money stayed here.
        CreditNote = "credit_note",
        /// Given by an operator.
        Gift = "gift",
        /// It paid an invoice, or came back from one that nobody pays any more.
        Invoice = "invoice",
        /// It was paid out.
        Refund = "refund",
        /// Put right by an operator.
        Correction = "correction",
    }
}

/// An entry of a client's balance: above zero came in, below zero was used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BalanceEntry {
    pub amount: Money,
    pub reason: BalanceReason,
    /// The number of the invoice that it came from or paid.
    pub invoice: Option<u64>,
    /// What an operator wrote to it.
    pub note: String,
    pub made_at: DateTime<Utc>,
}

impl BalanceEntry {
    /// What the entry is, in a client's words: `Paid invoice 0042`.
    pub fn label(&self) -> String {
        let number = self.invoice.map(words::number);
        match (self.reason, number) {
            (BalanceReason::Invoice, Some(number)) if self.amount.minor > 0 => {
                format!("Back from invoice {number}")
            }
            (BalanceReason::Invoice, Some(number)) => format!("Paid invoice {number}"),
            (BalanceReason::Invoice, None) => "Paid an invoice".to_owned(),
            (BalanceReason::PlanChange, _) => "Unused time on your previous plan".to_owned(),
            (BalanceReason::Overpaid, Some(number)) => format!("Overpaid on invoice {number}"),
            (BalanceReason::Overpaid, None) => "Overpaid".to_owned(),
            (BalanceReason::CreditNote, Some(number)) => format!("Credit for invoice {number}"),
            (BalanceReason::CreditNote, None) | (BalanceReason::Gift, _) => "Credit".to_owned(),
            (BalanceReason::Refund, _) => "Paid out".to_owned(),
            (BalanceReason::Correction, _) => "Correction".to_owned(),
        }
    }
}

/// What a client has with its operator, and where it comes from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Balance {
    /// A sum for each currency in which there is anything.
    pub sums: Vec<Money>,
    /// Newest first.
    pub entries: Vec<BalanceEntry>,
}
