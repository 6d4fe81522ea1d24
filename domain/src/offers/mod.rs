//! Offers: what an operator sells, on which terms, and what a client is asked at sign-up.

pub mod commands;
mod draft;
pub mod intake;
mod model;
mod pricing;
pub mod queries;
mod terms;

pub use draft::{FieldForm, OfferDraft, OfferForm, PricingForm};
pub use intake::{IntakeAnswer, IntakeField, IntakeKind};
pub use model::{Offer, OfferState};
pub use pricing::{FirstPrice, PricingOptions, Trial};
pub use terms::{Interval, Starts, Terms};

#[cfg(test)]
mod tests;
