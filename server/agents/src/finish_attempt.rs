//! Writes how an attempt ended: a run always ends, or goes to its next attempt.

use std::time::Duration;

use domain::{
    Db, Error, Result, controls,
    controls::Outcome,
    deliverables,
    ids::ControlId,
    runs::{self, ClaimedRun},
};
use sessions::Backoff;
use tokio::time::Instant;

use super::failure::{AttemptEnd, AttemptFailure};

/// How long the end of an attempt is tried to be written; after that its lease has run out, and the run goes on
/// without it.
const PATIENCE: Duration = Duration::from_secs(40);
const FIRST_PAUSE: Duration = Duration::from_millis(200);
const LONGEST_PAUSE: Duration = Duration::from_secs(4);

/// Writes the end.
pub(super) async fn finish_attempt(
    db: &Db,
    claimed: &ClaimedRun,
    ended: Result<AttemptEnd, AttemptFailure>,
    stop: Option<ControlId>,
) {
    log(claimed, &ended);
    let (begun, mut backoff) = (Instant::now(), Backoff::new(FIRST_PAUSE, LONGEST_PAUSE));
    loop {
        match write(db, claimed, &ended, stop).await {
            Ok(()) => break,
            Err(error) if runs::is_lost(&error) || matches!(error, Error::NotFound) => break,
            Err(error) if begun.elapsed() > PATIENCE => {
                tracing::error!(run.id = %claimed.run, error.message = %error, "the end of an attempt was not written");
                break;
            }
            // Nothing else may come of a refusal, however often it is asked.
            Err(Error::Refused(why)) => {
                tracing::error!(run.id = %claimed.run, error.message = %why, "an attempt was not let end");
                let words = "Work ended without a result. Nothing was lost. You can try again.";
                if let Err(error) = runs::commands::fail(db, claimed, words).await {
                    tracing::error!(run.id = %claimed.run, error.message = %error, "nor let fail");
                }
                break;
            }
            Err(_) => backoff.pause().await,
        }
    }
}

/// The reason of a failure goes to the log, and backstage with the end; clients get the words alone.
fn log(claimed: &ClaimedRun, ended: &Result<AttemptEnd, AttemptFailure>) {
    match ended {
        Ok(_) => tracing::info!(run.id = %claimed.run, attempt = claimed.attempt, "finished a run"),
        Err(AttemptFailure::Failed { reason, .. }) => {
            let reason = claimed.redact(reason);
            tracing::warn!(run.id = %claimed.run, attempt = claimed.attempt, error.message = %reason, "a run failed");
        }
        Err(AttemptFailure::Away(error)) => {
            tracing::warn!(run.id = %claimed.run, attempt = claimed.attempt, error.message = %error, "left a run for now");
        }
        Err(other) => {
            tracing::info!(run.id = %claimed.run, attempt = claimed.attempt, why = ?other, "left a run")
        }
    }
}

async fn write(
    db: &Db,
    claimed: &ClaimedRun,
    ended: &Result<AttemptEnd, AttemptFailure>,
    stop: Option<ControlId>,
) -> Result<()> {
    match (ended, stop) {
        (Ok(AttemptEnd::Answer(result)), _) => runs::commands::answer(db, claimed, result).await,
        (Ok(AttemptEnd::Review), _) => deliverables::commands::submit_for_review(db, claimed).await,
        (Err(AttemptFailure::Stopped), Some(control)) => {
            let why = "Everything so far is saved.";
            controls::commands::settle(db, &claimed.scope, control, Outcome::Done, why).await.map(|_| ())
        }
        (Err(AttemptFailure::Failed { words, reason }), _) => {
            runs::commands::fail_because(db, claimed, words, reason).await
        }
        (
            Err(
                AttemptFailure::Leaving
                | AttemptFailure::Away(_)
                | AttemptFailure::Stopped
                | AttemptFailure::Limit(_),
            ),
            _,
        ) => runs::commands::release(db, claimed).await,
        (Err(AttemptFailure::Lost), _) => Ok(()),
    }
}
