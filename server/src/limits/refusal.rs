//! How somebody is told that it is too much, and the count of it.

use std::{
    sync::atomic::{AtomicU64, Ordering::Relaxed},
    time::Duration,
};

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};

/// After how many seconds whoever found no seat may come again: some follower has mostly left by then.
pub(super) const SEAT_AGAIN: u32 = 5;

/// What was deleted counts no more after so many seconds.
const COUNTED_AGAIN: u32 = 60;

/// Why a request was too much. On a response it says what the response is to be counted as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// Events came too fast.
    Rate,
    /// Too many follow.
    Followers,
    /// Too much is stored.
    Stored,
    /// The request, or an event of it, is too large.
    Size,
    /// Too much waits to be committed.
    Busy,
}

impl Reason {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Rate, Self::Followers, Self::Stored, Self::Size, Self::Busy];

    /// As the metrics call it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Rate => "rate",
            Self::Followers => "followers",
            Self::Stored => "stored",
            Self::Size => "size",
            Self::Busy => "busy",
        }
    }
}

/// A tenant's limit is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Events came too fast; the same append would be taken after so long.
    Rate(Duration),
    /// Too many follow.
    Followers,
    /// Its streams hold as many bytes as they may.
    Stored {
        /// So many.
        most: u64,
    },
}

impl Refusal {
    /// What it is counted as.
    #[must_use]
    pub fn reason(self) -> Reason {
        match self {
            Self::Rate(_) => Reason::Rate,
            Self::Followers => Reason::Followers,
            Self::Stored { .. } => Reason::Stored,
        }
    }
}

impl Refusal {
    /// After how many seconds it may be tried again.
    #[must_use]
    pub fn retry_after(self) -> u32 {
        match self {
            // A whole second at least, since a part of one cannot be said.
            Self::Rate(wait) => u32::try_from(wait.as_secs() + 1).unwrap_or(u32::MAX),
            Self::Followers => SEAT_AGAIN,
            Self::Stored { .. } => COUNTED_AGAIN,
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let later = |text: &'static str| {
            let after = [(header::RETRY_AFTER, HeaderValue::from(self.retry_after()))];
            (StatusCode::TOO_MANY_REQUESTS, after, text).into_response()
        };
        match self {
            Self::Rate(_) => {
                later("Events come faster than is allowed here. Send it again after Retry-After seconds.")
            }
            Self::Followers => later(
                "As many follow as are allowed at once. Close some, or come again after Retry-After seconds.",
            ),
            Self::Stored { most } => {
                let text = format!(
                    "Your streams hold {} MB, as much as is allowed here. Delete some that are not needed any more, \
                     or ask whoever runs this server for more room. What was deleted counts no more after a minute.",
                    most >> 20
                );
                (StatusCode::PAYLOAD_TOO_LARGE, text).into_response()
            }
        }
    }
}

#[derive(Debug, Default)]
pub(super) struct Refusals([AtomicU64; Reason::ALL.len()]);

impl Refusals {
    pub(super) fn count(&self, reason: Reason) {
        self.0[reason as usize].fetch_add(1, Relaxed);
    }

    pub(super) fn of(&self, reason: Reason) -> u64 {
        self.0[reason as usize].load(Relaxed)
    }
}
