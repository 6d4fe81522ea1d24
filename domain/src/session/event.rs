//! The vocabulary of a session: the AI SDK's UI message parts in an envelope of ours, and `data-*` parts beyond them.
//! Source of the shared part names: the `ai` package's UI message stream, version 1.

use serde::{Deserialize, Serialize};

use crate::{
    Actor, Role, Scope,
    ids::{ApprovalId, ClientId, ControlId, DeliverableId, FileId, RunId},
    requests::Column,
    text_enum::text_enum,
};

/// One entry of a session.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// Unique, time-ordered. `event` in the log, for several parts have an `id` of their own.
    #[serde(rename = "event")]
    pub id: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<RunId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attempt: Option<u32>,
    pub author: Author,
    /// Milliseconds since 1970, UTC.
    pub at: i64,
    #[serde(flatten)]
    pub part: Part,
}

impl Event {
    /// An event outside any run.
    pub fn new(author: Author, at: chrono::DateTime<chrono::Utc>, part: Part) -> Self {
        let id = uuid::Uuid::now_v7().simple().to_string();
        Self { id, run: None, attempt: None, author, at: at.timestamp_millis(), part }
    }

    /// The same event as part of a run's attempt.
    pub fn of_run(mut self, run: RunId, attempt: u32) -> Self {
        self.run = Some(run);
        self.attempt = Some(attempt);
        self
    }

    /// The event as the log keeps it: one JSON object, one line.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("an event has only string keys")
    }

    /// Reads an event of the log; unknown kinds become [`Part::Unknown`].
    pub fn from_json(text: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(text)
    }
}

/// Who wrote an event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Author {
    pub kind: AuthorKind,
    /// The person's or agent's id; empty for the system.
    pub id: String,
    pub name: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AuthorKind {
    /// A member of the client.
    Person,
    /// Someone of the workspace.
    Operator,
    Agent,
    /// The server itself: an expiry, a clock, a queue that moved on.
    System,
}

impl Author {
    /// The server itself.
    pub fn system() -> Self {
        Self { kind: AuthorKind::System, id: String::new(), name: String::new() }
    }

    /// Whoever acts in a scope.
    pub fn of(scope: &Scope) -> Self {
        match &scope.actor {
            Actor::Person { id, name, role: Role::Operator, .. } => {
                Self { kind: AuthorKind::Operator, id: id.to_string(), name: name.clone() }
            }
            Actor::Person { id, name, .. } => {
                Self { kind: AuthorKind::Person, id: id.to_string(), name: name.clone() }
            }
            Actor::Agent { id, name } => {
                Self { kind: AuthorKind::Agent, id: id.to_string(), name: name.clone() }
            }
            Actor::System | Actor::Visitor => Self::system(),
        }
    }
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub enum Part {
    TextStart {
        id: String,
    },
    TextDelta {
        id: String,
        delta: String,
    },
    TextEnd {
        id: String,
    },
    /// A tool as an agent calls it, and what came back: raw, and so backstage alone, where no browser folds them.
    ToolInputAvailable {
        tool_call_id: String,
        tool_name: String,
        input: serde_json::Value,
    },
    ToolOutputAvailable {
        tool_call_id: String,
        output: serde_json::Value,
    },
    ToolOutputError {
        tool_call_id: String,
        error_text: String,
    },
    /// The request as it was asked.
    DataAsked {
        title: String,
        brief: String,
    },
    /// A person's words to everyone.
    DataComment {
        text: String,
    },
    /// What stands in the place of a comment or a file that who wrote it deleted. `deleted`: when, in milliseconds since
    /// 1970, UTC.
    DataTombstone {
        what: Deletable,
        deleted: i64,
    },
    /// Who wrote the event `of` deleted what it said: from now on a tombstone stands there.
    DataDeletion {
        of: String,
        what: Deletable,
    },
    /// A file that came with a comment or with the request.
    DataFile {
        file: FileId,
        name: String,
        bytes: u64,
    },
    /// A run's new state. `failure` in a client's words; `rehearsal`: worked without a model.
    DataRun {
        state: RunState,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        failure: Option<String>,
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        rehearsal: bool,
    },
    /// The new state of a sub-run, a run in which `agent` helps the run `parent` with a part of its work.
    DataSubRun {
        parent: RunId,
        agent: String,
        state: RunState,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        failure: Option<String>,
    },
    /// The whole plan as it stands; a later one replaces it in place.
    DataPlan {
        steps: Vec<PlanStep>,
    },
    /// A step of work in plain words; the same `id` again replaces it.
    ///
    /// `result`: what it came to, in a few words that stand beside the title, `12 rows`.
    DataStep {
        id: String,
        title: String,
        #[serde(default, skip_serializing_if = "String::is_empty")]
        result: String,
        #[serde(default, skip_serializing_if = "String::is_empty")]
        detail: String,
        state: StepState,
    },
    /// A question that suspends the run. `expires`: milliseconds since 1970, UTC.
    DataApproval {
        approval: ApprovalId,
        question: String,
        detail: String,
        options: Vec<Choice>,
        expires: i64,
    },
    /// How a question ended: `label` of the answer, or none when it expired or was withdrawn.
    DataAnswer {
        approval: ApprovalId,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        label: Option<String>,
        expired: bool,
    },
    /// Someone asked to stop the work.
    DataStop {
        control: ControlId,
    },
    /// Someone said something to the agent at work.
    DataSteer {
        control: ControlId,
        text: String,
    },
    /// What came of a stop or a steer: `done`, `refused`, `already_ended` or `no_answer`, and why.
    DataOutcome {
        control: ControlId,
        outcome: String,
        reason: String,
    },
    DataDeliverable {
        deliverable: DeliverableId,
        title: String,
        version: u32,
    },
    /// The client's verdict: `approved`, or a change asked for with its reason.
    DataReview {
        approved: bool,
        reason: String,
    },
    /// The request moved on the board.
    DataMoved {
        from: Column,
        to: Column,
    },
    /// The client took the request back.
    DataWithdrawn {},
    /// On a board's or the desk's stream alone: something there reads differently now. `what`: `request`, `run`,
    /// `approval`, `control`, `agent`, `client`, `subscription`, `invoice`, `offer`, `workspace`, `export`.
    DataChanged {
        what: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        client: Option<ClientId>,
        /// The request's number within its client.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        request: Option<u64>,
    },
    /// A kind that this version does not know; kept in the log, passed over on the page.
    #[serde(other)]
    Unknown,
}

/// What its author may delete from a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Deletable {
    Comment,
    File,
}

impl Deletable {
    /// As it stands in a sentence: `comment`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Comment => "comment",
            Self::File => "file",
        }
    }
}

/// A step's title and what it came to in one line, for readers who have one text for both: `Read fees.csv · 12 rows`.
pub fn step_words(title: &str, result: &str) -> String {
    if result.is_empty() { title.to_owned() } else { format!("{title} · {result}") }
}

text_enum! {
    pub enum RunState {
        Queued = "queued",
        Working = "working",
        Suspended = "suspended",
        Completed = "completed",
        Cancelled = "cancelled",
        Failed = "failed",
    }
}

impl RunState {
    /// Nothing more will come of it.
    pub fn has_ended(self) -> bool {
        matches!(self, Self::Completed | Self::Cancelled | Self::Failed)
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanStep {
    pub title: String,
    pub state: StepState,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StepState {
    Open,
    Working,
    Done,
    Failed,
}

/// One of the answers that an approval offers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    pub key: String,
    pub label: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_of_the_log_reads_back() {
        let part = Part::TextDelta { id: "t1".to_owned(), delta: "Dear".to_owned() };
        let event = Event {
            id: "0197".to_owned(),
            run: None,
            attempt: Some(1),
            author: Author::system(),
            at: 5,
            part,
        };
        let json = event.to_json();
        assert_eq!(
            json,
            r#"{"event":"0197","attempt":1,"author":{"kind":"system","id":"","name":""},"at":5,"type":"text-delta","id":"t1","delta":"Dear"}"#
        );
        assert_eq!(Event::from_json(&json).unwrap(), event);
    }
}
