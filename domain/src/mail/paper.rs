use uuid::Uuid;

use crate::{
    ids::{CreditNoteId, InvoiceId},
    text_enum::text_enum,
};

text_enum! {
    /// What a mail carries as a PDF.
    pub enum PaperKind {
        Invoice = "invoice",
        CreditNote = "credit_note",
        /// What came in for an invoice.
        Receipt = "receipt",
    }
}

/// A paper that goes with a mail: drawn when the mail is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MailPaper {
    Invoice(InvoiceId),
    CreditNote(CreditNoteId),
    /// Of the invoice that was paid.
    Receipt(InvoiceId),
}

impl MailPaper {
    pub(super) fn of(kind: PaperKind, id: Uuid) -> Self {
        match kind {
            PaperKind::Invoice => Self::Invoice(InvoiceId(id)),
            PaperKind::CreditNote => Self::CreditNote(CreditNoteId(id)),
            PaperKind::Receipt => Self::Receipt(InvoiceId(id)),
        }
    }

    pub(super) fn parts(self) -> (PaperKind, Uuid) {
        match self {
            Self::Invoice(invoice) => (PaperKind::Invoice, invoice.0),
            Self::CreditNote(credit) => (PaperKind::CreditNote, credit.0),
            Self::Receipt(invoice) => (PaperKind::Receipt, invoice.0),
        }
    }
}
