//! Files that people and agents bring: what they are, how large they may be, what they are called.

pub mod kind;
pub mod name;

pub use kind::{HEAD, Kind, sniff};
pub use name::display_name;

/// The most bytes that one file may have.
pub const LIMIT: u64 = 25 * 1024 * 1024;

/// [`LIMIT`] as a page says it.
pub const LIMIT_WORDS: &str = "25 MB";
