//! The page's line to the server: one socket a tab, shared by all islands, that comes back by itself.
//!
//! An island follows a stream from the offset that the page was rendered at. Whatever happens to the socket, it hears
//! every event behind that offset, in order; the rest it never notices.

mod connection;
mod follow;
mod pace;

pub use connection::{State, follow, get, state, text_of};
pub use follow::{Following, Heard};
