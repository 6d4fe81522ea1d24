//! Webhooks: what happened, sent to addresses of the operator's, signed by the Standard Webhooks scheme.
//!
//! An event is written in the transaction that makes it so ([`enqueue`]); the server's sender hands it to the webhooks
//! that want it and sends it until it is taken, for about three days. Each is sent at least once: whoever takes them goes
//! by the message's id.

mod commands;
mod enqueue;
mod model;
mod outbox;
mod queries;

pub(crate) use commands::reseal_in;
pub use commands::{NewWebhook, create, edit, remove, rotate, send_again, send_since};
pub(crate) use enqueue::{enqueue, told_with};
pub use model::{Delivery, DeliveryState, Kind, Webhook};
pub use outbox::{Answered, Due, clear, due, settle, spread};
pub use queries::{deliveries, get, list};
