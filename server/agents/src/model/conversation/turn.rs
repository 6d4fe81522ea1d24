//! One answer of the model: asked for, read as it comes, cut off where somebody says something.

use std::time::Duration;

use domain::costs::UsageReport;
use sessions::Backoff;
use tokio::time::{Instant, sleep, sleep_until};

use super::{
    super::{answer::ModelAnswer, error::EndpointError, incoming::Incoming, wire::TokenUsage},
    ModelConversation, TEXT,
};
use crate::{AttemptFailure, text_batcher::TextBatcher};

/// What whoever says something reads while it has to wait.
const WAITS: &str = "Got it. I’ll work that in as soon as I finish this part.";

/// What came of asking once.
pub(super) enum AnswerOutcome {
    /// The whole answer.
    Whole(ModelAnswer),
    /// Somebody said something: what had come until then.
    Steered(String),
}

impl ModelConversation<'_> {
    /// Tells whoever said something that it has to wait. It stands in the session: another attempt reads it there.
    async fn put_off(&mut self) -> Result<(), AttemptFailure> {
        for steer in self.context.take_steers() {
            self.context.answer_steer(&steer, WAITS).await?;
            self.waiting.push(steer);
        }
        Ok(())
    }

    /// Asks for the next answer, as often as it is worth it.
    pub(super) async fn next_answer(&mut self) -> Result<AnswerOutcome, AttemptFailure> {
        let (mut tries, mut backoff) = (1, Backoff::new(self.endpoint.limits.pause, Duration::MAX));
        loop {
            let mut batcher = TextBatcher::new(format!("{TEXT}{}", self.texts));
            self.texts += 1;
            let (begun, mut words) = (Instant::now(), String::new());
            let left = self.endpoint.limits.total.saturating_sub(self.spent);
            let turn = tokio::select! {
                turn = self.listen(&mut batcher, &mut words) => turn?,
                () = sleep(left) => Err(EndpointError::Endless("the time for all answers is used up")),
            };
            self.spent += begun.elapsed();
            batcher.end(self.context).await?;
            let trouble = match turn {
                Ok(turn) => return Ok(turn),
                Err(trouble) => trouble,
            };
            let wait = trouble.worth_a_try().filter(|_| tries < self.endpoint.limits.tries);
            let Some(wait) = wait else { return Err(self.failed(&trouble)) };
            if let Some(over) = self.over.take() {
                return Err(over);
            }
            let told = self.context.redact(&trouble.to_string());
            tracing::warn!(run.id = %self.context.run(), tries, error.message = told, "the endpoint failed; trying on");
            self.remark(&format!("Trying again: {told}")).await?;
            if !words.trim().is_empty() {
                self.spoken.push_str(&words);
                self.agent(words, Vec::new(), Vec::new());
                self.user("(You were cut off here. Go on exactly where you stopped; repeat nothing.)");
            }
            sleep(wait.max(backoff.next_pause())).await;
            tries += 1;
        }
    }

    /// Reads one answer as it comes, and notes what it has used, however it ends.
    async fn listen(
        &mut self,
        batcher: &mut TextBatcher,
        words: &mut String,
    ) -> Result<Result<AnswerOutcome, EndpointError>, AttemptFailure> {
        let asked = tokio::select! {
            asked = self.endpoint.request_answer(&self.system, &self.messages, &self.tools) => asked,
            heard = self.context.wait_for_steer() => {
                heard?;
                return Ok(Ok(AnswerOutcome::Steered(String::new())));
            }
        };
        let mut incoming = match asked {
            Ok(incoming) => incoming,
            Err(trouble) => return Ok(Err(trouble)),
        };
        let steered = self.follow(&mut incoming, batcher, words).await?;
        if let Some(used) = incoming.answer.used {
            self.note(used).await?;
        }
        Ok(match steered {
            Ok(true) => Ok(AnswerOutcome::Steered(words.clone())),
            Ok(false) => incoming.whole().map(AnswerOutcome::Whole),
            Err(trouble) => Err(trouble),
        })
    }

    /// Reads until all has come, or somebody says something: whether that was it.
    async fn follow(
        &mut self,
        incoming: &mut Incoming<'_>,
        batcher: &mut TextBatcher,
        words: &mut String,
    ) -> Result<Result<bool, EndpointError>, AttemptFailure> {
        let mut held: Option<Instant> = None;
        loop {
            tokio::select! {
                piece = incoming.next() => match piece {
                    Ok(Some(more)) => {
                        words.push_str(&more);
                        batcher.push(&more);
                    }
                    Ok(None) => return Ok(Ok(false)),
                    Err(trouble) => return Ok(Err(trouble)),
                },
                () = batcher.due() => batcher.flush(self.context).await?,
                heard = self.context.wait_for_steer(), if held.is_none() => {
                    heard?;
                    // What only speaks can be cut off; a call that has begun is let finish.
                    if !incoming.answer.calls_something() {
                        return Ok(Ok(true));
                    }
                    held = Some(Instant::now() + self.endpoint.limits.hold);
                }
                () = until(held), if held.is_some() => {
                    held = None;
                    self.put_off().await?;
                }
            }
        }
    }

    async fn note(&mut self, used: TokenUsage) -> Result<(), AttemptFailure> {
        let Ok(model) = self.endpoint.model().await else { return Ok(()) };
        let spent = UsageReport {
            key: format!("{}-{}", self.context.attempt(), self.texts),
            model: model.to_owned(),
            input_tokens: used.input,
            cached_tokens: used.cached,
            output_tokens: used.output,
            micros: None,
        };
        match self.context.record_usage(&spent).await {
            Err(limit @ AttemptFailure::Limit(_)) => self.over = Some(limit),
            noted => noted?,
        }
        Ok(())
    }
}

async fn until(due: Option<Instant>) {
    if let Some(due) = due {
        sleep_until(due).await;
    }
}
