//! Keeps the lease of one attempt.

use std::{sync::Arc, time::Duration};

use domain::{
    Db,
    runs::{self, ClaimedRun, LeaseState},
};
use tokio::time::sleep;

use super::signals::Interrupts;

/// Renews the lease every `beat`, and at once when the run goes on after an answer. Ends when the run is lost.
pub(super) async fn keep(
    db: Db,
    claimed: ClaimedRun,
    lease: Duration,
    beat: Duration,
    interrupts: Arc<Interrupts>,
) {
    loop {
        match runs::commands::heartbeat(&db, &claimed, lease).await {
            Ok(LeaseState::Hold | LeaseState::Suspended) => {}
            Ok(LeaseState::Lost) => return interrupts.lost.cancel(),
            // Tried again with the next beat; past the lease another attempt takes over, and this one is refused.
            Err(error) => {
                tracing::debug!(run.id = %claimed.run, error.message = %error, "the lease was not renewed")
            }
        }
        tokio::select! {
            () = sleep(beat) => {}
            () = interrupts.beat.notified() => {}
        }
    }
}
