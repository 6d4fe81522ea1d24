//! Protocols of the session log: how clients that others wrote read and write it.

pub mod ag_ui;
pub mod ai_sdk;
pub mod durable_streams;
pub mod snapshot;

mod auth;
mod entry_data;
mod entry_progress;
mod error;
pub(crate) mod follow_timer;
mod json_body;
mod live_answer;
mod messages;

pub use auth::Auth;
pub(crate) use durable_streams::tenant;
pub(crate) use error::stalled;
pub use follow_timer::FollowIntervals;
