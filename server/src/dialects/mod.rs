//! Dialects of the session log: ways in which others speak to it.

pub mod durable_streams;
pub mod folded;
