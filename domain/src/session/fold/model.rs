//! What a reader sees of a session.

use serde::{Deserialize, Serialize};

use super::super::event::{Author, Choice, Deletable, PlanStep, RunState, StepState};
use crate::{
    ids::{ApprovalId, ControlId, DeliverableId, FileId, RunId},
    requests::Column,
};

/// A session as it reads at some offset.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Conversation {
    pub entries: Vec<Entry>,
    /// The newest run, ended or not.
    pub run: Option<RunNow>,
    /// The sub-runs of that run, in the order in which they were begun.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub subs: Vec<SubRunNow>,
    /// Where the request stands, once it moved.
    pub column: Option<Column>,
}

/// The newest run as the page shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunNow {
    pub id: RunId,
    pub attempt: u32,
    pub state: RunState,
    /// The agent's name.
    pub agent: String,
    pub rehearsal: bool,
    /// How many entries stood there when it began.
    #[serde(default)]
    pub from: usize,
}

/// A sub-run of the newest run: another agent that helps with a part.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SubRunNow {
    pub id: RunId,
    pub attempt: u32,
    pub state: RunState,
    /// The name of the agent who helps.
    pub agent: String,
}

/// One entry of the line.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// Unique within the session and stable for ever.
    pub key: String,
    pub author: Author,
    /// Milliseconds since 1970, UTC.
    pub at: i64,
    /// By another agent than the one whose run it is.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub second: bool,
    /// Of which run it is, where an agent's work brought it forth.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<RunId>,
    #[serde(flatten)]
    pub body: Body,
}

/// What an entry shows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "kebab-case")]
pub enum Body {
    Asked {
        title: String,
        brief: String,
    },
    Comment {
        text: String,
    },
    File {
        file: FileId,
        name: String,
        bytes: u64,
    },
    /// A comment or a file that who wrote it deleted. `deleted`: when, in milliseconds since 1970, UTC.
    Deleted {
        what: Deletable,
        deleted: i64,
    },
    /// An agent's words. `writing`: more may come.
    Words {
        text: String,
        writing: bool,
    },
    Plan {
        steps: Vec<PlanStep>,
    },
    /// A step of the work. `result`: what it came to, in a few words; older ones have it in their title.
    Step {
        title: String,
        #[serde(default, skip_serializing_if = "String::is_empty")]
        result: String,
        detail: String,
        state: StepState,
    },
    Approval {
        approval: ApprovalId,
        question: String,
        detail: String,
        options: Vec<Choice>,
        expires: i64,
        settled: Option<SettledApproval>,
    },
    /// A person's word to the agent, and what came of it.
    Steer {
        control: ControlId,
        text: String,
        outcome: Option<ControlResult>,
    },
    /// A bar across the line.
    Stop {
        control: ControlId,
        outcome: Option<ControlResult>,
    },
    Deliverable {
        deliverable: DeliverableId,
        title: String,
        version: u32,
    },
    Review {
        approved: bool,
        reason: String,
    },
    Moved {
        from: Column,
        to: Column,
    },
    /// The work ended before it was finished, in a client's words.
    Failed {
        reason: String,
    },
}

/// How an approval ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SettledApproval {
    /// The chosen answer; none when it expired or was withdrawn.
    pub label: Option<String>,
    pub by: String,
    pub at: i64,
    pub expired: bool,
}

/// What came of a stop or a steer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ControlResult {
    pub outcome: String,
    pub reason: String,
}
