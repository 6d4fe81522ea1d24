use domain::ids::ControlId;
use serde::{Deserialize, Serialize};

use super::{SavedState, brief};
use crate::{AttemptContext, AttemptFailure};

/// What was said to an agent that takes nothing in while it works: its next turn begins with it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SteerQueue(Vec<QueuedSteer>);

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct QueuedSteer {
    control: ControlId,
    by: String,
    text: String,
}

impl SteerQueue {
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }

    /// As the agent reads it.
    pub(crate) fn read(&self) -> impl Iterator<Item = String> {
        self.0.iter().map(|queued| brief::steered(&queued.text, &queued.by))
    }
}

/// Keeps what was said to the agent for its next turn, and tells whoever said it. `queue` is where in what the run keeps.
pub(crate) async fn queue_steers<T: SavedState + Send>(
    context: &mut AttemptContext,
    kept: &mut T,
    queue: fn(&mut T) -> &mut SteerQueue,
) -> Result<(), AttemptFailure> {
    for steer in context.take_steers() {
        let waiting = &mut queue(kept).0;
        if waiting.iter().all(|queued| queued.control != steer.control) {
            waiting.push(QueuedSteer {
                control: steer.control,
                by: steer.by.clone(),
                text: steer.text.clone(),
            });
            // Before it is answered: it must not be lost once it counts as heard.
            context.save_state(kept).await?;
        }
        context.answer_steer(&steer, brief::QUEUED).await?;
    }
    Ok(())
}
