//! Requests: pieces of work asked for, and where they stand.

mod column;

pub use column::{Column, Priority};
