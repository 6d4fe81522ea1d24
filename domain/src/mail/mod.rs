//! Mail: written in the transaction of what it tells about, sent later (`server::jobs::mail`).

mod body;
#[cfg(feature = "sql")]
mod outbox;
#[cfg(feature = "sql")]
mod queue;

pub use body::{Piece, expand, pieces};
#[cfg(feature = "sql")]
pub use outbox::{Due, Letter, clear, due, failed, newest, sent};
#[cfg(feature = "sql")]
pub use queue::queue_in;
