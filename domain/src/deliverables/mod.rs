//! Deliverables: what a request produces, in versions.

pub mod commands;
mod model;
pub mod queries;

pub use model::{Content, Deliverable, FullVersion, Version};
