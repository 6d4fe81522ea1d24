//! Where a payment stands, as its page says it.

use domain::{billing::InvoiceState, payments::PayView};

/// What the page is about now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PayState {
    Due,
    /// A part has come, the rest is due.
    PaidInPart,
    /// A payment is on its way and nobody knows yet.
    Processing,
    /// The bank said no.
    Declined,
    /// The bank wants to see the person.
    NeedsPerson,
    Paid,
    Void,
}

impl PayState {
    pub fn of(pay: &PayView) -> Self {
        match pay.invoice.state {
            InvoiceState::Paid => return Self::Paid,
            InvoiceState::Void | InvoiceState::Draft => return Self::Void,
            InvoiceState::Issued if pay.rest.minor <= 0 => return Self::Paid,
            InvoiceState::Issued => {}
        }
        match &pay.last_decline {
            _ if pay.is_processing => Self::Processing,
            Some((decline, _)) if decline.code == "authentication_required" => Self::NeedsPerson,
            Some(_) => Self::Declined,
            None if pay.paid.minor > 0 => Self::PaidInPart,
            None => Self::Due,
        }
    }

    /// Whether one may pay now.
    pub fn is_open(self) -> bool {
        matches!(self, Self::Due | Self::PaidInPart | Self::Declined | Self::NeedsPerson)
    }
}
