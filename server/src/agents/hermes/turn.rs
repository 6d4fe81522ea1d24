//! Begins turns.

use serde_json::json;

use super::{
    kept::Kept,
    line::{Fault, Line},
};
use crate::agents::{AttemptContext, Failure, external::brief};

/// How often a start is tried whose fate nobody knows: each may have set Hermes to work.
const TRIES: u32 = 3;

pub(super) struct Turn<'a> {
    pub(super) line: &'a Line,
}

/// The run of a turn.
pub(super) struct Started {
    pub(super) run: String,
    /// This attempt started it, so its events can be read.
    pub(super) fresh: bool,
}

impl Turn<'_> {
    /// Takes up the run that an earlier attempt started, or starts one.
    pub(super) async fn begin(
        &self,
        bench: &mut AttemptContext,
        kept: &mut Kept,
    ) -> Result<Started, Failure> {
        if let Some(run) = kept.run.clone() {
            return Ok(Started { run, fresh: false });
        }
        kept.take_in(bench).await?;
        let recorded = self.line.messages(&kept.session).await;
        let recorded = recorded.map_err(|fault| fault.trouble().failure(bench.agent()))?;
        kept.input = input(bench, kept).await?;
        let instructions = brief::system(bench);
        (kept.turn, kept.asked, kept.answered) = (kept.turn + 1, 0, 0);
        kept.after = recorded.last().map_or(0, |message| message.id);
        let mut tries = 1;
        let run = loop {
            kept.starting = true;
            bench.keep(kept).await?;
            let body = json!({
                "input": kept.input, "instructions": instructions, "session_id": kept.session,
                "conversation_history": kept.history,
            });
            match self.line.start(&body).await {
                Ok(run) => break run,
                Err(Fault::Away(why)) if tries < TRIES => {
                    tracing::warn!(run.id = %bench.run(), error.message = bench.redact(&why), "a Hermes did not start");
                    tries += 1;
                    kept.other_session(bench);
                    tokio::time::sleep(self.line.limits.poll * tries).await;
                }
                Err(fault) => return Err(fault.trouble().failure(bench.agent())),
            }
        };
        (kept.starting, kept.interrupted, kept.run) = (false, false, Some(run.clone()));
        kept.queue.clear();
        bench.keep(kept).await?;
        Ok(Started { run, fresh: true })
    }
}

/// What the agent is told: the request, at first; then what was said meanwhile, or that it was interrupted.
async fn input(bench: &AttemptContext, kept: &Kept) -> Result<String, Failure> {
    let mut parts = Vec::new();
    if kept.history.is_empty() {
        parts.push(brief::material(bench).await?);
    } else if kept.interrupted {
        parts.push(brief::GO_ON.to_owned());
    }
    parts.extend(kept.queue.read());
    Ok(parts.join("\n\n"))
}
