//! Other agents that help.

use std::sync::Arc;

use domain::{
    ids::RunId,
    runs::{self, SubRun},
};
use serde::Deserialize;

use super::{AttemptContext, refusal_as_text};
use crate::failure::AttemptFailure;

/// What whoever says something to an agent that waits for others reads at once.
const WAITS: &str = "Got it. I’ll work that in as soon as my helpers are done.";

/// A part of the work for another agent, by its name.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Delegation {
    pub agent: String,
    pub task: String,
}

impl AttemptContext {
    /// Has other agents help, each with a task: they begin at once, or go on where an earlier attempt had asked the same.
    ///
    /// # Errors
    /// In the inner result, what is wrong with a task, for whoever gave it; those before it are begun.
    pub async fn delegate(&self, tasks: &[Delegation]) -> Result<Result<Vec<RunId>, String>, AttemptFailure> {
        let mut begun = Vec::new();
        for Delegation { agent, task } in tasks {
            match refusal_as_text(runs::commands::delegate(&self.db, &self.claimed, agent, task).await)? {
                Ok(run) => begun.push(run),
                Err(why) => return Ok(Err(why)),
            }
        }
        Ok(Ok(begun))
    }

    /// Waits until these sub-runs have ended, and tells what they came to. Meanwhile nobody's place is taken, and whoever
    /// says something is told that it has to wait.
    pub async fn wait_for_sub_runs(&mut self, wanted: &[RunId]) -> Result<Vec<SubRun>, AttemptFailure> {
        self.slot = None;
        let mut told = 0;
        let ended = loop {
            let mut all = runs::queries::sub_runs(&self.db, &self.claimed).await?;
            all.retain(|sub| wanted.contains(&sub.run));
            if all.iter().all(|sub| sub.state.has_ended()) {
                break all;
            }
            while !std::mem::take(&mut self.was_helped) {
                for steer in self.steers.range(told..) {
                    self.answer_steer(steer, WAITS).await?;
                }
                told = self.steers.len();
                self.receive_signal().await?;
            }
        };
        self.slot = Arc::clone(&self.slots).acquire_owned().await.ok();
        Ok(ended)
    }
}
