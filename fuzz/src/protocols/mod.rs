//! The dialects' files.

pub mod durable_streams;
