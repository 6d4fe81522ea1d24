//! What is done for the limits beside what is asked.

use std::{sync::Arc, time::Duration};

use sessions::{Engine, Error};
use tokio::time::sleep;

use super::Limits;
use crate::shutdown::Shutdown;

/// Between counts of what is stored: what a tenant may append over its limit is a minute's worth.
const EVERY: Duration = Duration::from_secs(60);

/// Counts what is stored and forgets who is idle, until the shutdown begins.
pub fn start(limits: Arc<Limits>, engine: Engine, shutdown: &Shutdown) {
    let soft = shutdown.soft().clone();
    shutdown.spawn("limits", async move {
        soft.run_until_cancelled(again(limits, engine)).await;
    });
}

async fn again(limits: Arc<Limits>, engine: Engine) {
    loop {
        if let Err(error) = limits.look(&engine).await {
            tracing::warn!(error.message = %error, "stored bytes could not be counted, trying on");
        }
        sleep(EVERY).await;
    }
}

impl Limits {
    /// Does it once.
    ///
    /// # Errors
    /// When the database does not answer; then the last count holds on.
    pub async fn look(&self, engine: &Engine) -> Result<(), Error> {
        if let Some(rates) = &self.rates {
            rates.forget_idle();
        }
        if let Some(stored) = &self.stored {
            stored.take_in(&engine.stored().await?);
        }
        Ok(())
    }
}
