//! The page's line to the server: one socket a tab, shared by all islands, that comes back by itself; events over HTTP
//! where sockets do not get through.
//!
//! An island follows a stream from the offset that the page was rendered at. Whatever happens to the socket, it hears
//! every event behind that offset, in order; the rest it never notices.

pub mod pace;

#[cfg(feature = "hydrate")]
mod connection;
#[cfg(feature = "hydrate")]
mod follow;
#[cfg(feature = "hydrate")]
mod frame;
#[cfg(feature = "hydrate")]
mod pipe;

#[cfg(feature = "hydrate")]
pub use connection::{ConnectionState, follow, state};
#[cfg(feature = "hydrate")]
pub use follow::{Following, LiveUpdate};
#[cfg(feature = "hydrate")]
pub use frame::{get, text_of};
