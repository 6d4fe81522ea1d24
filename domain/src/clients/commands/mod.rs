//! What an operator does with clients.

mod archive;
mod close;
mod create;
mod rename;

pub(crate) use archive::archive_in;
pub use archive::{archive, restore};
pub use close::{READABLE, close_due};
pub use create::create;
pub use rename::rename;
