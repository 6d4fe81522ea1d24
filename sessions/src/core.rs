//! What the engine's tasks and its followers share.

use std::{
    collections::HashMap,
    io,
    sync::{Arc, Mutex, MutexGuard, PoisonError, atomic::AtomicBool},
    time::Duration,
};

use sqlx::{PgConnection, PgPool, Postgres, pool::PoolConnection};
use tokio::{
    sync::{Notify, Semaphore},
    time::{Instant, error::Elapsed},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    Backoff, Error, Options, StreamId, figures::Counters, names::Cache, nodes::Nodes, ring::Size,
    single_flight::Flights, subscriptions::Watch, tail::Tail,
};

#[derive(Debug)]
pub(crate) struct Core {
    pub(crate) pool: PgPool,
    pub(crate) options: Options,
    /// Cancelled when the engine stops.
    pub(crate) stop: CancellationToken,
    /// Set before that: to be looked at with every delivery, where the token would have all followers meet at one lock.
    pub(crate) stopping: AtomicBool,
    pub(crate) tasks: TaskTracker,
    pub(crate) tails: Tails,
    /// Turns at reading from the database, so that a crowd of followers leaves connections to the others.
    pub(crate) reads: Semaphore,
    pub(crate) flights: Flights,
    pub(crate) names: Cache,
    /// Has the sweeper look: something was deleted.
    pub(crate) sweep: Notify,
    pub(crate) watch: Watch,
    pub(crate) nodes: Nodes,
    /// Has the poll ask now.
    pub(crate) look: Notify,
    pub(crate) counters: Counters,
}

impl Core {
    pub(crate) fn new(pool: PgPool, options: Options) -> Self {
        Self {
            nodes: Nodes::new(&pool, &options),
            pool,
            stop: CancellationToken::new(),
            stopping: AtomicBool::new(false),
            tasks: TaskTracker::new(),
            tails: Tails::default(),
            reads: Semaphore::new(options.catch_up_reads.max(1)),
            flights: Flights::default(),
            names: Cache::new(options.names),
            sweep: Notify::new(),
            watch: Watch::default(),
            look: Notify::new(),
            counters: Counters::default(),
            options,
        }
    }

    /// Asks the database, for no longer than the options allow.
    pub(crate) async fn ask<T>(
        &self,
        question: impl AsyncFnOnce(&mut PgConnection) -> Result<T, Error>,
    ) -> Result<T, Error> {
        // In a place of its own: what may have to ask, and mostly need not, is moved about with all that it may wait for.
        let asking = Box::pin(async {
            let mut conn = self.pool.acquire().await?;
            match tokio::time::timeout(self.options.read_timeout, question(&mut conn)).await {
                Ok(answer) => answer,
                Err(elapsed) => {
                    // Back in the pool it would stall the next one.
                    drop(conn.detach());
                    Err(timed_out(elapsed).into())
                }
            }
        });
        asking.await
    }

    /// The same for a question that begins a transaction: a connection whose asker went away is closed, since it may be
    /// within one that it does not know of.
    pub(crate) async fn change<T>(
        &self,
        change: impl AsyncFnOnce(&mut PgConnection) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let changing = Box::pin(async {
            let mut held = ConnectionGuard(Some(self.pool.acquire().await?));
            let Some(conn) = &mut held.0 else { return Err(Error::ShuttingDown) };
            let answer = tokio::time::timeout(self.options.read_timeout, change(conn)).await;
            let answer = answer.map_err(|elapsed| Error::from(timed_out(elapsed)))?;
            held.give_back();
            answer
        });
        changing.await
    }

    /// Streams have moved on this node, whose own followers know: tells whom else it concerns.
    pub(crate) fn moved(&self, streams: impl Iterator<Item = StreamId>) {
        if self.watch.is_needed() || self.nodes.are_several() {
            let streams: Vec<StreamId> = streams.collect();
            self.watch.moved(streams.iter().copied());
            self.nodes.moved(streams);
        }
    }

    /// Streams have moved elsewhere: has this node look at them.
    pub(crate) fn wake(&self, streams: &[StreamId]) {
        for stream in streams {
            if let Some(tail) = self.tails.get(*stream) {
                tail.wake();
            }
        }
        self.watch.moved(streams.iter().copied());
    }

    /// Nobody knows what has moved elsewhere: has this node ask for everything.
    pub(crate) fn look_everywhere(&self) {
        self.look.notify_one();
        self.watch.all_moved();
    }

    /// The most that is read or handed on at once.
    pub(crate) fn page_size(&self) -> Size {
        Size { events: self.options.page_events.max(1), bytes: self.options.page_bytes }
    }
}

/// A connection that goes back to the pool only when it is given back; dropped before that it is closed.
struct ConnectionGuard(Option<PoolConnection<Postgres>>);

impl ConnectionGuard {
    fn give_back(mut self) {
        drop(self.0.take());
    }
}

impl Drop for ConnectionGuard {
    fn drop(&mut self) {
        drop(self.0.take().map(PoolConnection::detach));
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

    /// How many there are, and how many follow them.
    pub(crate) fn count(&self) -> (usize, usize) {
        let tails = locked(&self.0);
        (tails.len(), tails.values().map(|tail| tail.following()).sum())
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

    /// Drops the tails that nobody has followed for `linger`; hands out the others: those that nobody follows any more hold
    /// what may have been written anew.
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
        tails.values().cloned().collect()
    }
}

/// Locks what no holder leaves half done, so that a panic elsewhere does not matter.
pub(crate) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A connection that neither answered nor broke.
pub(crate) fn timed_out(elapsed: Elapsed) -> sqlx::Error {
    sqlx::Error::Io(io::Error::new(io::ErrorKind::TimedOut, elapsed))
}

/// The pauses of an engine whose database is away.
pub(crate) fn backoff() -> Backoff {
    Backoff::new(Duration::from_millis(25), Duration::from_secs(2))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A tail stays while it is followed and for the time to linger, and goes with its task.
    #[test]
    fn unfollowed_tails_are_dropped() {
        let (tails, stream) = (Tails::default(), StreamId::generate());
        let open = || Arc::new(Tail::new(stream, CancellationToken::new()));
        let (tail, follower) = tails.join(stream, open, |tail| (Arc::clone(tail), tail.subscribe()));
        assert_eq!(tails.sweep(Duration::ZERO).len(), 1);
        drop(follower);
        assert_eq!(tails.sweep(Duration::from_secs(60)).len(), 1);
        assert!(tails.get(stream).is_some() && !tail.over.is_cancelled());
        let again = tails.join(stream, || unreachable!("it is there"), |tail| tail.subscribe());
        assert_eq!(tails.sweep(Duration::ZERO).len(), 1);
        drop(again);
        tails.sweep(Duration::ZERO);
        assert!(tails.get(stream).is_none() && tail.over.is_cancelled());
    }
}
