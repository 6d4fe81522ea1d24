//! Changing subscriptions and invoices.

mod issue;
mod subscribe;

pub use subscribe::subscribe_in;

pub(super) use issue::{NewInvoice, insert_issued_in};
