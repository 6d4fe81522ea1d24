//! Proposals: what a program may not do by itself and an operator decides on the desk. One decision, an expiry, and
//! what was approved is done in the transaction that says so: once, whatever happens to the server.

mod action;
mod answer;
mod model;
mod propose;
mod queries;

#[cfg(test)]
mod tests;

pub use action::Action;
pub use answer::{approve, decline};
pub use model::{Decided, Proposal, ProposalState};
pub use propose::propose;
pub use queries::get;
pub(crate) use queries::open_in;
