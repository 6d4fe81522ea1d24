//! Files that people bring, kept in the data folder under their content's hash, and handed out again.

pub mod download;
mod disk;
pub mod upload;
