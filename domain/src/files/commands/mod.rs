//! Files come, are hung on requests, and go; contents that no row names any more are cleared.

mod attach;
mod clear;
mod keep;

pub use attach::add;
pub(crate) use attach::{attach_in, delete_in};
pub use clear::{ClearedFiles, clear};
pub(crate) use clear::{clear_content, half_written as clear_half_written, hold_content_in};
pub use keep::{ArrivedFile, keep};
