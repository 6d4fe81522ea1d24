//! Files that people bring, kept in the file store under their content's hash, and handed out again.

pub mod download;
mod paced;
pub mod upload;
