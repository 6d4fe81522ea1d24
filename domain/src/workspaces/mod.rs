//! Workspaces: an operator's business, its brand and its calendar.

#[cfg(feature = "sql")]
pub mod commands;
mod model;
#[cfg(feature = "sql")]
pub mod queries;

pub use model::Workspace;
