//! How an attempt ends, other than by being finished.

use domain::{costs::LimitHit, files::store, runs};

/// The work is done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AttemptEnd {
    /// What was delivered goes before the client.
    Review,
    /// Of a sub-run: what it came to, for the agent that asked.
    Answer(String),
}

/// The attempt ends without the work being done.
#[derive(Debug)]
pub enum AttemptFailure {
    /// Someone asked to stop it.
    Stopped,
    /// The run is no longer this worker's.
    Lost,
    /// The server shuts down.
    Leaving,
    /// The database is away: another attempt goes on when it is back.
    Away(domain::Error),
    /// The next step could pass a month's limit: the operators decide.
    Limit(Box<LimitHit>),
    /// For good. `words` say to the client what happened and what to do; `reason` is for the operators.
    Failed { words: String, reason: String },
}

impl AttemptFailure {
    /// Ends the run for good.
    pub fn failed(words: impl Into<String>, reason: impl Into<String>) -> Self {
        Self::Failed { words: words.into(), reason: reason.into() }
    }

    /// How the agent is reached is not set as it should be, which its operators can mend.
    pub fn unset(agent: &str, reason: impl Into<String>) -> Self {
        let words = format!(
            "{agent} can’t start because something isn’t set up yet. We’ve been notified. Nothing was lost. Try again later."
        );
        Self::failed(words, reason)
    }

    /// A file of the request is there, and cannot be read.
    pub(super) fn unread(name: &str, error: &store::Error) -> Self {
        let words = format!(
            "Work has stopped because we can’t open “{name}”, which came with this request, right now. We’ve been \
             notified. Nothing was lost. Try again later."
        );
        Self::failed(words, format!("“{name}” could not be read: {error}"))
    }

    /// Something in the server itself, which no client can mend.
    pub(super) fn ours(reason: impl Into<String>) -> Self {
        let words = "We couldn’t finish because something went wrong on our end. We’ve been notified. Nothing was lost, \
                     and you can try again.";
        Self::failed(words, reason)
    }
}

/// Sorts what the domain says.
impl From<domain::Error> for AttemptFailure {
    fn from(error: domain::Error) -> Self {
        if runs::is_lost(&error) {
            Self::Lost
        } else if error.is_away() {
            Self::Away(error)
        } else {
            Self::ours(error.to_string())
        }
    }
}
