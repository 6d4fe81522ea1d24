//! Stopping in two steps. Softly: nothing new is taken, what runs may finish. Hard: what still runs is cut off.
//!
//! Every long-lived thing (a socket that streams, a job loop) listens to [`Shutdown::soft`] and ends by itself; a
//! server that waits for a stream nobody ends would never stop.

use std::future::Future;
use std::time::Duration;

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// How long running work may take to finish after the first signal.
pub const GRACE: Duration = Duration::from_secs(20);

/// The process's two steps of stopping and the tasks that they wait for. Clones share one state.
#[derive(Debug, Clone, Default)]
pub struct Shutdown {
    soft: CancellationToken,
    hard: CancellationToken,
    tasks: TaskTracker,
}

impl Shutdown {
    /// Stops softly at SIGTERM, Ctrl-C or a closed terminal, and hard at the second of them or after [`GRACE`].
    ///
    /// # Errors
    /// When the operating system refuses a signal handler.
    pub fn on_signals() -> std::io::Result<Self> {
        let shutdown = Self::default();
        let signals = [SignalKind::terminate(), SignalKind::interrupt(), SignalKind::hangup()];
        let [terminate, interrupt, hangup] = signals.map(signal);
        tokio::spawn(shutdown.clone().obey([terminate?, interrupt?, hangup?]));
        Ok(shutdown)
    }

    /// Cancelled when nothing new should be begun.
    pub fn soft(&self) -> &CancellationToken {
        &self.soft
    }

    /// Cancelled when what still runs should be dropped.
    pub fn hard(&self) -> &CancellationToken {
        &self.hard
    }

    /// Begins to stop, as the first signal does.
    pub fn begin(&self) {
        self.soft.cancel();
    }

    /// Runs a task that the shutdown waits for; at the hard step it is dropped where it stands.
    pub fn spawn(&self, name: &'static str, work: impl Future<Output = ()> + Send + 'static) {
        let hard = self.hard.clone();
        self.tasks.spawn(async move {
            if hard.run_until_cancelled(work).await.is_none() {
                tracing::warn!(task = name, "cut off at shutdown");
            }
        });
    }

    /// Waits until every task has ended, at the latest a moment after the hard step.
    pub async fn drained(&self) {
        self.tasks.close();
        self.tasks.wait().await;
    }

    async fn obey(self, mut signals: [Signal; 3]) {
        any(&mut signals).await;
        tracing::info!(grace_seconds = GRACE.as_secs(), "stopping; press Ctrl-C again to stop now");
        self.soft.cancel();
        tokio::select! {
            () = any(&mut signals) => tracing::warn!("stopping at once"),
            () = tokio::time::sleep(GRACE) => tracing::warn!("the grace is over"),
        }
        self.hard.cancel();
    }
}

async fn any([terminate, interrupt, hangup]: &mut [Signal; 3]) {
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
        _ = hangup.recv() => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_task_that_heeds_the_soft_step_is_waited_for() {
        let shutdown = Shutdown::default();
        let (soft, ended) = (shutdown.soft().clone(), CancellationToken::new());
        let end = ended.clone();
        shutdown.spawn("patient", async move {
            soft.cancelled().await;
            end.cancel();
        });
        shutdown.begin();
        shutdown.drained().await;
        assert!(ended.is_cancelled());
    }

    #[tokio::test]
    async fn a_task_that_does_not_is_dropped_at_the_hard_step() {
        let shutdown = Shutdown::default();
        shutdown.spawn("deaf", std::future::pending());
        shutdown.begin();
        shutdown.hard.cancel();
        shutdown.drained().await;
    }
}
