//! Who does the work. A [`Worker`] claims runs and keeps their lease, whoever the agent is; an [`AgentBackend`] does the work,
//! through an [`AttemptContext`] that writes it into the session.
//!
//! Nothing of a backend's own reaches a browser: what it says, plans, asks and delivers is an event first.

#![cfg_attr(test, allow(clippy::unwrap_used, reason = "a test that cannot go on has failed"))]

pub mod acp;
mod attempt;
mod attempt_context;
pub mod built_in;
pub mod claude_code;
pub mod external;
mod failure;
mod finish_attempt;
pub mod hermes;
mod history;
mod lease;
mod limit;
mod material;
pub mod model;
mod registry;
mod remote_cancel;
mod signal_listener;
mod signals;
mod text_batcher;
mod worker;

use domain::agents::Reach;
use serde_json::Value;

pub use attempt_context::{AttemptContext, Delegation, StepTitle};
pub use failure::{AttemptEnd, AttemptFailure};
pub use history::{History, Settlement};
pub use registry::BackendRegistry;
pub use signals::Steer;
pub use worker::{Worker, WorkerOptions};

/// How an agent works: one for each backend that the server drives.
///
/// The worker drops the future when the work is stopped, taken away or the server leaves. What has to be told then to
/// something outside belongs into a guard's `Drop`.
#[async_trait::async_trait]
pub trait AgentBackend: Send + Sync {
    /// Does the work of one attempt, from where the ones before it left it: [`AttemptContext::history`].
    async fn work(&self, context: &mut AttemptContext) -> Result<AttemptEnd, AttemptFailure>;

    /// Tells what works for a run elsewhere, as its attempts have kept it, that it is not wanted any more.
    ///
    /// # Errors
    /// Why that could not be told, for the log: it is tried again.
    async fn cancel(&self, _: &Reach, _: Value) -> Result<(), String> {
        Ok(())
    }
}
