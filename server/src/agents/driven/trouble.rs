use crate::agents::Failure;

/// Why a backend's work did not come to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::agents) enum Trouble {
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

impl Trouble {
    /// Ends the run with it.
    pub(in crate::agents) fn failure(&self, agent: &str) -> Failure {
        Failure::failed(self.words(agent), self.to_string())
    }

    /// What the client reads: what happened, and what to do.
    fn words(&self, agent: &str) -> String {
        let (why, then) = match self {
            Self::Away(_) => ("what it works with did not answer.", "You can start it again."),
            Self::Refused(_) | Self::NotSet(_) => (
                "what it works with is not set up right. We have been told.",
                "You can start it again later.",
            ),
            Self::Broke(_) => ("what it works with broke off.", "You can start it again."),
            Self::Failed(_) => {
                ("something it needed went wrong. We have been told.", "You can start it again.")
            }
            Self::Nonsense(_) => ("nothing came of it that can be handed over.", "You can start it again."),
        };
        format!("{agent} could not finish: {why} What is written here stays. {then}")
    }
}

impl std::fmt::Display for Trouble {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Away(why) => write!(f, "the backend could not be reached: {why}"),
            Self::Refused(why) => write!(f, "the backend refused: {why}"),
            Self::Broke(why) => write!(f, "the backend broke off: {why}"),
            Self::Failed(why) => write!(f, "the backend says that it failed: {why}"),
            Self::Nonsense(why) => write!(f, "the backend's work cannot be used: {why}"),
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
            Trouble::Away(why()),
            Trouble::Refused(why()),
            Trouble::Broke(why()),
            Trouble::Failed(why()),
            Trouble::Nonsense(why()),
            Trouble::NotSet(why()),
        ];
        for trouble in all {
            let words = trouble.words("Juno");
            assert!(
                words.starts_with("Juno could not finish") && words.contains("start it again"),
                "{words}"
            );
            for trade in ["AI", "model", "token", "endpoint", "backend", "session", "401", "program"] {
                assert!(!words.contains(trade), "{words}");
            }
        }
    }
}
