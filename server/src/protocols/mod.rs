//! Dialects of the session log: ways in which others speak to it.

pub mod ag_ui;
pub mod ai_sdk;
pub mod durable_streams;
pub mod folded;

mod auth;
mod body;
mod news;
mod open;
mod posted;
mod refusal;
mod said;
pub(crate) mod sse;

pub use auth::Auth;
pub(crate) use durable_streams::tenant;
pub(crate) use refusal::stalled;
pub use sse::Pace;
