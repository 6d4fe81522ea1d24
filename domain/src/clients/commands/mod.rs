//! What an operator does with clients.

mod archive;
mod create;
mod rename;

pub use archive::{archive, restore};
pub use create::{NewRow, create, insert_in};
pub use rename::rename;
