//! The engine's limits and paces.

use std::{fmt, sync::Arc, time::Duration};

use chrono::{DateTime, Utc};

use crate::Exchange;

/// Limits and paces of an engine. The defaults suit a node with a gigabyte of memory and a database nearby.
#[derive(Clone, Debug)]
pub struct Options {
    /// Bytes of one event. 1 MiB.
    pub event_bytes: usize,
    /// Events of one append. 32,768: what a producer that batches by the megabyte sends at most.
    pub append_events: usize,
    /// Bytes of one append. 4 MiB.
    pub append_bytes: usize,
    /// Events put into one commit. 2,000: more lengthens the wait of the next without raising the rate.
    pub commit_events: usize,
    /// Bytes put into one commit. 8 MiB.
    pub commit_bytes: usize,
    /// How long a commit may take before its connection is given up. 30 seconds.
    pub commit_timeout: Duration,
    /// How long a read may take before its connection is given up. 30 seconds.
    pub read_timeout: Duration,
    /// How long an append waits for a stream that somebody's transaction holds. 5 seconds, then it is refused as busy.
    pub lock_wait: Duration,
    /// Appends waiting to be committed. 4,096; further ones are refused as busy.
    pub queue_appends: usize,
    /// Bytes waiting to be committed. 64 MiB; further appends are refused as busy.
    pub queue_bytes: usize,
    /// Events that a hot stream keeps in memory. 1,024.
    pub ring_events: usize,
    /// Bytes that a hot stream keeps in memory. 1 MiB.
    pub ring_bytes: usize,
    /// Events read from the database, or handed to a follower, at once. 1,000.
    pub page_events: usize,
    /// Bytes read or handed on at once, except that one event always goes. 1 MiB.
    pub page_bytes: usize,
    /// How many followers read from the database at the same time; further ones wait for their turn. 4.
    pub catch_up_reads: usize,
    /// How long small events that come fast are put together for a crowd of followers, which then gets them at once.
    /// 40 ms: nobody sees the difference, and each follower costs a wake-up and a frame less for every event but one.
    pub together: Duration,
    /// How many followers of one stream are a crowd. 32; fewer hear of everything as it comes.
    pub crowd: usize,
    /// How often the database is asked what no message named. 1 second: what a lost message between nodes costs at most.
    pub poll_interval: Duration,
    /// What carries texts between nodes. Postgres's own NOTIFY where it is none.
    pub exchange: Option<Arc<dyn Exchange>>,
    /// How often a node sends that it is there; three times as long, and it counts as gone. 5 seconds.
    pub hello_interval: Duration,
    /// How often streams that have lapsed are looked for and what was deleted is dropped. 30 seconds.
    pub sweep_interval: Duration,
    /// Streams and producers whose state the writer remembers, so that their next append takes one statement. 262,144,
    /// some hundred bytes each. An append to a stream that is not among them costs three times as much.
    pub remembered: usize,
    /// Names of streams that are kept in memory. 262,144, some hundred bytes each.
    pub names: usize,
    /// How long a stream stays in memory after its last follower left. 30 seconds: a reload finds it warm.
    pub tail_linger: Duration,
    /// Where an event's time comes from. The system's clock.
    pub clock: Clock,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            event_bytes: 1 << 20,
            append_events: 32_768,
            append_bytes: 4 << 20,
            commit_events: 2_000,
            commit_bytes: 8 << 20,
            commit_timeout: Duration::from_secs(30),
            read_timeout: Duration::from_secs(30),
            lock_wait: Duration::from_secs(5),
            queue_appends: 4_096,
            queue_bytes: 64 << 20,
            ring_events: 1_024,
            ring_bytes: 1 << 20,
            page_events: 1_000,
            page_bytes: 1 << 20,
            catch_up_reads: 4,
            together: Duration::from_millis(40),
            crowd: 32,
            poll_interval: Duration::from_secs(1),
            exchange: None,
            hello_interval: Duration::from_secs(5),
            sweep_interval: Duration::from_secs(30),
            remembered: 262_144,
            names: 262_144,
            tail_linger: Duration::from_secs(30),
            clock: Clock::default(),
        }
    }
}

/// Tells the time that events are stored with.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>);

impl Clock {
    /// A clock that asks `now`.
    pub fn new(now: impl Fn() -> DateTime<Utc> + Send + Sync + 'static) -> Self {
        Self(Arc::new(now))
    }

    /// The time.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        (self.0)()
    }
}

impl Default for Clock {
    #[expect(
        clippy::disallowed_methods,
        reason = "the clock of those who give none; whoever gives one is not read around"
    )]
    fn default() -> Self {
        Self::new(Utc::now)
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Clock")
    }
}
