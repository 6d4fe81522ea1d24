//! The end of a hot stream in memory: one on each node, shared by all who follow the stream there.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use bytes::Bytes;
use tokio::{
    sync::{Notify, watch},
    time::{Instant, sleep_until},
};
use tokio_util::sync::CancellationToken;

use crate::{
    Batch, Error, Offset, Options, Page, Record, StreamId,
    core::{Core, backoff, locked},
    frames::{Frames, Key, ReadPosition},
    pace::Pace,
    ring::{Ring, Size},
    sql,
};

#[derive(Debug)]
pub(crate) struct Tail {
    pub(crate) stream: StreamId,
    state: Mutex<TailState>,
    /// Tells followers to look again; its receivers are the followers.
    moved: watch::Sender<()>,
    /// Tells the tail's task to ask the database. Keeps a call that comes while the task is asking.
    wake: Notify,
    pace: Mutex<Pace>,
    /// Tells the tail's task that followers are to hear of something later.
    later: Notify,
    /// Since when nobody follows.
    idle_since: Mutex<Option<Instant>>,
    /// What followers tell alike.
    pub(crate) frames: Frames,
    /// Cancelled when the tail is dropped.
    pub(crate) over: CancellationToken,
}

#[derive(Debug)]
enum TailState {
    /// The database has not answered yet.
    Unknown,
    /// It knows no such stream.
    Missing,
    Known {
        ring: Ring,
        closed: bool,
        /// As of which all of it is.
        revision: u64,
    },
}

/// What a tail has for a follower.
#[derive(Debug)]
pub(crate) enum View {
    /// These.
    Batch(Batch),
    /// Nothing yet.
    Wait,
    /// The events are older than what is in memory.
    Older,
    /// The offset lies past the end that the tail knows.
    Past,
    /// The database knew no such stream.
    Missing,
}

impl Tail {
    pub(crate) fn new(stream: StreamId, over: CancellationToken) -> Self {
        Self {
            stream,
            state: Mutex::new(TailState::Unknown),
            moved: watch::Sender::new(()),
            wake: Notify::new(),
            pace: Mutex::new(Pace::new()),
            later: Notify::new(),
            idle_since: Mutex::new(None),
            frames: Frames::default(),
            over,
        }
    }

    /// Follows it. The first follower after a pause has the tail ask the database what it missed.
    pub(crate) fn subscribe(&self) -> watch::Receiver<()> {
        if self.following() == 0 {
            self.wake();
        }
        self.moved.subscribe()
    }

    pub(crate) fn following(&self) -> usize {
        self.moved.receiver_count()
    }

    /// For how long nobody has followed; none while somebody does.
    pub(crate) fn idle_for(&self, now: Instant) -> Option<Duration> {
        let mut since = locked(&self.idle_since);
        if self.following() > 0 {
            *since = None;
            return None;
        }
        Some(now - *since.get_or_insert(now))
    }

    /// Has the tail ask the database what is new.
    pub(crate) fn wake(&self) {
        self.wake.notify_one();
    }

    /// Has every follower look again.
    pub(crate) fn stir(&self) {
        locked(&self.pace).mark_notified();
        self.moved.send_replace(());
    }

    /// Has every follower look again, a crowd in a moment if much has come lately.
    fn notify(&self, options: &Options) {
        let waits =
            self.following() >= options.crowd && locked(&self.pace).waits(Instant::now(), options.together);
        if waits { self.later.notify_one() } else { self.stir() }
    }

    /// Takes committed events from the writer, after which the stream may be closed. What does not join on is read
    /// from the database instead.
    pub(crate) fn push(&self, first: Offset, records: Vec<Record>, closes: bool, options: &Options) {
        let joined = match &mut *locked(&self.state) {
            TailState::Known { ring, closed, .. } => {
                let joined = ring.extend(first, records);
                *closed |= closes && joined;
                joined
            }
            TailState::Unknown | TailState::Missing => false,
        };
        match joined {
            true if closes => self.stir(),
            true => self.notify(options),
            false => self.wake(),
        }
    }

    /// Whether the database's word about the stream (its end, whether it is closed, its revision) is news.
    pub(crate) fn is_behind(&self, head: Option<(Offset, bool, u64)>) -> bool {
        match (&*locked(&self.state), head) {
            (TailState::Known { ring, closed, revision }, Some((next, is_closed, is_revision))) => {
                next > ring.next() || is_closed != *closed || is_revision != *revision
            }
            (TailState::Missing, None) => false,
            _ => true,
        }
    }

    /// What a follower at `from` is told of all up to the end, if another was told that already.
    pub(crate) fn frame(&self, from: Offset, variant: u64) -> Option<(Bytes, ReadPosition)> {
        let stand = match &*locked(&self.state) {
            TailState::Known { ring, closed, revision } if from < ring.next() => {
                ReadPosition { next: ring.next(), closed: *closed, revision: *revision }
            }
            _ => return None,
        };
        let frame = self.frames.known(Key { from, stand, up_to_date: true, variant })?;
        Some((frame, stand))
    }

    /// What a follower at `from` gets, at most `max` of it.
    pub(crate) fn look(&self, from: Offset, max: Size) -> View {
        let state = locked(&self.state);
        let (ring, closed, revision) = match &*state {
            TailState::Unknown => return View::Wait,
            TailState::Missing => return View::Missing,
            TailState::Known { ring, closed, revision } => (ring, *closed, *revision),
        };
        match from {
            _ if from < ring.first() => View::Older,
            _ if from > ring.next() => View::Past,
            _ if from == ring.next() && !closed => View::Wait,
            _ => {
                let records = ring.from(from, max);
                let next = from.after(records.len());
                let up_to_date = next == ring.next();
                View::Batch(Batch { records, next, up_to_date, closed: closed && up_to_date, revision })
            }
        }
    }

    /// Its task: asks the database whenever it is woken, until it is dropped.
    pub(crate) async fn run(self: Arc<Self>, core: Arc<Core>) {
        let asking = async {
            loop {
                self.wake.notified().await;
                self.catch_up(&core).await;
            }
        };
        let work = async { tokio::join!(asking, self.notify_late()) };
        self.over.run_until_cancelled(work).await;
    }

    async fn notify_late(&self) {
        loop {
            self.later.notified().await;
            let due = locked(&self.pace).due();
            if let Some(due) = due {
                sleep_until(due).await;
                self.stir();
            }
        }
    }

    async fn catch_up(&self, core: &Core) {
        let mut backoff = backoff();
        loop {
            match self.load(core).await {
                Ok(false) => return,
                Ok(true) => backoff.reset(),
                Err(error) => {
                    if backoff.is_fresh() {
                        tracing::warn!(stream = %self.stream, error = %error, "a tail could not be read, trying on");
                    }
                    backoff.pause().await;
                }
            }
        }
    }

    /// Asks the database once; whether there is more to ask.
    async fn load(&self, core: &Core) -> Result<bool, Error> {
        match self.end() {
            None => self.load_end(core).await.map(|()| false),
            Some(from) => self.load_from(core, from).await,
        }
    }

    async fn load_end(&self, core: &Core) -> Result<(), Error> {
        match core.ask(async |conn| sql::head(conn, self.stream, None).await).await {
            Ok(head) => {
                let max = Size { events: core.options.ring_events, bytes: core.options.ring_bytes };
                let (ring, closed, revision) = (Ring::at(head.next, max), head.closed, head.revision);
                self.set(TailState::Known { ring, closed, revision });
                Ok(())
            }
            Err(Error::NotFound | Error::Deleted) => {
                self.set(TailState::Missing);
                Ok(())
            }
            Err(error) => Err(error),
        }
    }

    async fn load_from(&self, core: &Core, from: Offset) -> Result<bool, Error> {
        let max = core.page_size();
        let read = core.ask(async |conn| sql::page(conn, self.stream, from, max, None).await).await;
        match read.map(|sheet| sheet.page) {
            Ok(page) => {
                let up_to_date = page.up_to_date;
                self.take(from, page);
                Ok(!up_to_date)
            }
            // Deleted, trimmed past what is in memory, or the database was set back: start over at its end.
            Err(Error::NotFound | Error::Deleted | Error::Gone { .. } | Error::Ahead { .. }) => {
                self.set(TailState::Unknown);
                Ok(true)
            }
            Err(error) => Err(error),
        }
    }

    fn end(&self) -> Option<Offset> {
        match &*locked(&self.state) {
            TailState::Known { ring, .. } => Some(ring.next()),
            TailState::Unknown | TailState::Missing => None,
        }
    }

    fn set(&self, state: TailState) {
        *locked(&self.state) = state;
        self.stir();
    }

    fn take(&self, first: Offset, page: Page) {
        if let TailState::Known { ring, closed, revision } = &mut *locked(&self.state) {
            if page.revision != *revision {
                // Something that it holds may have been written anew. Whoever is behind reads it from the database.
                ring.clear();
                self.frames.clear();
                *revision = page.revision;
            }
            // From the ring's own end, which only moves forward: it always joins on.
            ring.extend(first, page.records);
            *closed = page.closed;
        }
        self.stir();
    }
}

#[cfg(test)]
mod tests;
