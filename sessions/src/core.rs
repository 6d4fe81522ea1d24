//! What the engine's tasks and its followers share.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use sqlx::PgPool;
use tokio::{sync::Semaphore, time::Instant};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{Options, StreamId, flight::Flights, ring::Size, tail::Tail};

#[derive(Debug)]
pub(crate) struct Core {
    pub(crate) pool: PgPool,
    pub(crate) options: Options,
    /// Cancelled when the engine stops.
    pub(crate) stop: CancellationToken,
    pub(crate) tasks: TaskTracker,
    pub(crate) tails: Tails,
    /// Turns at reading from the database, so that a crowd of followers leaves connections to the others.
    pub(crate) reads: Semaphore,
    pub(crate) flights: Flights,
}

impl Core {
    pub(crate) fn new(pool: PgPool, options: Options) -> Self {
        Self {
            pool,
            stop: CancellationToken::new(),
            tasks: TaskTracker::new(),
            tails: Tails::default(),
            reads: Semaphore::new(options.catch_up_reads.max(1)),
            flights: Flights::default(),
            options,
        }
    }

    /// The most that is read or handed on at once.
    pub(crate) fn page_size(&self) -> Size {
        Size {
            events: self.options.page_events.max(1),
            bytes: self.options.page_bytes,
        }
    }
}

/// The hot streams of this node.
#[derive(Debug, Default)]
pub(crate) struct Tails(Mutex<HashMap<StreamId, Arc<Tail>>>);

impl Tails {
    pub(crate) fn get(&self, stream: StreamId) -> Option<Arc<Tail>> {
        locked(&self.0).get(&stream).cloned()
    }

    pub(crate) fn all(&self) -> Vec<Arc<Tail>> {
        locked(&self.0).values().cloned().collect()
    }

    /// Does `join` with the stream's tail, which `open` makes where there is none, while no tail can be dropped.
    pub(crate) fn join<T>(
        &self,
        stream: StreamId,
        open: impl FnOnce() -> Arc<Tail>,
        join: impl Fn(&Arc<Tail>) -> T,
    ) -> T {
        join(locked(&self.0).entry(stream).or_insert_with(open))
    }

    /// Drops the tails that nobody has followed for `linger`; hands out those that are followed.
    pub(crate) fn sweep(&self, linger: Duration) -> Vec<Arc<Tail>> {
        let now = Instant::now();
        let mut tails = locked(&self.0);
        tails.retain(|_, tail| {
            let over = tail.idle_for(now).is_some_and(|idle| idle >= linger);
            if over {
                tail.over.cancel();
            }
            !over
        });
        tails
            .values()
            .filter(|tail| tail.following() > 0)
            .cloned()
            .collect()
    }
}

/// Locks what no holder leaves half done, so that a panic elsewhere does not matter.
pub(crate) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Growing pauses between attempts at something that fails.
#[derive(Debug)]
pub(crate) struct Backoff(Duration);

impl Backoff {
    pub(crate) fn new() -> Self {
        Self(Duration::from_millis(25))
    }

    pub(crate) async fn pause(&mut self) {
        tokio::time::sleep(self.0).await;
        self.0 = (self.0 * 2).min(Duration::from_secs(2));
    }
}
