//! Webhooks: what happened, sent to addresses of the operator's, signed by the Standard Webhooks scheme.
//!
//! An event is written in the transaction that makes it so ([`enqueue`]); the server's sender hands it to the webhooks
//! that want it and sends it until it is taken, for about three days. Each is sent at least once: whoever takes them goes
//! by the message's id.

#[cfg(feature = "sql")]
mod commands;
#[cfg(feature = "sql")]
mod enqueue;
mod model;
#[cfg(feature = "sql")]
mod outbox;
#[cfg(feature = "sql")]
mod queries;

#[cfg(feature = "sql")]
pub(crate) use commands::reseal_in;
#[cfg(feature = "sql")]
pub use commands::{NewWebhook, create, edit, remove, rotate, send_again, send_since};
#[cfg(feature = "sql")]
pub(crate) use enqueue::{enqueue, told_with};
pub use model::{Delivery, DeliveryState, Kind, Webhook};
#[cfg(feature = "sql")]
pub use outbox::{Answered, Due, clear, due, settle, spread};
#[cfg(feature = "sql")]
pub use queries::{deliveries, get, list};
