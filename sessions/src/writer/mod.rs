//! The one path by which the engine appends: group commits, one after another.
//!
//! What queued up while the last commit ran goes into the next. A stream that somebody's transaction holds is not
//! waited for: its appends go to a lane of their own, which waits, while the others go on. Later appends to it are
//! kept back until its lane is through, so that each stream's appends keep their order.

mod commit;
mod connection;
mod memory;
mod queue;
mod settle;

use std::{
    collections::{HashMap, VecDeque},
    sync::Arc,
};

use tokio::sync::{Semaphore, mpsc};

use crate::{StreamId, core::Core};
use connection::WriterConnection;
pub(crate) use queue::{Queue, QueuedAppend};

/// Lanes that wait at the same time, each over a connection of its own.
const LANES: usize = 2;

/// Takes jobs from the queue at most this many at a time.
const GULP: usize = 1_024;

#[derive(Debug)]
pub(crate) struct Writer {
    core: Arc<Core>,
    line: WriterConnection,
    inbox: mpsc::UnboundedReceiver<QueuedAppend>,
    pending: VecDeque<QueuedAppend>,
    /// Appends behind those in the stream's lane.
    kept_back: HashMap<StreamId, Vec<QueuedAppend>>,
    lanes: Arc<Semaphore>,
    lane_over: (mpsc::UnboundedSender<StreamId>, mpsc::UnboundedReceiver<StreamId>),
}

impl Writer {
    pub(crate) fn new(core: Arc<Core>, inbox: mpsc::UnboundedReceiver<QueuedAppend>) -> Self {
        Self {
            line: WriterConnection::new(core.pool.clone(), core.options.remembered),
            core,
            inbox,
            pending: VecDeque::new(),
            kept_back: HashMap::new(),
            lanes: Arc::new(Semaphore::new(LANES)),
            lane_over: mpsc::unbounded_channel(),
        }
    }

    /// Runs until the engine is stopped and all that was queued is answered.
    pub(crate) async fn run(mut self) {
        while self.gather().await {
            let batch = self.cut();
            let held = settle::settle(&self.core, &mut self.line, batch, None).await;
            self.open_lanes(held);
        }
    }

    /// Waits until something is pending. False at the end.
    async fn gather(&mut self) -> bool {
        let mut jobs = Vec::new();
        let mut drained = false;
        while self.pending.is_empty() {
            if drained && self.kept_back.is_empty() {
                return false;
            }
            tokio::select! {
                count = self.inbox.recv_many(&mut jobs, GULP), if !drained => drained = count == 0,
                Some(stream) = self.lane_over.1.recv() => self.close_lane(stream),
                () = self.core.stop.cancelled(), if !self.inbox.is_closed() => self.inbox.close(),
            }
            jobs.drain(..).for_each(|job| self.sort(job));
        }
        while let Ok(stream) = self.lane_over.1.try_recv() {
            self.close_lane(stream);
        }
        while self.pending.len() < GULP
            && let Ok(job) = self.inbox.try_recv()
        {
            self.sort(job);
        }
        true
    }

    fn sort(&mut self, job: QueuedAppend) {
        match self.kept_back.get_mut(&job.stream) {
            Some(behind) => behind.push(job),
            None => self.pending.push_back(job),
        }
    }

    /// Takes the next commit's share off what is pending, at least one.
    fn cut(&mut self) -> Vec<QueuedAppend> {
        let (mut events, mut bytes) = (0, 0);
        let options = &self.core.options;
        let fits = |job: &&QueuedAppend| {
            events += job.append.events.len();
            bytes += job.bytes;
            events <= options.commit_events && bytes <= options.commit_bytes
        };
        let count = self.pending.iter().take_while(fits).count().max(1).min(self.pending.len());
        self.pending.drain(..count).collect()
    }

    fn open_lanes(&mut self, held: Vec<QueuedAppend>) {
        let mut lanes: HashMap<StreamId, Vec<QueuedAppend>> = HashMap::new();
        for job in held {
            lanes.entry(job.stream).or_default().push(job);
        }
        for (stream, jobs) in lanes {
            // What is pending of the same stream stands behind.
            let (behind, pending) = self.pending.drain(..).partition(|job| job.stream == stream);
            self.pending = pending;
            self.kept_back.insert(stream, behind.into());
            let over = LaneOver(stream, self.lane_over.0.clone());
            self.core.tasks.spawn(lane(Arc::clone(&self.core), Arc::clone(&self.lanes), jobs, over));
        }
    }

    fn close_lane(&mut self, stream: StreamId) {
        self.pending.extend(self.kept_back.remove(&stream).into_iter().flatten());
    }
}

async fn lane(core: Arc<Core>, lanes: Arc<Semaphore>, jobs: Vec<QueuedAppend>, over: LaneOver) {
    // Never closed; without a permit there would just be one lane more.
    let _permit = lanes.acquire().await;
    let mut line = WriterConnection::waiting(core.pool.clone());
    settle::settle(&core, &mut line, jobs, Some(core.options.lock_wait)).await;
    drop(over);
}

/// Says that the lane is over, however it ends: its stream would be kept back for ever.
struct LaneOver(StreamId, mpsc::UnboundedSender<StreamId>);

impl Drop for LaneOver {
    fn drop(&mut self) {
        // Nobody listens once the writer is gone.
        let _ = self.1.send(self.0);
    }
}
