use std::time::Duration;

use tokio::{runtime::Handle, time::sleep};

use super::client::HermesClient;
use crate::remote_cancel::RemoteCancel;

/// How often a stop is tried, and the pause between.
const TRIES: u32 = 5;
const PAUSE: Duration = Duration::from_millis(300);

/// Stops the run of Hermes when the attempt at it is dropped for good. Left alone otherwise: the next attempt takes it up.
pub(super) struct StopGuard {
    client: HermesClient,
    cancel: RemoteCancel,
    run: Option<String>,
}

impl StopGuard {
    pub(super) fn over(client: &HermesClient, cancel: RemoteCancel, run: &str) -> Self {
        Self { client: client.clone(), cancel, run: Some(run.to_owned()) }
    }

    /// The run has ended by itself.
    pub(super) fn disarm(mut self) {
        self.run = None;
    }
}

impl Drop for StopGuard {
    fn drop(&mut self) {
        let (Some(run), Ok(runtime)) = (self.run.take(), Handle::try_current()) else { return };
        let (client, cancel) = (self.client.clone(), self.cancel.clone());
        runtime.spawn(async move {
            if !cancel.is_due().await {
                return;
            }
            for _ in 0..TRIES {
                match client.stop(&run).await {
                    Ok(()) => return cancel.mark_sent().await,
                    Err(fault) => {
                        tracing::warn!(run.id = %cancel.claimed.run, error.message = ?fault, "a Hermes did not stop")
                    }
                }
                sleep(PAUSE).await;
            }
        });
    }
}
