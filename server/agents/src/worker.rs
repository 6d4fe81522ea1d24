//! Claims runs and has them worked on, several at once.

use std::{sync::Arc, time::Duration};

use domain::{Db, JobBackoff, files::store::Store, runs};
use tokio::{sync::Semaphore, task::JoinSet, time::sleep};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::{AgentBackend, attempt::WorkerContext, remote_cancel};

/// A worker's pace and limits.
#[derive(Clone, Copy, Debug)]
pub struct WorkerOptions {
    /// How many runs are worked on at once; one that waits for an answer does not count.
    pub at_once: usize,
    /// How long the queue is left alone when it was empty: what a client waits before the work begins.
    pub poll: Duration,
    /// How long a run stays with a worker that is not heard of.
    pub lease: Duration,
    /// How often it is renewed.
    pub beat: Duration,
}

impl Default for WorkerOptions {
    fn default() -> Self {
        Self {
            at_once: 16,
            poll: Duration::from_millis(250),
            lease: Duration::from_secs(30),
            beat: Duration::from_secs(10),
        }
    }
}

/// Takes up queued runs and works on them.
pub struct Worker {
    context: WorkerContext,
    /// Names the worker in the runs that it holds.
    holder: String,
}

impl Worker {
    pub fn new(db: Db, backend: Arc<dyn AgentBackend>, files: Store, options: WorkerOptions) -> Self {
        let slots = Arc::new(Semaphore::new(options.at_once));
        let holder = format!("house-{}", Uuid::now_v7().simple());
        Self {
            context: WorkerContext { db, backend, files, slots, options, leave: CancellationToken::new() },
            holder,
        }
    }

    /// Works until `leave` is cancelled. Then nothing new is begun, what is in hand gets a moment, and goes back to the
    /// queue for whoever comes next.
    pub async fn run(mut self, leave: CancellationToken) {
        self.context.leave = leave.clone();
        // Dropped with this call: what it holds then goes on when its lease has run out.
        let mut attempts = JoinSet::new();
        let WorkerContext { db, backend, .. } = &self.context;
        let mut beside = JoinSet::new();
        beside.spawn(remote_cancel::run(db.clone(), Arc::clone(backend), leave));
        self.take_up(&mut attempts).await;
        while attempts.join_next().await.is_some() {}
    }

    async fn take_up(&self, attempts: &mut JoinSet<()>) {
        let WorkerContext { db, slots, leave, options, .. } = &self.context;
        let mut backoff = JobBackoff::new("agents");
        // The claim itself is never dropped half-way: nobody would know of the run until its lease has run out.
        while !leave.is_cancelled() {
            while attempts.try_join_next().is_some() {}
            let Some(Ok(slot)) = leave.run_until_cancelled(Arc::clone(slots).acquire_owned()).await else {
                return;
            };
            let pause = match runs::commands::claim_due(db, &self.holder, options.lease).await {
                Ok(Some(claimed)) => {
                    let context = self.context.clone();
                    attempts.spawn(async move {
                        let origin = claimed.clone();
                        traces::attempt(&origin, context.attempt(claimed, slot)).await;
                    });
                    continue;
                }
                Ok(None) => {
                    backoff.over();
                    options.poll
                }
                Err(error) => backoff.pause(&error),
            };
            drop(slot);
            leave.run_until_cancelled(sleep(pause)).await;
        }
    }
}
