//! Following a stream.

use std::{
    convert::Infallible,
    sync::{Arc, atomic::Ordering},
};

use bytes::Bytes;
use tokio::sync::watch;

use crate::{
    Batch, Engine, Error, Offset, Page, StreamId,
    core::{Core, backoff},
    error::away,
    frames::{Key, ReadPosition},
    single_flight, sql,
    tail::{Tail, View},
};

/// What a follower found.
enum NextItem<T> {
    Batch(Batch),
    Ready(T),
}

enum Peek {
    Batch(Batch),
    Wait,
    /// The engine stops.
    Stopped,
}

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

    /// Waits for the next events. May be dropped and called again: nothing is lost, so it can stand in a `select!`.
    ///
    /// When the stream is closed, the last batch says so (it may be empty), and after it comes `None`. A `None` without
    /// such a batch says that the engine stops: follow again elsewhere from [`offset`](Self::offset).
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Gone`], [`Error::Ahead`], and [`Error::Database`] where the database refuses to
    /// answer; while it cannot be reached, the follower waits.
    pub async fn next(&mut self) -> Result<Option<Batch>, Error> {
        let found = self.find(|_, _| None::<(Infallible, ReadPosition)>).await?;
        Ok(found.map(|found| match found {
            NextItem::Batch(batch) => batch,
            NextItem::Ready(never) => match never {},
        }))
    }

    /// Like [`next`](Self::next), but gives what followers tell of the events: made by `make` once for all on this node
    /// who stand at the same place. `variant` tells apart what is made of the same events in different ways.
    ///
    /// # Errors
    /// As [`next`](Self::next).
    pub async fn next_frame(
        &mut self,
        variant: impl Fn() -> u64,
        make: impl FnOnce(&Page, u64) -> Bytes,
    ) -> Result<Option<Bytes>, Error> {
        let found = self.find(|tail, from| tail.frame(from, variant())).await?;
        Ok(found.map(|found| match found {
            NextItem::Ready(frame) => frame,
            NextItem::Batch(page) => {
                let variant = variant();
                self.tail.frames.get(Key::of(&page, variant), || make(&page, variant))
            }
        }))
    }

    /// What comes next, unless something is `ready` that is made of it.
    async fn find<T>(
        &mut self,
        ready: impl Fn(&Tail, Offset) -> Option<(T, ReadPosition)>,
    ) -> Result<Option<NextItem<T>>, Error> {
        while !self.ended && !self.engine.core().stopping.load(Ordering::Acquire) {
            // Before looking: what comes after the look is heard.
            self.moved.borrow_and_update();
            if let Some((ready, stand)) = ready(&self.tail, self.from) {
                self.stand(stand);
                return Ok(Some(NextItem::Ready(ready)));
            }
            match self.look().await? {
                Peek::Batch(batch) => {
                    self.stand(ReadPosition {
                        next: batch.next,
                        closed: batch.closed,
                        revision: batch.revision,
                    });
                    return Ok(Some(NextItem::Batch(batch)));
                }
                Peek::Stopped => break,
                // The engine's stop stirs too. The tail is held here, so its sender is there.
                Peek::Wait => {
                    if self.moved.changed().await.is_err() {
                        break;
                    }
                }
            }
        }
        Ok(None)
    }

    fn stand(&mut self, ReadPosition { next, closed, .. }: ReadPosition) {
        self.from = next;
        self.settled = true;
        self.ended = closed;
    }

    async fn look(&mut self) -> Result<Peek, Error> {
        let view = self.tail.look(self.from, self.engine.core().page_size());
        let core = match view {
            View::Batch(batch) => return Ok(Peek::Batch(batch)),
            View::Wait => return Ok(Peek::Wait),
            View::Older | View::Past | View::Missing => Arc::clone(self.engine.core()),
        };
        // Boxed: a follower that waits, as most do, should not hold room for it.
        let found = match view {
            View::Older => {
                let read = Box::pin(self.read(&core, true));
                core.stop.run_until_cancelled(read).await.map(|page| page.map(Some))
            }
            _ => core.stop.run_until_cancelled(Box::pin(self.settle(&core))).await,
        };
        Ok(match found.transpose()? {
            None => Peek::Stopped,
            Some(None) => Peek::Wait,
            Some(Some(batch)) => Peek::Batch(batch),
        })
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
        let mut backoff = backoff();
        loop {
            let page = match shared {
                true => single_flight::page(core, self.stream(), self.from).await.map(Arc::unwrap_or_clone),
                false => self.read_alone(core).await,
            };
            match page {
                Err(Error::Database(error)) if away(&error) => backoff.pause().await,
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
