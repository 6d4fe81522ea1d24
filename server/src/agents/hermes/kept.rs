use serde::{Deserialize, Serialize};

use crate::agents::{
    Failure, Workbench,
    driven::{Queue, take_in},
};

/// What the next attempt has to know to go on with the same run of Hermes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Kept {
    /// Hermes' own conversation, the same for all turns.
    pub(super) session: String,
    /// How often it had to be another one.
    pub(super) sessions: u32,
    /// Turns that were begun.
    pub(super) turn: u32,
    /// The run of the turn that is not over.
    pub(super) run: Option<String>,
    /// It was being started, and nobody knows whether it was.
    pub(super) starting: bool,
    /// The last turn ended without its end being seen: Hermes was restarted.
    pub(super) interrupted: bool,
    /// What it had begun to say then, and has nowhere on record: it is on the page, and so belongs to it.
    pub(super) begun: String,
    /// The last message that Hermes had on record when the turn began.
    pub(super) after: i64,
    /// How many permissions the turn wanted, and how many were told to Hermes.
    pub(super) asked: u32,
    pub(super) answered: u32,
    /// What was said meanwhile, for the next turn.
    pub(super) queue: Queue,
}

impl Kept {
    /// Of an earlier attempt, or anew.
    pub(super) async fn of(bench: &Workbench) -> Result<Self, Failure> {
        let mut kept: Self = bench.kept().await?.unwrap_or_default();
        if kept.session.is_empty() || kept.starting {
            kept.other_session(bench);
        }
        Ok(kept)
    }

    /// Whatever may still run in the one before does not mix with what comes.
    pub(super) fn other_session(&mut self, bench: &Workbench) {
        self.sessions += 1;
        self.session = format!("throughline-{}-{}", bench.run().0.simple(), self.sessions);
        self.after = 0;
    }

    /// Begins what all that the turn writes begins with.
    pub(super) fn prefix(&self) -> String {
        format!("h{}-", self.turn)
    }

    /// Keeps what was said to the agent for the next turn, and tells whoever said it.
    pub(super) async fn take_in(&mut self, bench: &mut Workbench) -> Result<(), Failure> {
        take_in(bench, self, |kept| &mut kept.queue).await
    }
}
