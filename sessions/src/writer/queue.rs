//! Appends that wait for their commit, bounded by number and bytes.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore, TryAcquireError, mpsc, oneshot};

use crate::{Append, AppendOutcome, Error, Options, StreamId};

/// An append that waits.
#[derive(Debug)]
pub(crate) struct QueuedAppend {
    pub(super) stream: StreamId,
    pub(super) append: Append,
    pub(super) bytes: usize,
    pub(super) answer: oneshot::Sender<Result<AppendOutcome, Error>>,
    _room: [OwnedSemaphorePermit; 2],
}

/// The way in to the writer.
#[derive(Debug)]
pub(crate) struct Queue {
    jobs: mpsc::UnboundedSender<QueuedAppend>,
    appends: Arc<Semaphore>,
    bytes: Arc<Semaphore>,
    most_appends: usize,
    most_bytes: usize,
}

impl Queue {
    pub(crate) fn new(options: &Options) -> (Self, mpsc::UnboundedReceiver<QueuedAppend>) {
        let (jobs, receiver) = mpsc::unbounded_channel();
        let most_bytes = options.queue_bytes.min(u32::MAX as usize);
        let most_appends = options.queue_appends;
        let appends = Arc::new(Semaphore::new(most_appends));
        let bytes = Arc::new(Semaphore::new(most_bytes));
        (Self { jobs, appends, bytes, most_appends, most_bytes }, receiver)
    }

    /// How many wait, and their bytes.
    pub(crate) fn waiting(&self) -> (usize, usize) {
        let taken = |most: usize, room: &Semaphore| most.saturating_sub(room.available_permits());
        (taken(self.most_appends, &self.appends), taken(self.most_bytes, &self.bytes))
    }

    /// Queues the append of `bytes` bytes; its answer comes through the receiver.
    pub(crate) fn push(
        &self,
        stream: StreamId,
        append: Append,
        bytes: usize,
    ) -> Result<oneshot::Receiver<Result<AppendOutcome, Error>>, Error> {
        // A single append larger than the queue has the queue to itself.
        let room = u32::try_from(bytes.min(self.most_bytes)).unwrap_or(u32::MAX);
        let room = [acquire(&self.appends, 1)?, acquire(&self.bytes, room)?];
        let (answer, answered) = oneshot::channel();
        let job = QueuedAppend { stream, append, bytes, answer, _room: room };
        self.jobs.send(job).map_err(|_| Error::ShuttingDown)?;
        Ok(answered)
    }
}

fn acquire(semaphore: &Arc<Semaphore>, permits: u32) -> Result<OwnedSemaphorePermit, Error> {
    Arc::clone(semaphore).try_acquire_many_owned(permits).map_err(|error| match error {
        TryAcquireError::NoPermits => Error::Busy,
        TryAcquireError::Closed => Error::ShuttingDown,
    })
}
