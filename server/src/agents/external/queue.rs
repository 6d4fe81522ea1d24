use domain::ids::ControlId;
use serde::{Deserialize, Serialize};

use super::{Kept, brief};
use crate::agents::{AttemptContext, Failure};

/// What was said to an agent that takes nothing in while it works: its next turn begins with it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::agents) struct Queue(Vec<Queued>);

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Queued {
    control: ControlId,
    by: String,
    text: String,
}

impl Queue {
    pub(in crate::agents) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(in crate::agents) fn clear(&mut self) {
        self.0.clear();
    }

    /// As the agent reads it.
    pub(in crate::agents) fn read(&self) -> impl Iterator<Item = String> {
        self.0.iter().map(|queued| brief::steered(&queued.text, &queued.by))
    }
}

/// Keeps what was said to the agent for its next turn, and tells whoever said it. `queue` is where in what the run keeps.
pub(in crate::agents) async fn take_in<T: Kept + Send>(
    bench: &mut AttemptContext,
    kept: &mut T,
    queue: fn(&mut T) -> &mut Queue,
) -> Result<(), Failure> {
    for steer in bench.take_steers() {
        let waiting = &mut queue(kept).0;
        if waiting.iter().all(|queued| queued.control != steer.control) {
            waiting.push(Queued { control: steer.control, by: steer.by.clone(), text: steer.text.clone() });
            // Before it is answered: it must not be lost once it counts as heard.
            bench.keep(kept).await?;
        }
        bench.answer_steer(&steer, brief::QUEUED).await?;
    }
    Ok(())
}
