//! Files that people and agents bring: what they are, how large they may be, what they are called, whose they are.
//! Their bytes are in the [`store`], under their hash.

mod model;

mod clear;
mod commands;
mod encoding;
mod keep;
pub mod kind;
pub mod name;
mod queries;
pub mod quota;
pub mod store;

pub use clear::{Cleared, clear};
pub(crate) use clear::{clear_content, half_written as clear_half_written, hold_content_in};
pub use commands::add;
pub(crate) use commands::{attach_in, delete_in};
pub use keep::{Arrived, keep};
pub use kind::{HEAD, Kind, sniff};
pub use model::{File, NewFile};
pub use name::{display_name, file_name, from_form};
pub(crate) use queries::{FileRow, get_in};
pub use queries::{get, of_request, of_request_in};
pub use store::Store;
pub use wire::files::{LIMIT, LIMIT_WORDS};

#[cfg(test)]
mod tests;
