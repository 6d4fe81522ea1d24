use chrono::{DateTime, Utc};

use super::InvoiceLine;
use crate::{
    ids::{ClientId, CreditNoteId, InvoiceId},
    money::Money,
    tax::Assessment,
};

/// A credit note as its pages show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CreditNote {
    pub id: CreditNoteId,
    pub client: ClientId,
    pub client_name: String,
    /// The invoice that it takes back, and its number; none for a credit of its own.
    pub invoice: Option<(InvoiceId, u64)>,
    /// Without gaps within the workspace, beside the invoices' numbers.
    pub number: u64,
    /// What is given back, above zero.
    pub lines: Vec<InvoiceLine>,
    pub total: Money,
    /// The tax that is given back with it; none where nothing was said of tax.
    pub tax: Option<Assessment>,
    pub bill_from: String,
    pub bill_to: String,
    pub note: String,
    pub issued_at: DateTime<Utc>,
    /// When the money went back.
    pub settled_at: Option<DateTime<Utc>>,
}
