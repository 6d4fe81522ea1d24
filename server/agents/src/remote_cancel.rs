//! Tells backends of runs that ended, or are to stop, while no worker held them.

use std::{collections::HashSet, sync::Arc, time::Duration};

use domain::{
    Db, Error, agents,
    ids::RunId,
    runs::{self, ClaimedRun, RunElsewhere},
};
use futures::future::join_all;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

use super::{AgentBackend, signals::Interrupts};

/// Whoever asked to stop should not see work go on for longer than two seconds.
const LOOK: Duration = Duration::from_millis(700);
/// A backend that takes longer is asked again, so that the others need not wait for it.
const PATIENCE: Duration = Duration::from_secs(5);

/// Goes on until `leave` is cancelled.
pub(super) async fn run(db: Db, backend: Arc<dyn AgentBackend>, leave: CancellationToken) {
    // A worker that lives hears of a stop by itself, and first: another look is waited for.
    let mut stops = HashSet::new();
    while leave.run_until_cancelled(sleep(LOOK)).await.is_some() {
        match runs::queries::list_elsewhere(&db).await {
            Ok(left) => {
                let known = std::mem::take(&mut stops);
                stops.extend(left.iter().filter(|left| !left.has_ended).map(|left| left.run));
                let due = left.iter().filter(|left| left.has_ended || known.contains(&left.run));
                join_all(due.map(|left| cancel(&db, &*backend, left))).await;
            }
            // The database is away: the queue says so.
            Err(error) => {
                tracing::debug!(error.message = %error, "runs to be cancelled elsewhere were not looked for")
            }
        }
    }
}

async fn cancel(db: &Db, backend: &dyn AgentBackend, left: &RunElsewhere) {
    let run: RunId = left.run;
    match timeout(PATIENCE, try_cancel(db, backend, left)).await {
        Ok(Ok(None)) => tracing::info!(run.id = %run, "told a backend that a run is over"),
        Ok(Ok(Some(why))) => tracing::warn!(run.id = %run, error.message = why, "a backend was not told"),
        Ok(Err(error)) => tracing::warn!(run.id = %run, error.message = %error, "a backend was not told"),
        Err(_) => tracing::warn!(run.id = %run, "a backend did not answer that a run is over"),
    }
}

/// Why it could not be told, if it could not.
async fn try_cancel(
    db: &Db,
    backend: &dyn AgentBackend,
    left: &RunElsewhere,
) -> Result<Option<String>, Error> {
    let claimed = left.claimed(db).await?;
    let reach = agents::queries::reach(db, &claimed).await?;
    let kept = runs::queries::kept(db, &claimed).await?.unwrap_or_default();
    match backend.cancel(&reach, kept).await {
        Ok(()) => runs::commands::clear_elsewhere(db, &claimed).await.map(|()| None),
        Err(why) => Ok(Some(claimed.redact(&why))),
    }
}

/// Whether what works for an attempt elsewhere has to end with it. Asked when the attempt's future is dropped, which
/// does not say why it was.
#[derive(Clone)]
pub(crate) struct RemoteCancel {
    pub(crate) db: Db,
    pub(crate) claimed: ClaimedRun,
    pub(crate) interrupts: Arc<Interrupts>,
}

impl RemoteCancel {
    /// Somebody asked to stop, or the run has ended otherwise. False where another attempt is going to take the work up.
    pub(crate) async fn is_due(&self) -> bool {
        self.interrupts.stop.is_cancelled()
            || matches!(runs::queries::has_ended(&self.db, &self.claimed).await, Ok(true))
    }

    /// What works elsewhere was told.
    pub(crate) async fn mark_sent(&self) {
        if let Err(error) = runs::commands::clear_elsewhere(&self.db, &self.claimed).await {
            // It is told again, which does no harm.
            tracing::debug!(run.id = %self.claimed.run, error.message = %error, "that a backend was told was not noted");
        }
    }
}
