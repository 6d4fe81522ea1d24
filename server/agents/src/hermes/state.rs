use serde::{Deserialize, Serialize};

use crate::{
    AttemptContext, AttemptFailure,
    external::{self, SteerQueue, queue_steers},
};

/// What the next attempt has to know to go on with the same run of Hermes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct HermesState {
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
    /// What was said in the turns before, by whom, as Hermes is told it: it remembers nothing by itself that it is not
    /// told, and what it has on record is of one conversation alone.
    pub(super) history: Vec<HistoryMessage>,
    /// What it was told in this turn.
    pub(super) input: String,
    /// The last message that Hermes had on record when the turn began.
    pub(super) after: i64,
    /// How many permissions the turn wanted, and how many were told to Hermes.
    pub(super) asked: u32,
    pub(super) answered: u32,
    /// What was said meanwhile, for the next turn.
    pub(super) queue: SteerQueue,
    /// What it said last, once nothing was left to do: an attempt that comes after that hands it in and begins nothing.
    pub(super) last: Option<String>,
}

/// A message of the conversation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct HistoryMessage {
    pub(super) role: String,
    pub(super) content: String,
}

impl external::SavedState for HermesState {
    fn is_elsewhere(&self) -> bool {
        self.run.is_some()
    }
}

impl HermesState {
    /// Of an earlier attempt, or anew.
    pub(super) async fn of(context: &AttemptContext) -> Result<Self, AttemptFailure> {
        let mut kept: Self = context.saved_state().await?.unwrap_or_default();
        if kept.session.is_empty() || kept.starting {
            kept.other_session(context);
        }
        Ok(kept)
    }

    /// Whatever may still run in the one before does not mix with what comes.
    pub(super) fn other_session(&mut self, context: &AttemptContext) {
        self.sessions += 1;
        self.session = format!("throughline-{}-{}", context.run().0.simple(), self.sessions);
        self.after = 0;
    }

    /// The turn is over: what was said in it is history.
    pub(super) fn remember(&mut self, words: impl IntoIterator<Item = String>) {
        let said = |role: &str, content| HistoryMessage { role: role.to_owned(), content };
        self.history.push(said("user", std::mem::take(&mut self.input)));
        let spoken = words.into_iter().filter(|words| !words.trim().is_empty());
        self.history.extend(spoken.map(|words| said("assistant", words)));
        self.run = None;
    }

    /// Begins what all that the turn writes begins with.
    pub(super) fn prefix(&self) -> String {
        format!("h{}-", self.turn)
    }

    /// Keeps what was said to the agent for the next turn, and tells whoever said it.
    pub(super) async fn queue_steers(&mut self, context: &mut AttemptContext) -> Result<(), AttemptFailure> {
        queue_steers(context, self, |kept| &mut kept.queue).await
    }
}
