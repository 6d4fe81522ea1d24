//! The protocols' files.

pub mod durable_streams;
