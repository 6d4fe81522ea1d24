//! One attempt at a run, from the claim to its end.

use std::{
    collections::{HashMap, VecDeque},
    panic::AssertUnwindSafe,
    sync::Arc,
    time::Duration,
};

use domain::{
    Db, agents, approvals, controls,
    files::store::Store,
    runs::{self, Claimed},
};
use futures::FutureExt;
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore, mpsc},
    task::JoinSet,
    time::sleep,
};
use tokio_util::sync::CancellationToken;

use super::{
    AgentBackend,
    attempt_context::AttemptContext,
    failure::{End, Failure},
    finish_attempt,
    history::History,
    lease, limit,
    signal_listener::SignalListener,
    signals::Signals,
    worker::Options,
};

/// How long an attempt that is nearly done may go on when the server shuts down.
const LAST_WORDS: Duration = Duration::from_secs(2);

/// What every attempt of a worker shares.
#[derive(Clone)]
pub(super) struct WorkerContext {
    pub(super) db: Db,
    pub(super) brain: Arc<dyn AgentBackend>,
    pub(super) files: Store,
    pub(super) slots: Arc<Semaphore>,
    pub(super) options: Options,
    /// Cancelled when the server shuts down.
    pub(super) leave: CancellationToken,
}

impl WorkerContext {
    /// Works on a run until this attempt at it is over.
    pub(super) async fn attempt(self, claimed: Claimed, slot: OwnedSemaphorePermit) {
        tracing::info!(run.id = %claimed.run, attempt = claimed.attempt, "took up a run");
        let signals = Arc::new(Signals::default());
        // They end with this call, however it ends.
        let mut helpers = JoinSet::new();
        let Options { lease, beat, .. } = self.options;
        helpers.spawn(lease::keep(self.db.clone(), claimed.clone(), lease, beat, Arc::clone(&signals)));
        let ended = match self.bench(&claimed, slot, &signals, &mut helpers).await {
            Ok(mut bench) => match self.watch(self.work(&mut bench), &signals).await {
                Err(Failure::Limit(hit)) => self.watch(limit::decide(&mut bench, &hit), &signals).await,
                ended => ended,
            },
            Err(failure) => Err(failure),
        };
        // The lease is kept until the end is written.
        finish_attempt::finish_attempt(&self.db, &claimed, ended, signals.stopped_by()).await;
    }

    async fn bench(
        &self,
        claimed: &Claimed,
        slot: OwnedSemaphorePermit,
        signals: &Arc<Signals>,
        helpers: &mut JoinSet<()>,
    ) -> Result<AttemptContext, Failure> {
        let (mut history, ends) = History::read(&self.db, claimed).await?;
        history.hear_operators(approvals::settled_by_operators(&self.db, claimed).await?);
        let (tell, heard) = mpsc::unbounded_channel();
        let mut listener = SignalListener::new(self.db.clone(), claimed.clone(), tell, Arc::clone(signals));
        listener.take_in(controls::pending(&self.db, claimed).await?);
        helpers.spawn(listener.listen_backstage(ends.backstage));
        helpers.spawn(listener.listen(ends.session));
        Ok(AttemptContext {
            db: self.db.clone(),
            claimed: claimed.clone(),
            assignment: runs::assignment(&self.db, claimed).await?,
            reach: agents::reach(&self.db, claimed).await?,
            helpers: runs::helpers(&self.db, claimed).await?,
            history,
            files: self.files.clone(),
            heard,
            steers: VecDeque::new(),
            settled: HashMap::new(),
            was_helped: false,
            slots: Arc::clone(&self.slots),
            slot: Some(slot),
            signals: Arc::clone(signals),
        })
    }

    async fn work(&self, bench: &mut AttemptContext) -> Result<End, Failure> {
        bench.within_limits().await?;
        self.brain.work(bench).await
    }

    /// Lets the work go on until it is done or there is a reason to leave it.
    async fn watch(
        &self,
        work: impl Future<Output = Result<End, Failure>>,
        signals: &Signals,
    ) -> Result<End, Failure> {
        tokio::select! {
            biased;
            () = signals.lost.cancelled() => Err(Failure::Lost),
            () = signals.stop.cancelled() => Err(Failure::Stopped),
            () = self.left() => Err(Failure::Leaving),
            ended = AssertUnwindSafe(work).catch_unwind() => {
                ended.unwrap_or_else(|_| Err(Failure::ours("the brain panicked")))
            }
        }
    }

    async fn left(&self) {
        self.leave.cancelled().await;
        sleep(LAST_WORDS).await;
    }
}
