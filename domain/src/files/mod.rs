//! Files that people and agents bring: what they are, how large they may be, what they are called, whose they are.
//! Their bytes are in the [`store`], under their hash.

mod model;

#[cfg(feature = "sql")]
mod clear;
#[cfg(feature = "sql")]
mod commands;
#[cfg(feature = "sql")]
mod encoding;
#[cfg(feature = "sql")]
mod keep;
#[cfg(feature = "sql")]
pub mod kind;
#[cfg(feature = "sql")]
pub mod name;
#[cfg(feature = "sql")]
mod queries;
#[cfg(feature = "sql")]
pub mod quota;
#[cfg(feature = "sql")]
pub mod store;

#[cfg(feature = "sql")]
pub use clear::{Cleared, clear};
#[cfg(feature = "sql")]
pub(crate) use clear::{clear_content, half_written as clear_half_written, hold_content_in};
#[cfg(feature = "sql")]
pub use commands::add;
#[cfg(feature = "sql")]
pub(crate) use commands::{attach_in, delete_in};
#[cfg(feature = "sql")]
pub use keep::{Arrived, keep};
#[cfg(feature = "sql")]
pub use kind::{HEAD, Kind, sniff};
pub use model::{File, NewFile};
#[cfg(feature = "sql")]
pub use name::{display_name, file_name, from_form};
#[cfg(feature = "sql")]
pub(crate) use queries::{FileRow, get_in};
#[cfg(feature = "sql")]
pub use queries::{get, of_request, of_request_in};
#[cfg(feature = "sql")]
pub use store::Store;

/// The most bytes that one file may have.
pub const LIMIT: u64 = 25 * 1024 * 1024;

/// [`LIMIT`] as a page says it.
pub const LIMIT_WORDS: &str = "25 MB";

#[cfg(feature = "sql")]
#[cfg(test)]
mod tests;
