//! Tax on what is billed: the rates that the operator keeps, which of them holds for a client, and the sums on an invoice.
//!
//! Everything that is billed goes through [`assess`]: drafts, first invoices, renewals, changes of plan. An invoice keeps
//! what came of it, so that its credit note takes back the same to the cent, whatever the rates are by then. The operator
//! answers for the rates and for when which holds; the portal computes, checks the form of tax numbers and writes the words.

mod assess;
pub mod commands;
mod examples;
mod model;
pub mod numbers;
pub mod queries;

pub use assess::{Assessment, LineTax, RateSum, TaxableLine, Treatment, assess};
pub use examples::{Example, examples};
pub use model::{
    Buyer, BuyerKind, HandCheck, RateForm, RateKind, Seller, TaxMode, TaxRate, TaxSettings, TaxSettingsForm,
    percent_words, read_percent,
};

#[cfg(test)]
mod tests;
