use crate::AttemptFailure;

/// Why a backend's work did not come to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ExternalError {
    /// It could not be reached, or did not answer.
    Away(String),
    /// It does not let us in, or does not know what was asked of it.
    Refused(String),
    /// It ended in the middle.
    Broke(String),
    /// It says itself that it failed.
    Failed(String),
    /// It sent what it should not, or nothing.
    Nonsense(String),
    /// The portal's settings are wrong, or do not allow it.
    NotSet(String),
}

impl ExternalError {
    /// Ends the run with it.
    pub(crate) fn failure(&self, agent: &str) -> AttemptFailure {
        AttemptFailure::failed(self.words(agent), self.to_string())
    }

    /// What the client reads: what happened, and what to do.
    fn words(&self, agent: &str) -> String {
        let (why, then) = match self {
            Self::Away(_) => ("a service it relies on didn’t respond.", "You can try again."),
            Self::Refused(_) | Self::NotSet(_) => {
                ("something it relies on isn’t set up correctly. We’ve been notified.", "Try again later.")
            }
            Self::Broke(_) => ("a service it relies on stopped unexpectedly.", "You can try again."),
            Self::Failed(_) => ("something it needed went wrong. We’ve been notified.", "You can try again."),
            Self::Nonsense(_) => ("there was nothing to deliver.", "You can try again."),
        };
        format!("{agent} couldn’t finish: {why} Everything so far is saved. {then}")
    }
}

impl std::fmt::Display for ExternalError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Away(why) => write!(f, "the backend could not be reached: {why}"),
            Self::Refused(why) => write!(f, "the backend refused: {why}"),
            Self::Broke(why) => write!(f, "the backend stopped unexpectedly: {why}"),
            Self::Failed(why) => write!(f, "the backend says that it failed: {why}"),
            Self::Nonsense(why) => write!(f, "the backend’s output can’t be used: {why}"),
            Self::NotSet(why) => f.write_str(why),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clients_read_no_word_of_the_trade() {
        let why = || "401 at the endpoint: model".to_owned();
        let all = [
            ExternalError::Away(why()),
            ExternalError::Refused(why()),
            ExternalError::Broke(why()),
            ExternalError::Failed(why()),
            ExternalError::Nonsense(why()),
            ExternalError::NotSet(why()),
        ];
        for trouble in all {
            let words = trouble.words("Juno");
            assert!(
                words.starts_with("Juno couldn’t finish") && words.to_lowercase().contains("try again"),
                "{words}"
            );
            for trade in ["AI", "model", "token", "endpoint", "backend", "session", "401", "program"] {
                assert!(!words.contains(trade), "{words}");
            }
        }
    }
}
