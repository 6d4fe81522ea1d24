//! Workspaces: an operator's business, its brand and its calendar.

pub mod colour;
pub mod commands;
mod model;
pub mod queries;
mod settings;

pub use model::Workspace;
pub use settings::{DAYS, DayForm, SettingsForm, WorkspaceSettings};

#[cfg(test)]
mod tests;
