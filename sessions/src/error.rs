//! What can go wrong, told apart by what the caller can do about it.

use std::sync::Arc;

use crate::Offset;

/// Why the engine refused or failed. Cheap to clone: one failed commit answers many appends.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Error {
    /// There is no such stream, or it is not the caller's to see.
    #[error("there is no such stream")]
    NotFound,
    /// The stream was deleted, or has lapsed, and is kept only for the forks that read from it.
    #[error("the stream was deleted")]
    Deleted,
    /// The stream is closed and takes no more events.
    #[error("the stream was closed at {next}")]
    Closed {
        /// Its final offset.
        next: Offset,
    },
    /// Events at this offset have been dropped. Start from the fold, or from `earliest`.
    #[error("events before {earliest} have been dropped")]
    Gone {
        /// The first offset that can be read.
        earliest: Offset,
    },
    /// The offset lies past the end: it comes from another stream, or from a database that was set back.
    #[error("the offset is past the stream's end at {next}")]
    Ahead {
        /// Where the stream ends.
        next: Offset,
    },
    /// Another instance of this producer has taken over.
    #[error("the producer's epoch is over: {current} has begun")]
    StaleEpoch {
        /// The epoch that holds now.
        current: u64,
    },
    /// An append before this one is missing.
    #[error("the producer's sequence should be {expected} and is {received}")]
    SequenceGap {
        /// The sequence that would be taken.
        expected: u64,
        /// The one that came.
        received: u64,
    },
    /// A new epoch of a producer begins at sequence 0.
    #[error("a producer's new epoch begins at sequence 0")]
    EpochMustStartAtZero,
    /// The append's mark does not sort after the one before it.
    #[error("the mark of order does not rise")]
    OutOfOrder,
    /// Over a limit of [`Options`](crate::Options).
    #[error("{what} of {size} is over the limit of {limit}")]
    TooLarge {
        /// What is too large: "an event" and "an append" in bytes, "a number of events".
        what: &'static str,
        /// Its size.
        size: usize,
        /// The largest that is taken.
        limit: usize,
    },
    /// An append without an event.
    #[error("an append holds at least one event")]
    Empty,
    /// The caller sent something that is never taken: an event that is not JSON, a producer without a name, a fork
    /// from behind the end.
    #[error("{0}")]
    Invalid(&'static str),
    /// The stream exists with another tenant, kind, visibility or configuration, or its name is kept by a deleted one.
    #[error("the stream exists with another configuration")]
    Conflict,
    /// The queue is full, or a transaction has held the stream for too long. Nothing was stored; try again later.
    #[error("too much is waiting to be appended")]
    Busy,
    /// The engine has been told to stop. Nothing was stored.
    #[error("the session engine is stopping")]
    ShuttingDown,
    /// Postgres failed and nothing was stored.
    #[error("the database failed")]
    Database(#[source] Arc<sqlx::Error>),
    /// The connection was lost during COMMIT: the append may have been stored or not. A producer that sends the same
    /// epoch and sequence again finds out; without one, read the stream.
    #[error("the database was lost while committing")]
    Unsure(#[source] Arc<sqlx::Error>),
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        Self::Database(Arc::new(error))
    }
}

impl Error {
    /// Whether waiting may help: the database could not be reached, starts, stops or stands still, or too much waits.
    #[must_use]
    pub fn is_away(&self) -> bool {
        match self {
            Self::Database(error) => may_pass(error),
            Self::Unsure(_) | Self::Busy | Self::ShuttingDown => true,
            _ => false,
        }
    }
}

/// Whether the same question may well be answered later: the connection failed, or Postgres gave way to something that
/// passes. Whoever asked is then told to come back, and not that something is broken.
#[must_use]
pub fn may_pass(error: &sqlx::Error) -> bool {
    // A lock that did not come in time, transactions that could not go on beside each other.
    away(error)
        || matches!(error, sqlx::Error::PoolClosed)
        || code(error).is_some_and(|code| matches!(&*code, "55P03" | "40001" | "40P01"))
}

/// Whether the failure lies with the connection and not with what was asked over it.
pub(crate) fn away(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_)
        | sqlx::Error::Tls(_)
        | sqlx::Error::Protocol(_)
        | sqlx::Error::PoolTimedOut
        | sqlx::Error::BeginFailed
        | sqlx::Error::WorkerCrashed => true,
        sqlx::Error::Database(_) => code(error).is_some_and(|code| {
            // 08: connection, 53: out of memory, disk or connections, 57: stopped by an administrator or by a limit of
            // time, 58: the system under it. And a database that only reads, as one does that was just replaced; and
            // what is ended for having stood still within a transaction.
            ["08", "53", "57", "58"].iter().any(|class| code.starts_with(class))
                || matches!(&*code, "25006" | "25P03" | "25P04")
        }),
        _ => false,
    }
}

fn code(error: &sqlx::Error) -> Option<std::borrow::Cow<'_, str>> {
    error.as_database_error().and_then(|error| error.code())
}
