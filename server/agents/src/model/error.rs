//! What can go wrong with an endpoint, for the operators and for the client.

use std::time::Duration;

/// Why an answer did not come, or was none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum EndpointError {
    /// It could not be reached.
    Unreachable(String),
    /// Nothing came for too long.
    Slow(&'static str),
    /// It does not let us in, or does not know what was asked of it.
    Refused { status: u16, said: String },
    /// Too many requests; how long it wants to be left alone.
    Busy { after: Option<Duration> },
    /// It failed.
    Server { status: u16, said: String },
    /// It broke off in the middle.
    Cut(String),
    /// It sent something else than the format that was asked for.
    Rubbish(String),
    /// It answered with nothing.
    Empty,
    /// It went on without end, or led nowhere.
    Endless(&'static str),
    /// It would not do what was asked.
    Declined(String),
}

/// The longest that a wish to be left alone is heeded.
const LONGEST_WAIT: Duration = Duration::from_secs(30);

impl EndpointError {
    /// Whether trying again may help, and after how long at least.
    pub(super) fn worth_a_try(&self) -> Option<Duration> {
        match self {
            Self::Busy { after } => Some(after.unwrap_or_default()).filter(|wait| *wait <= LONGEST_WAIT),
            Self::Unreachable(_)
            | Self::Slow(_)
            | Self::Server { .. }
            | Self::Cut(_)
            | Self::Rubbish(_)
            | Self::Empty => Some(Duration::ZERO),
            Self::Refused { .. } | Self::Endless(_) | Self::Declined(_) => None,
        }
    }

    /// What the client reads: what happened, and what to do.
    pub(super) fn words(&self, agent: &str) -> String {
        let (why, then) = match self {
            Self::Unreachable(_) | Self::Slow(_) | Self::Server { .. } => {
                ("a service it relies on didn’t respond.", "You can try again.")
            }
            Self::Busy { .. } => ("a service it relies on is very busy.", "Try again in a few minutes."),
            // What was set is wrong: the address, or the model's name.
            Self::Refused { status: 404, .. } => {
                ("a service it relies on isn’t set up correctly. We’ve been notified.", "Try again later.")
            }
            Self::Refused { .. } => {
                ("a service it relies on denied access. We’ve been notified.", "Try again later.")
            }
            Self::Cut(_) => ("the connection dropped.", "You can try again."),
            Self::Rubbish(_) | Self::Empty | Self::Endless(_) => {
                ("a service it relies on sent back something unusable.", "You can try again.")
            }
            Self::Declined(_) => {
                return format!(
                    "{agent} couldn’t do this as written. Nothing was lost. Try rewording it or adding what it’s for, \
                     then try again."
                );
            }
        };
        format!("{agent} couldn’t finish: {why} Nothing was lost. {then}")
    }
}

impl std::fmt::Display for EndpointError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Unreachable(why) => write!(f, "couldn’t reach the endpoint: {why}"),
            Self::Slow(what) => write!(f, "the endpoint timed out: {what}"),
            Self::Refused { status, said } => write!(f, "the endpoint refused with {status}: {said}"),
            Self::Busy { after: Some(after) } => write!(f, "the endpoint is busy for {} s", after.as_secs()),
            Self::Busy { after: None } => f.write_str("the endpoint is busy"),
            Self::Server { status, said } => write!(f, "the endpoint failed with {status}: {said}"),
            Self::Cut(why) => write!(f, "the endpoint disconnected: {why}"),
            Self::Rubbish(what) => write!(f, "the endpoint sent an invalid response: {what}"),
            Self::Empty => f.write_str("the endpoint returned an empty response"),
            Self::Endless(what) => write!(f, "the agent got stuck: {what}"),
            Self::Declined(said) => write!(f, "the model declined: {said}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clients_read_no_word_of_the_trade() {
        let all = [
            EndpointError::Unreachable("dns".into()),
            EndpointError::Busy { after: None },
            EndpointError::Refused { status: 401, said: "key".into() },
            EndpointError::Refused { status: 404, said: "model".into() },
            EndpointError::Cut("eof".into()),
            EndpointError::Rubbish("<html>".into()),
            EndpointError::Declined("no".into()),
        ];
        for trouble in all {
            let words = trouble.words("Juno");
            assert!(
                words.starts_with("Juno couldn’t ") && words.to_lowercase().contains("try again"),
                "{words}"
            );
            for trade in ["AI", "model", "token", "endpoint", "stream", "session", "LLM", "401"] {
                assert!(!words.contains(trade), "{words}");
            }
        }
    }

    #[test]
    fn a_long_ban_is_not_waited_for() {
        let busy = |seconds| EndpointError::Busy { after: Some(Duration::from_secs(seconds)) }.worth_a_try();
        assert_eq!(busy(5), Some(Duration::from_secs(5)));
        assert_eq!(busy(3_600), None);
        assert_eq!(EndpointError::Empty.worth_a_try(), Some(Duration::ZERO));
    }
}
