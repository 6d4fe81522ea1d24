//! What is asked of people, and what they say.

use std::sync::Arc;

use domain::{
    approvals::{self, Decision, Question},
    controls::{self, Outcome},
    ids::ApprovalId,
};

use super::AttemptContext;
use crate::{
    failure::AttemptFailure,
    history::Settlement,
    signals::{Signal, Steer},
};

impl AttemptContext {
    /// Asks, and waits as long as it takes. A question that was settled before is not asked again.
    pub async fn ask(&mut self, question: Question) -> Result<Settlement, AttemptFailure> {
        let words = question.question.trim().to_owned();
        if let Some(settled) = self.history.settlement(&words) {
            return Ok(settled);
        }
        let approval = approvals::commands::ask(&self.db, &self.claimed, question).await?;
        let settled = self.settlement(approval).await?;
        self.history.settle(words, settled.clone());
        Ok(settled)
    }

    /// The same for a question that is told from others by a key and not by its words: whoever allowed something once
    /// has not allowed it again. Under the same key, whichever attempt of the run asks, it is asked once.
    pub async fn ask_once(&mut self, key: &str, question: Question) -> Result<Settlement, AttemptFailure> {
        let approval = self.claimed.approval(key);
        if let Some(settled) = self.history.settled(approval) {
            return Ok(settled);
        }
        approvals::commands::ask_as(&self.db, &self.claimed, approval, question).await?;
        self.settlement(approval).await
    }

    /// The key of the answer to the question that was asked under a key; none where nobody answered.
    pub async fn answer_key(&self, key: &str) -> Result<Option<String>, AttemptFailure> {
        Ok(match approvals::queries::decision(&self.db, &self.claimed, self.claimed.approval(key)).await? {
            Decision::Chosen(key) => Some(key),
            Decision::Pending | Decision::Unanswered => None,
        })
    }

    /// Waits for the answer.
    async fn settlement(&mut self, approval: ApprovalId) -> Result<Settlement, AttemptFailure> {
        self.slot = None;
        let settled = loop {
            match self.settled.remove(&approval) {
                Some(settled) => break settled,
                None => self.receive_signal().await?,
            }
        };
        // The semaphore is never closed.
        self.slot = Arc::clone(&self.slots).acquire_owned().await.ok();
        Ok(settled)
    }

    /// What was said to the agent and is not taken up yet, oldest first.
    pub fn take_steers(&mut self) -> Vec<Steer> {
        self.is_steered();
        self.steers.drain(..).collect()
    }

    /// Whether something was said to the agent that is not taken up yet.
    pub fn is_steered(&mut self) -> bool {
        while let Ok(signal) = self.signals.try_recv() {
            self.note(signal);
        }
        !self.steers.is_empty()
    }

    /// Waits until something is said to the agent.
    pub async fn wait_for_steer(&mut self) -> Result<(), AttemptFailure> {
        while self.steers.is_empty() {
            self.receive_signal().await?;
        }
        Ok(())
    }

    /// Tells who said it what came of it.
    pub async fn answer_steer(&self, steer: &Steer, reason: &str) -> Result<(), AttemptFailure> {
        let reason = self.redact(reason);
        controls::commands::settle(&self.db, &self.claimed.scope, steer.control, Outcome::Done, &reason)
            .await?;
        Ok(())
    }

    pub(super) async fn receive_signal(&mut self) -> Result<(), AttemptFailure> {
        match self.signals.recv().await {
            Some(signal) => {
                self.note(signal);
                Ok(())
            }
            // The listener ends with the session engine.
            None => Err(AttemptFailure::Leaving),
        }
    }

    fn note(&mut self, signal: Signal) {
        match signal {
            Signal::Steer(steer) => self.steers.push_back(steer),
            Signal::SubRunEnded => self.was_helped = true,
            Signal::QuestionSettled { approval, label, by } => {
                self.settled.insert(approval, Settlement { label, by });
            }
        }
    }
}
