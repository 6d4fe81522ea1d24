//! A rehearsal: the whole way of a request without anybody's intelligence in it. It reads what the client gave, plans
//! along the brief's own words, asks once, quotes what bears on each point, and delivers a draft of that. It says what
//! it is, looks nothing up and makes nothing up.

mod asks;
mod draft;
mod facts;
mod flow;
mod material;
mod pace;
mod question;
mod speech;
mod table;

pub use pace::RehearsalPace;

use super::super::{AgentBackend, AttemptContext, AttemptEnd, AttemptFailure};

/// The backend that rehearses.
#[derive(Clone, Copy, Debug)]
pub struct Rehearsal {
    pace: RehearsalPace,
}

impl Rehearsal {
    /// At a person's pace, or at once.
    pub fn new(pace: RehearsalPace) -> Self {
        Self { pace }
    }
}

#[async_trait::async_trait]
impl AgentBackend for Rehearsal {
    async fn work(&self, context: &mut AttemptContext) -> Result<AttemptEnd, AttemptFailure> {
        flow::go(context, self.pace).await
    }
}
