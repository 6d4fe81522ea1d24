//! Files that people and agents bring: what they are, how large they may be, what they are called, whose they are.
//! Their bytes are in the [`store`], under their hash.

pub mod commands;
mod encoding;
pub mod kind;
mod model;
pub mod name;
pub mod queries;
pub mod quota;
pub mod store;

pub use commands::{ArrivedFile, ClearedFiles};
pub use kind::{FileKind, HEAD, sniff};
pub use model::{File, NewFile};
pub use name::{display_name, file_name, from_form};
pub(crate) use queries::FileRow;
pub use store::Store;
pub use wire::files::{LIMIT, LIMIT_WORDS};

#[cfg(test)]
mod tests;
