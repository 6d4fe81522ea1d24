//! Tells backends of runs that ended, or are to stop, while no worker held them.

use std::{collections::HashSet, sync::Arc, time::Duration};

use domain::{
    Db, Error, agents,
    ids::RunId,
    runs::{self, Left},
};
use futures::future::join_all;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

use super::AgentBackend;

/// Whoever asked to stop should not see work go on for longer than two seconds.
const LOOK: Duration = Duration::from_millis(700);
/// A backend that takes longer is asked again, so that the others need not wait for it.
const PATIENCE: Duration = Duration::from_secs(5);

/// Goes on until `leave` is cancelled.
pub(super) async fn tell(db: Db, brain: Arc<dyn AgentBackend>, leave: CancellationToken) {
    // A worker that lives hears of a stop by itself, and first: another look is waited for.
    let mut stops = HashSet::new();
    while leave.run_until_cancelled(sleep(LOOK)).await.is_some() {
        match runs::left(&db).await {
            Ok(left) => {
                let known = std::mem::take(&mut stops);
                stops.extend(left.iter().filter(|left| !left.has_ended).map(|left| left.run));
                let due = left.iter().filter(|left| left.has_ended || known.contains(&left.run));
                join_all(due.map(|left| part(&db, &*brain, left))).await;
            }
            // The database is away: the queue says so.
            Err(error) => tracing::debug!(error.message = %error, "partings were not looked for"),
        }
    }
}

async fn part(db: &Db, brain: &dyn AgentBackend, left: &Left) {
    let run: RunId = left.run;
    match timeout(PATIENCE, try_part(db, brain, left)).await {
        Ok(Ok(None)) => tracing::info!(run.id = %run, "told a backend that a run is over"),
        Ok(Ok(Some(why))) => tracing::warn!(run.id = %run, error.message = why, "a backend was not told"),
        Ok(Err(error)) => tracing::warn!(run.id = %run, error.message = %error, "a backend was not told"),
        Err(_) => tracing::warn!(run.id = %run, "a backend did not answer that a run is over"),
    }
}

/// Why it could not be told, if it could not.
async fn try_part(db: &Db, brain: &dyn AgentBackend, left: &Left) -> Result<Option<String>, Error> {
    let claimed = left.claimed(db).await?;
    let reach = agents::reach(db, &claimed).await?;
    let kept = runs::kept(db, &claimed).await?.unwrap_or_default();
    match brain.part(&reach, kept).await {
        Ok(()) => runs::told(db, &claimed).await.map(|()| None),
        Err(why) => Ok(Some(claimed.redact(&why))),
    }
}
