//! Webhooks: what happened, sent to addresses of the operator's, signed by the Standard Webhooks scheme.
//!
//! An event is written in the transaction that makes it so (`commands::enqueue`); the server's sender hands it to the
//! webhooks that want it and sends it until it is taken, for about three days ([`outbox`]). Each is sent at least once:
//! whoever takes them goes by the message's id.

pub mod commands;
mod model;
pub mod outbox;
pub mod queries;

pub use model::{Delivery, DeliveryState, EventKind, NewWebhook, Webhook};
