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
    runs::{self, ClaimedRun},
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
    failure::{AttemptEnd, AttemptFailure},
    finish_attempt,
    history::History,
    lease, limit,
    signal_listener::SignalListener,
    signals::Interrupts,
    worker::WorkerOptions,
};

/// How long an attempt that is nearly done may go on when the server shuts down.
const LAST_WORDS: Duration = Duration::from_secs(2);

/// What every attempt of a worker shares.
#[derive(Clone)]
pub(super) struct WorkerContext {
    pub(super) db: Db,
    pub(super) backend: Arc<dyn AgentBackend>,
    pub(super) files: Store,
    pub(super) slots: Arc<Semaphore>,
    pub(super) options: WorkerOptions,
    /// Cancelled when the server shuts down.
    pub(super) leave: CancellationToken,
}

impl WorkerContext {
    /// Works on a run until this attempt at it is over.
    pub(super) async fn attempt(self, claimed: ClaimedRun, slot: OwnedSemaphorePermit) {
        tracing::info!(run.id = %claimed.run, attempt = claimed.attempt, "took up a run");
        let interrupts = Arc::new(Interrupts::default());
        // They end with this call, however it ends.
        let mut helpers = JoinSet::new();
        let WorkerOptions { lease, beat, .. } = self.options;
        helpers.spawn(lease::keep(self.db.clone(), claimed.clone(), lease, beat, Arc::clone(&interrupts)));
        let ended = match self.attempt_context(&claimed, slot, &interrupts, &mut helpers).await {
            Ok(mut context) => match self.watch(self.work(&mut context), &interrupts).await {
                Err(AttemptFailure::Limit(hit)) => {
                    self.watch(limit::decide(&mut context, &hit), &interrupts).await
                }
                ended => ended,
            },
            Err(failure) => Err(failure),
        };
        // The lease is kept until the end is written.
        finish_attempt::finish_attempt(&self.db, &claimed, ended, interrupts.stopped_by()).await;
    }

    async fn attempt_context(
        &self,
        claimed: &ClaimedRun,
        slot: OwnedSemaphorePermit,
        interrupts: &Arc<Interrupts>,
        helpers: &mut JoinSet<()>,
    ) -> Result<AttemptContext, AttemptFailure> {
        let (mut history, ends) = History::read(&self.db, claimed).await?;
        history.add_operator_answers(approvals::queries::settled_by_operators(&self.db, claimed).await?);
        let (sender, signals) = mpsc::unbounded_channel();
        let mut listener =
            SignalListener::new(self.db.clone(), claimed.clone(), sender, Arc::clone(interrupts));
        listener.take_in(controls::queries::pending(&self.db, claimed).await?);
        helpers.spawn(listener.listen_backstage(ends.backstage));
        helpers.spawn(listener.listen(ends.session));
        Ok(AttemptContext {
            db: self.db.clone(),
            claimed: claimed.clone(),
            assignment: runs::queries::assignment(&self.db, claimed).await?,
            reach: agents::queries::reach(&self.db, claimed).await?,
            helpers: runs::queries::helpers(&self.db, claimed).await?,
            history,
            files: self.files.clone(),
            signals,
            steers: VecDeque::new(),
            settled: HashMap::new(),
            was_helped: false,
            slots: Arc::clone(&self.slots),
            slot: Some(slot),
            interrupts: Arc::clone(interrupts),
        })
    }

    async fn work(&self, context: &mut AttemptContext) -> Result<AttemptEnd, AttemptFailure> {
        context.within_limits().await?;
        self.backend.work(context).await
    }

    /// Lets the work go on until it is done or there is a reason to leave it.
    async fn watch(
        &self,
        work: impl Future<Output = Result<AttemptEnd, AttemptFailure>>,
        interrupts: &Interrupts,
    ) -> Result<AttemptEnd, AttemptFailure> {
        tokio::select! {
            biased;
            () = interrupts.lost.cancelled() => Err(AttemptFailure::Lost),
            () = interrupts.stop.cancelled() => Err(AttemptFailure::Stopped),
            () = self.left() => Err(AttemptFailure::Leaving),
            ended = AssertUnwindSafe(work).catch_unwind() => {
                ended.unwrap_or_else(|_| Err(AttemptFailure::ours("the backend panicked")))
            }
        }
    }

    async fn left(&self) {
        self.leave.cancelled().await;
        sleep(LAST_WORDS).await;
    }
}
