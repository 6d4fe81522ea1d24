use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{
    ids::{ApprovalId, ClientId, RequestId},
    session::Choice,
    text_enum::text_enum,
};

text_enum! {
    /// Who is asked.
    pub enum Audience {
        /// The client; an operator may answer for them.
        Client = "client",
        /// Operators alone, backstage.
        Operator = "operator",
    }
}

text_enum! {
    /// How an approval stands.
    pub enum ApprovalState {
        Open = "open",
        Answered = "answered",
        Expired = "expired",
        Withdrawn = "withdrawn",
    }
}

/// What an agent asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// One sentence; it is what lists and mails show.
    pub question: String,
    /// Markdown; may be empty.
    pub detail: String,
    /// One to six; the first is what the agent advises.
    pub options: Vec<Choice>,
    /// How long it may be answered, in seconds.
    pub open_for: i64,
    pub audience: Audience,
}

impl Question {
    /// How long a question that is asked now is open so that it closes at `until`, in seconds. A second that has begun
    /// counts as a whole one: it never closes in the minute before the one that its words name.
    pub fn open_until(now: DateTime<Utc>, until: DateTime<Utc>) -> i64 {
        (until - now).num_seconds() + 1
    }
}

/// A question that suspends a run, and how it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approval {
    pub id: ApprovalId,
    pub client: ClientId,
    pub client_name: String,
    pub request: RequestId,
    /// The request's number and title.
    pub number: u64,
    pub title: String,
    pub question: String,
    /// Markdown.
    pub detail: String,
    /// The first is what the agent advises.
    pub options: Vec<Choice>,
    pub audience: Audience,
    pub state: ApprovalState,
    /// The label of the chosen answer.
    pub answer: Option<String>,
    /// The name of who answered.
    pub answered_by: Option<String>,
    /// Milliseconds since 1970, UTC, like every time here.
    pub answered_at: Option<i64>,
    pub expires_at: i64,
    pub created_at: i64,
}

/// How a question of a run stands, by the key of its answer and never by its words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// It was not asked, or is open.
    Pending,
    /// Nobody answered in time, or it was withdrawn.
    Unanswered,
    /// The key of what was chosen.
    Chosen(String),
}

/// What came of an answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum AnswerOutcome {
    /// It counts: the label of what was chosen.
    Won { label: String },
    /// It counts and is kept, and the work goes on later: when, in words.
    Kept { label: String, goes_on: String },
    /// Someone was quicker: who, what they chose, and when.
    Lost { by: String, label: String, at: i64 },
    /// The time to answer is over.
    Expired,
}

/// What came of a question to the operators.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettledQuestion {
    pub question: String,
    /// The label of what was chosen; none where nobody answered in time, or it was withdrawn.
    pub label: Option<String>,
    /// The name of who answered; empty for nobody.
    pub by: String,
    /// The agent asked it itself: it is not about a limit of costs.
    pub is_agents: bool,
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    #[test]
    fn a_question_closes_in_the_minute_that_its_words_name() {
        let until: DateTime<Utc> = "2026-12-01T23:59:00Z".parse().unwrap();
        for passed in [0, 1, 400, 999] {
            let now = until - TimeDelta::hours(5) + TimeDelta::milliseconds(passed);
            let closes = now + TimeDelta::seconds(Question::open_until(now, until));
            assert_eq!(closes.format("%H:%M").to_string(), "23:59", "{passed} ms");
        }
    }
}
