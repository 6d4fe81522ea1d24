//! What an error of the domain comes to for whoever asked: a status, a word for programs, and, where it is no fault of
//! theirs, a line in the log with the id that they are shown. Pages, the API, the protocols and the tools put it into their
//! own words.

use axum::http::StatusCode;
use domain::{Error, FieldErrors, Origin};

/// What programs are told of a part that is away.
pub const AWAY: &str = "A part of the service is restarting. Nothing was lost. Try again in a moment.";

/// What went wrong, as far as whoever asked can do something about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FailureKind {
    /// It is not there, or not theirs to see: 404.
    NotFound,
    /// A rule says no, in this sentence: 409.
    Refused(String),
    /// These fields need mending: 422.
    Fields(FieldErrors),
    /// It was tried too often: 429.
    TooMany,
    /// As many do the same as there is room for: 503.
    Busy,
    /// The bytes of a file cannot be had or kept: 503.
    FileAway,
    /// The database cannot be reached: 503.
    Away,
    /// Something that cannot happen did: 500.
    Bug,
}

impl FailureKind {
    /// The status that says it.
    pub fn status(&self) -> StatusCode {
        match self {
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Refused(_) => StatusCode::CONFLICT,
            Self::Fields(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::TooMany => StatusCode::TOO_MANY_REQUESTS,
            Self::Busy | Self::FileAway | Self::Away => StatusCode::SERVICE_UNAVAILABLE,
            Self::Bug => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// The same in a word, for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "not-found",
            Self::Refused(_) => "refused",
            Self::Fields(_) => "invalid",
            Self::TooMany => "too-many",
            Self::Busy => "busy",
            Self::FileAway => "file-away",
            Self::Away => "away",
            Self::Bug => "failed",
        }
    }
}

/// An error on its way to whoever asked. What they cannot mend has been logged, once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    pub kind: FailureKind,
    /// After so many seconds it may be tried again, where the domain says so.
    pub retry_after: Option<u32>,
    /// The id under which it stands in the log: of every [`FailureKind::Bug`].
    pub reference: Option<String>,
}

impl Failure {
    /// Sorts an error of the domain, and logs what is no fault of theirs. `what` failed: the words of its line in the log.
    pub fn of(error: Error, what: &'static str) -> Self {
        match error {
            Error::NotFound => Self::plain(FailureKind::NotFound),
            Error::Refused(reason) => Self::plain(FailureKind::Refused(reason)),
            Error::Fields(errors) => Self::plain(FailureKind::Fields(errors)),
            Error::TooMany { retry_after } => Self::later(FailureKind::TooMany, retry_after),
            Error::Busy { retry_after } => Self::later(FailureKind::Busy, retry_after),
            Error::Store(error) => {
                tracing::error!(error.message = %error, "the bytes of a file could not be had or kept");
                Self::plain(FailureKind::FileAway)
            }
            error if error.is_away() => {
                tracing::warn!(error.message = %error, "the database is away");
                Self::plain(FailureKind::Away)
            }
            error => Self::bug(&error, what),
        }
    }

    /// Logs something that cannot happen, under the id of the request or, outside of one, under an id of its own.
    pub fn bug(error: &dyn std::fmt::Display, what: &'static str) -> Self {
        let reference = Origin::reference();
        tracing::error!(error.message = %error, request.id = reference, "{what}");
        Self { kind: FailureKind::Bug, retry_after: None, reference: Some(reference) }
    }

    fn plain(kind: FailureKind) -> Self {
        Self { kind, retry_after: None, reference: None }
    }

    fn later(kind: FailureKind, seconds: u32) -> Self {
        Self { retry_after: Some(seconds), ..Self::plain(kind) }
    }

    /// The status that says it.
    pub fn status(&self) -> StatusCode {
        self.kind.status()
    }

    /// The id of a bug; empty for everything else.
    pub fn reference(&self) -> &str {
        self.reference.as_deref().unwrap_or_default()
    }
}
