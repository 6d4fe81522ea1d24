//! One answer of the model: asked for, read as it comes, cut off where somebody says something.

use domain::costs::Spent;
use tokio::time::{Instant, sleep, sleep_until};

use super::{
    super::{answer::Answer, incoming::Incoming, text_batcher::TextBatcher, trouble::Trouble, wire::Used},
    TEXT, Talk,
};
use crate::agents::Failure;

/// What whoever says something reads while it has to wait.
const WAITS: &str = "Got it. I’ll work that in as soon as I finish this part.";

/// What came of asking once.
pub(super) enum Turn {
    /// The whole answer.
    Whole(Answer),
    /// Somebody said something: what had come until then.
    Steered(String),
}

impl Talk<'_> {
    /// Tells whoever said something that it has to wait. It stands in the session: another attempt reads it there.
    async fn put_off(&mut self) -> Result<(), Failure> {
        for steer in self.bench.take_steers() {
            self.bench.answer_steer(&steer, WAITS).await?;
            self.waiting.push(steer);
        }
        Ok(())
    }

    /// Asks for the next answer, as often as it is worth it.
    pub(super) async fn speak(&mut self) -> Result<Turn, Failure> {
        let (mut tries, mut pause) = (1, self.endpoint.limits.pause);
        loop {
            let mut batcher = TextBatcher::new(format!("{TEXT}{}", self.texts));
            self.texts += 1;
            let (begun, mut words) = (Instant::now(), String::new());
            let left = self.endpoint.limits.total.saturating_sub(self.spent);
            let turn = tokio::select! {
                turn = self.listen(&mut batcher, &mut words) => turn?,
                () = sleep(left) => Err(Trouble::Endless("the time for all answers is used up")),
            };
            self.spent += begun.elapsed();
            batcher.end(self.bench).await?;
            let trouble = match turn {
                Ok(turn) => return Ok(turn),
                Err(trouble) => trouble,
            };
            let wait = trouble.worth_a_try().filter(|_| tries < self.endpoint.limits.tries);
            let Some(wait) = wait else { return Err(self.failed(&trouble)) };
            if let Some(over) = self.over.take() {
                return Err(over);
            }
            let told = self.bench.redact(&trouble.to_string());
            tracing::warn!(run.id = %self.bench.run(), tries, error.message = told, "the endpoint failed; trying on");
            self.remark(&format!("Trying again: {told}")).await?;
            if !words.trim().is_empty() {
                self.spoken.push_str(&words);
                self.agent(words, Vec::new(), Vec::new());
                self.user("(You were cut off here. Go on exactly where you stopped; repeat nothing.)");
            }
            sleep(wait.max(pause)).await;
            (tries, pause) = (tries + 1, pause * 2);
        }
    }

    /// Reads one answer as it comes, and notes what it has used, however it ends.
    async fn listen(
        &mut self,
        batcher: &mut TextBatcher,
        words: &mut String,
    ) -> Result<Result<Turn, Trouble>, Failure> {
        let asked = tokio::select! {
            asked = self.endpoint.ask(&self.system, &self.said, &self.tools) => asked,
            heard = self.bench.steered() => {
                heard?;
                return Ok(Ok(Turn::Steered(String::new())));
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
            Ok(true) => Ok(Turn::Steered(words.clone())),
            Ok(false) => incoming.whole().map(Turn::Whole),
            Err(trouble) => Err(trouble),
        })
    }

    /// Reads until all has come, or somebody says something: whether that was it.
    async fn follow(
        &mut self,
        incoming: &mut Incoming<'_>,
        batcher: &mut TextBatcher,
        words: &mut String,
    ) -> Result<Result<bool, Trouble>, Failure> {
        let mut held: Option<Instant> = None;
        loop {
            let due = batcher.due();
            tokio::select! {
                piece = incoming.next() => match piece {
                    Ok(Some(more)) => {
                        words.push_str(&more);
                        batcher.push(&more);
                    }
                    Ok(None) => return Ok(Ok(false)),
                    Err(trouble) => return Ok(Err(trouble)),
                },
                () = until(due), if due.is_some() => batcher.say(self.bench).await?,
                heard = self.bench.steered(), if held.is_none() => {
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

    async fn note(&mut self, used: Used) -> Result<(), Failure> {
        let Ok(model) = self.endpoint.model().await else { return Ok(()) };
        let spent = Spent {
            key: format!("{}-{}", self.bench.attempt(), self.texts),
            model: model.to_owned(),
            input_tokens: used.input,
            cached_tokens: used.cached,
            output_tokens: used.output,
            micros: None,
        };
        match self.bench.spent(&spent).await {
            Err(limit @ Failure::Limit(_)) => self.over = Some(limit),
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
