//! Files that people bring, kept in the data folder under their content's hash, and handed out again.

mod disk;
pub mod download;
mod paced;
pub mod upload;
