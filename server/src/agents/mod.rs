//! Who does the work. A [`Worker`] claims runs and keeps their lease, whoever the agent is; a [`Brain`] does the work,
//! through a [`Workbench`] that writes it into the session.
//!
//! Nothing of a brain's own reaches a browser: what it says, plans, asks and delivers is an event first.

pub mod acp;
mod attempt;
pub mod claude_code;
mod conclude;
pub mod driven;
mod ears;
mod failure;
pub mod hermes;
pub mod house;
mod lease;
mod limit;
mod material;
pub mod model;
mod partings;
mod past;
mod signals;
mod staff;
pub mod tryout;
mod workbench;
mod worker;

use domain::agents::Reach;
use serde_json::Value;

pub use failure::{End, Failure};
pub use past::{Past, Settlement};
pub use signals::Steer;
pub use staff::Staff;
pub use workbench::{Delegated, Workbench};
pub use worker::{Options, Worker};

/// How an agent works: one for each backend that the server drives.
///
/// The worker drops the future when the work is stopped, taken away or the server leaves. What has to be told then to
/// something outside belongs into a guard's `Drop`.
#[async_trait::async_trait]
pub trait Brain: Send + Sync {
    /// Does the work of one attempt, from where the ones before it left it: [`Workbench::past`].
    async fn work(&self, bench: &mut Workbench) -> Result<End, Failure>;

    /// Tells what works for a run elsewhere, as its attempts have kept it, that it is not wanted any more.
    ///
    /// # Errors
    /// Why that could not be told, for the log: it is tried again.
    async fn part(&self, _: &Reach, _: Value) -> Result<(), String> {
        Ok(())
    }
}
