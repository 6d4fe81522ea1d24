//! What an operator does with clients.

mod archive;
mod create;
mod rename;

pub use archive::{archive, restore};
pub use create::create;
pub use rename::rename;
