//! Billing: what a client holds, its paid periods and banked days, and what it is billed.
//!
//! A subscription copies the offer's terms when it is sold. Whoever changes one holds its row first, then its client's
//! board, then an invoice, then the workspace's counter of numbers, so that no two changes wait for each other.

pub mod commands;
mod invoice;
mod period;
mod subscription;
pub mod words;

pub use invoice::{Invoice, InvoiceState, Line};
pub use subscription::{Pause, Subscription, SubscriptionState};

#[cfg(test)]
mod tests;
