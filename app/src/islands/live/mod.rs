//! The page's line to the server: one socket a tab, shared by all islands, that comes back by itself; events over HTTP
//! where sockets do not get through.
//!
//! An island follows a stream from the offset that the page was rendered at. Whatever happens to the socket, it hears
//! every event behind that offset, in order; the rest it never notices.

mod connection;
mod follow;
mod frame;
mod pace;
mod pipe;

pub use connection::{State, follow, state};
pub use follow::{Following, Heard};
pub use frame::{get, text_of};
