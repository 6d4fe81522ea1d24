//! Proposals: what a program may not do by itself and an operator decides on the desk. One decision, an expiry, and
//! what was approved is done in the transaction that says so: once, whatever happens to the server.

mod action;
pub mod commands;
mod model;
pub mod queries;

#[cfg(test)]
mod tests;

pub use action::Action;
pub use model::{Decision, Proposal, ProposalState};
