//! Following a stream.

use std::sync::Arc;

use bytes::Bytes;
use tokio::sync::watch;

use crate::{
    Batch, Engine, Error, Offset, Page, StreamId,
    core::{Backoff, Core},
    flight,
    frames::Key,
    sql,
    tail::{Tail, View},
};

/// Follows a stream from an offset: every event behind it, once, in order. Holds no database connection, however long
/// it waits; waits while the database is away.
#[derive(Debug)]
pub struct Follower {
    engine: Engine,
    tail: Arc<Tail>,
    moved: watch::Receiver<()>,
    from: Offset,
    /// Whether `from` is known to lie in the stream and not past its end.
    settled: bool,
    ended: bool,
}

impl Follower {
    pub(crate) fn new(engine: Engine, tail: Arc<Tail>, moved: watch::Receiver<()>, from: Offset) -> Self {
        Self { engine, tail, moved, from, settled: false, ended: false }
    }

    /// The stream that it follows.
    #[must_use]
    pub fn stream(&self) -> StreamId {
        self.tail.stream
    }

    /// Where it stands: behind the last event that it handed on.
    #[must_use]
    pub fn offset(&self) -> Offset {
        self.from
    }

    /// What is told of `page`, which begins at `from`: made by `make` once for all followers on this node who tell the
    /// same. `variant` tells apart what is made of one page in different ways.
    pub fn share(&self, from: Offset, page: &Page, variant: u64, make: impl FnOnce() -> Bytes) -> Bytes {
        let key = Key { from, next: page.next, up_to_date: page.up_to_date, closed: page.closed, variant };
        self.tail.frames.get(key, make)
    }

    /// Waits for the next events. May be dropped and called again: nothing is lost, so it can stand in a `select!`.
    ///
    /// When the stream is closed, the last batch says so (it may be empty), and after it comes `None`. A `None` without
    /// such a batch says that the engine stops: follow again elsewhere from [`offset`](Self::offset).
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Gone`], [`Error::Ahead`], and [`Error::Database`] where the database refuses to
    /// answer; while it cannot be reached, the follower waits.
    pub async fn next(&mut self) -> Result<Option<Batch>, Error> {
        let core = Arc::clone(self.engine.core());
        let stop = core.stop.clone();
        while !self.ended && !stop.is_cancelled() {
            // Before looking: what comes after the look is heard.
            self.moved.borrow_and_update();
            let found = match self.tail.look(self.from, core.page_size()) {
                View::Batch(batch) => Some(batch),
                View::Wait => None,
                View::Older => match stop.run_until_cancelled(self.read(&core, true)).await {
                    Some(page) => Some(page?),
                    None => break,
                },
                View::Past | View::Missing => match stop.run_until_cancelled(self.settle(&core)).await {
                    Some(found) => found?,
                    None => break,
                },
            };
            if let Some(batch) = found {
                self.from = batch.next;
                self.settled = true;
                self.ended = batch.closed;
                return Ok(Some(batch));
            }
            // The engine's stop stirs too. The tail is held here, so its sender is there.
            if self.moved.changed().await.is_err() {
                break;
            }
        }
        Ok(None)
    }

    /// The tail does not know the offset, or not the stream: asks the database, and has the tail ask.
    async fn settle(&mut self, core: &Arc<Core>) -> Result<Option<Batch>, Error> {
        if self.settled {
            // Mostly a page has led past what the tail knew, and it only has to catch up. If not, the next time asks.
            self.settled = false;
            self.tail.wake();
            return Ok(None);
        }
        let page = self.read(core, false).await?;
        self.settled = true;
        self.tail.wake();
        Ok(Some(page).filter(|page| !page.records.is_empty() || page.closed))
    }

    /// Reads a page, patiently; together with others, or `shared` not, where an answer from before the call would be
    /// wrong.
    async fn read(&self, core: &Arc<Core>, shared: bool) -> Result<Page, Error> {
        let mut backoff = Backoff::new();
        loop {
            let page = match shared {
                true => flight::page(core, self.stream(), self.from).await.map(Arc::unwrap_or_clone),
                false => self.read_alone(core).await,
            };
            match page {
                Err(error) if error.is_away() => backoff.pause().await,
                page => return page,
            }
        }
    }

    async fn read_alone(&self, core: &Core) -> Result<Page, Error> {
        let _turn = core.reads.acquire().await;
        let max = core.page_size();
        let (stream, from) = (self.stream(), self.from);
        let now = core.options.clock.now();
        core.ask(async |conn| sql::page(conn, stream, from, max, Some(now)).await)
            .await
            .map(|sheet| sheet.page)
    }
}
