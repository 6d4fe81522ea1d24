//! Billing: the desk's figures, subscriptions and invoices, and a client's own.

mod answers;
pub mod balance;
pub mod card;
pub mod change;
pub mod client_terms;
pub mod compose;
pub mod credit;
mod desk;
pub mod details;
pub mod draft;
pub mod invoice;
mod invoice_form;
pub mod invoice_state;
mod invoices;
pub mod mine;
mod mine_view;
pub mod my_invoice;
pub mod offer;
pub mod overview;
pub mod party;
pub mod payments;
pub(in crate::pages) mod payments_view;
mod recurring;
pub(in crate::pages) mod sheet;
pub mod subscription_state;

pub(in crate::pages) use sheet::sheet;

use domain::billing::Invoice;

/// An invoice's number as its pages say it: `Invoice 0042`, or that it is a draft.
pub(in crate::pages) fn title(invoice: &Invoice) -> String {
    invoice.number.map_or("Draft invoice".to_owned(), |number| {
        format!("Invoice {}", domain::billing::words::number(number))
    })
}
