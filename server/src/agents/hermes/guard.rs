use std::time::Duration;

use tokio::{runtime::Handle, time::sleep};

use super::line::Line;
use crate::agents::external::Parting;

/// How often a stop is tried, and the pause between.
const TRIES: u32 = 5;
const PAUSE: Duration = Duration::from_millis(300);

/// Stops the run of Hermes when the attempt at it is dropped for good. Left alone otherwise: the next attempt takes it up.
pub(super) struct Guard {
    line: Line,
    parting: Parting,
    run: Option<String>,
}

impl Guard {
    pub(super) fn over(line: &Line, parting: Parting, run: &str) -> Self {
        Self { line: line.clone(), parting, run: Some(run.to_owned()) }
    }

    /// The run has ended by itself.
    pub(super) fn disarm(mut self) {
        self.run = None;
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        let (Some(run), Ok(runtime)) = (self.run.take(), Handle::try_current()) else { return };
        let (line, parting) = (self.line.clone(), self.parting.clone());
        runtime.spawn(async move {
            if !parting.is_for_good().await {
                return;
            }
            for _ in 0..TRIES {
                match line.stop(&run).await {
                    Ok(()) => return parting.is_told().await,
                    Err(fault) => {
                        tracing::warn!(run.id = %parting.claimed.run, error.message = ?fault, "a Hermes did not stop")
                    }
                }
                sleep(PAUSE).await;
            }
        });
    }
}
