//! The engine as its users see it.

use std::sync::{Arc, atomic::Ordering};

use sqlx::PgPool;
use tokio_util::sync::DropGuard;
use uuid::Uuid;

use crate::{
    Append, AppendOutcome, Error, Figures, Follower, Head, Offset, Options, Page, StreamId, Tenant, check,
    core::Core,
    nodes::{self, Nodes},
    poll,
    ring::Size,
    sql, subscriptions, sweep,
    tail::Tail,
    writer::{Queue, Writer},
};

/// A running engine: the writer of this node and the streams that are followed on it. Cheap to clone; it stops when
/// the last clone and the last follower are dropped.
#[derive(Clone, Debug)]
pub struct Engine(Arc<Running>);

#[derive(Debug)]
struct Running {
    core: Arc<Core>,
    queue: Queue,
    _stop: DropGuard,
}

impl Engine {
    /// Starts an engine over `pool`, whose connections have taken the role `throughline_sessions`. It keeps one of them
    /// to commit over; with two it works, with some more several readers and held streams do not wait for each other.
    /// Beside the pool it opens one to hear other nodes, and one to tell them something.
    ///
    /// # Panics
    /// Outside a tokio runtime, like [`follow`](Self::follow).
    #[must_use]
    pub fn start(pool: PgPool, options: Options) -> Self {
        let (queue, inbox) = Queue::new(&options);
        let core = Arc::new(Core::new(pool, options));
        core.tasks.spawn(Writer::new(Arc::clone(&core), inbox).run());
        core.tasks.spawn(poll::run(Arc::clone(&core)));
        core.tasks.spawn(nodes::listen(Arc::clone(&core)));
        core.tasks.spawn(nodes::publish(Arc::clone(&core)));
        core.tasks.spawn(sweep::run(Arc::clone(&core)));
        core.tasks.spawn(subscriptions::run(Arc::clone(&core)));
        let stop = core.stop.clone().drop_guard();
        Self(Arc::new(Running { core, queue, _stop: stop }))
    }

    pub(crate) fn core(&self) -> &Arc<Core> {
        &self.0.core
    }

    /// Appends in the next group commit, and answers after it. Dropping the call does not take the append back.
    ///
    /// # Errors
    /// Nothing was stored with any error but [`Error::Unsure`].
    pub async fn append(&self, stream: StreamId, append: Append) -> Result<AppendOutcome, Error> {
        let bytes = check::sizes(&append.events, &self.core().options)?;
        check::append(&append)?;
        if self.core().stop.is_cancelled() {
            return Err(Error::ShuttingDown);
        }
        let answer = self.0.queue.push(stream, append, bytes)?;
        // The writer answers everyone, unless its runtime was shut down under it.
        answer.await.unwrap_or_else(|_| Err(Error::Unsure(sqlx::Error::WorkerCrashed.into())))
    }

    /// Reads at most `limit` events from `from` on, fewer where the options' page is smaller. A stream that would lapse
    /// for not being read lives on.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Deleted`], [`Error::Gone`], [`Error::Ahead`], [`Error::Database`].
    pub async fn read(&self, stream: StreamId, from: Offset, limit: u32) -> Result<Page, Error> {
        let core = self.core();
        let max = core.page_size();
        let max = Size { events: max.events.min(limit as usize), ..max };
        let now = core.options.clock.now();
        core.ask(async |conn| {
            let sheet = sql::page(conn, stream, from, max, Some(now)).await?;
            if let Some(expiry) = sheet.touch {
                sql::touch(conn, stream, expiry, now).await?;
            }
            Ok(sheet.page)
        })
        .await
    }

    /// The stream without its events.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Deleted`], [`Error::Database`].
    pub async fn head(&self, stream: StreamId) -> Result<Head, Error> {
        let now = self.core().options.clock.now();
        self.core().ask(async |conn| sql::head(conn, stream, Some(now)).await).await
    }

    /// Drops the events before `before`, unless forks read them; the first offset that can be read from then on.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Deleted`], [`Error::Database`].
    pub async fn trim(&self, stream: StreamId, before: Offset) -> Result<Offset, Error> {
        let now = self.core().options.clock.now();
        self.core().change(async |conn| sql::trim(conn, stream, before, now).await).await
    }

    /// Follows the stream from an offset. Whether there is such a stream shows at the follower's first event.
    #[must_use]
    pub fn follow(&self, stream: StreamId, from: Offset) -> Follower {
        let core = self.core();
        let open = || {
            let tail = Arc::new(Tail::new(stream, core.stop.child_token()));
            core.tasks.spawn(Arc::clone(&tail).run(Arc::clone(core)));
            tail
        };
        let (tail, moved) = core.tails.join(stream, open, |tail| (Arc::clone(tail), tail.subscribe()));
        Follower::new(self.clone(), tail, moved, from)
    }

    /// Says that transactions which appended to these streams, or closed them, have been committed.
    pub fn wake(&self, streams: &[StreamId]) {
        self.core().wake(streams);
        self.core().nodes.moved(streams.iter().copied());
    }

    /// The other nodes of the database.
    #[must_use]
    pub fn nodes(&self) -> &Nodes {
        &self.core().nodes
    }

    /// How many follow the stream on this node.
    #[must_use]
    pub fn following(&self, stream: StreamId) -> usize {
        self.core().tails.get(stream).map_or(0, |tail| tail.following())
    }

    /// What it has done on this node, and holds now.
    #[must_use]
    pub fn figures(&self) -> Figures {
        let (queued_appends, queued_bytes) = self.0.queue.waiting();
        let (tails, followers) = self.core().tails.count();
        Figures { queued_appends, queued_bytes, tails, followers, ..self.core().counters.figures() }
    }

    /// Counts how many bytes each tenant's streams hold: their events' own and 64 for each, those of deleted streams
    /// too while forks need them. What came since the last call is read once; an append does nothing for it. May be
    /// dropped and called again, here or on another node.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn stored(&self) -> Result<Vec<(Tenant, u64)>, Error> {
        let mut counted = Some(Uuid::nil());
        while let Some(after) = counted {
            counted = self.core().ask(async |conn| sql::count_some(conn, after).await).await?;
        }
        self.core().ask(async |conn| sql::stored(conn).await).await
    }

    /// Ends all followers, takes no more appends, and returns when those that were queued are answered.
    pub async fn shutdown(&self) {
        let core = self.core();
        core.stopping.store(true, Ordering::Release);
        core.stop.cancel();
        for tail in core.tails.all() {
            tail.stir();
        }
        core.tasks.close();
        core.tasks.wait().await;
        nodes::farewell(core).await;
    }
}
