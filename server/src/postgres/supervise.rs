//! Keeping the cluster running: one that dies under us is started again, where it was.

use std::time::Duration;

use sessions::Backoff;
use tokio_util::sync::CancellationToken;

use super::lock::Lock;
use super::postmaster::{Postmaster, Recipe};

const FIRST_PAUSE: Duration = Duration::from_millis(200);
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// Watches the postmaster until `stop`, then stops it. The lock is held as long as that.
pub(super) async fn supervise(
    recipe: Recipe,
    mut postmaster: Postmaster,
    stop: CancellationToken,
    lock: Lock,
) {
    while stop.run_until_cancelled(postmaster.ended()).await.is_some() {
        tracing::error!("Postgres has ended unexpectedly; starting it again");
        match revive(&recipe, &stop).await {
            Some(revived) => postmaster = revived,
            None => return,
        }
        tracing::info!("Postgres is back");
    }
    postmaster.stop().await;
    recipe.clear();
    drop(lock);
}

async fn revive(recipe: &Recipe, stop: &CancellationToken) -> Option<Postmaster> {
    let mut backoff = Backoff::new(FIRST_PAUSE, LONGEST_PAUSE);
    loop {
        stop.run_until_cancelled(backoff.pause()).await?;
        match recipe.start(stop).await {
            Ok(postmaster) => return Some(postmaster),
            Err(reason) => tracing::error!(%reason, "Postgres cannot be started"),
        }
    }
}
