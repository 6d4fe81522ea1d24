use serde::{Deserialize, Serialize};

use crate::ids::{ControlId, PersonId};
use crate::text_enum::text_enum;

text_enum! {
    /// What a person wants of an agent at work.
    pub enum ControlKind {
        Stop = "stop",
        Steer = "steer",
    }
}

text_enum! {
    /// What came of a control.
    pub enum Outcome {
        Done = "done",
        Refused = "refused",
        AlreadyEnded = "already_ended",
        NoAnswer = "no_answer",
    }
}

/// A control that was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestedControl {
    pub control: ControlId,
    /// What came of it, where that is settled already; otherwise the agent answers in the session.
    pub settled: Option<Outcome>,
}

/// A control that an agent has to answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PendingControl {
    pub id: ControlId,
    pub kind: ControlKind,
    /// What was said to the agent; empty for a stop.
    pub text: String,
    pub asked_by: PersonId,
    /// The name of who asked.
    pub by: String,
}

/// What became of something that was said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MessageOutcome {
    /// Nobody was at work: it stands in the conversation, for everyone.
    Comment,
    /// It went to the agent whose run has not ended.
    Steer(RequestedControl),
    /// It was said before, under the same id.
    Before,
}
