//! Begins turns.

use serde_json::json;

use super::{
    client::{CallError, HermesClient},
    state::HermesState,
};
use crate::{AttemptContext, AttemptFailure, external::brief};

/// How often a start is tried whose fate nobody knows: each may have set Hermes to work.
const TRIES: u32 = 3;

pub(super) struct TurnStarter<'a> {
    pub(super) client: &'a HermesClient,
}

/// The run of a turn.
pub(super) struct TurnRun {
    pub(super) run: String,
    /// This attempt started it, so its events can be read.
    pub(super) fresh: bool,
}

impl TurnStarter<'_> {
    /// Takes up the run that an earlier attempt started, or starts one.
    pub(super) async fn begin(
        &self,
        context: &mut AttemptContext,
        kept: &mut HermesState,
    ) -> Result<TurnRun, AttemptFailure> {
        if let Some(run) = kept.run.clone() {
            return Ok(TurnRun { run, fresh: false });
        }
        kept.queue_steers(context).await?;
        let recorded = self.client.messages(&kept.session).await;
        let recorded = recorded.map_err(|fault| fault.trouble().failure(context.agent()))?;
        kept.input = input(context, kept).await?;
        let instructions = brief::system(context);
        (kept.turn, kept.asked, kept.answered) = (kept.turn + 1, 0, 0);
        kept.after = recorded.last().map_or(0, |message| message.id);
        let mut tries = 1;
        let run = loop {
            kept.starting = true;
            context.save_state(kept).await?;
            let body = json!({
                "input": kept.input, "instructions": instructions, "session_id": kept.session,
                "conversation_history": kept.history,
            });
            match self.client.start(&body).await {
                Ok(run) => break run,
                Err(CallError::Away(why)) if tries < TRIES => {
                    tracing::warn!(run.id = %context.run(), error.message = context.redact(&why), "a Hermes did not start");
                    tries += 1;
                    kept.other_session(context);
                    tokio::time::sleep(self.client.limits.poll * tries).await;
                }
                Err(fault) => return Err(fault.trouble().failure(context.agent())),
            }
        };
        (kept.starting, kept.interrupted, kept.run) = (false, false, Some(run.clone()));
        kept.queue.clear();
        context.save_state(kept).await?;
        Ok(TurnRun { run, fresh: true })
    }
}

/// What the agent is told: the request, at first; then what was said meanwhile, or that it was interrupted.
async fn input(context: &AttemptContext, kept: &HermesState) -> Result<String, AttemptFailure> {
    let mut parts = Vec::new();
    if kept.history.is_empty() {
        parts.push(brief::material(context).await?);
    } else if kept.interrupted {
        parts.push(brief::GO_ON.to_owned());
    }
    parts.extend(kept.queue.read());
    Ok(parts.join("\n\n"))
}
