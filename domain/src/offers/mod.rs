//! Offers: what an operator sells, on which terms, and what a client is asked at sign-up.

#[cfg(feature = "sql")]
pub mod commands;
#[cfg(feature = "sql")]
mod draft;
pub mod intake;
mod model;
#[cfg(feature = "sql")]
pub mod queries;
mod terms;

#[cfg(feature = "sql")]
pub use draft::{Draft, Typed, TypedField};
pub use intake::{IntakeAnswer, IntakeField, IntakeKind};
pub use model::{Offer, OfferState};
pub use terms::{Interval, Starts, Terms};

#[cfg(feature = "sql")]
#[cfg(test)]
mod tests;
