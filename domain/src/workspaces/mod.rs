//! Workspaces: an operator's business, its brand and its calendar.

pub mod colour;
pub mod commands;
mod defaults;
mod model;
pub mod queries;
mod settings;

pub use defaults::{DefaultTexts, default_texts};
pub use model::{Letterhead, Workspace};
pub use settings::{DAYS, DayForm, SettingsForm, WorkspaceSettings};

#[cfg(test)]
mod tests;
