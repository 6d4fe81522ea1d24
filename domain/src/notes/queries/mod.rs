//! What is read of a client's notes: one by its path, its versions, and what a search finds.

mod get;
mod search;

pub use get::{get, version, versions};
pub use search::search;
