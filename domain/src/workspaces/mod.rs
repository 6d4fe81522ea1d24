//! Workspaces: an operator's business, its brand and its calendar.

#[cfg(feature = "sql")]
pub mod colour;
#[cfg(feature = "sql")]
pub mod commands;
mod model;
#[cfg(feature = "sql")]
pub mod queries;
#[cfg(feature = "sql")]
mod settings;

pub use model::Workspace;
#[cfg(feature = "sql")]
pub use settings::{DAYS, Settings, TypedDay, TypedSettings};

#[cfg(feature = "sql")]
#[cfg(test)]
mod tests;
