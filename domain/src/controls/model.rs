use serde::{Deserialize, Serialize};

use crate::ids::{ControlId, PersonId};

/// What a person wants of an agent at work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ControlKind {
    Stop,
    Steer,
}

impl ControlKind {
    /// The word that the database keeps.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Stop => "stop",
            Self::Steer => "steer",
        }
    }

    /// The kind of that word, if there is one.
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Stop, Self::Steer].into_iter().find(|k| k.as_str() == word)
    }
}

/// What came of a control.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    Done,
    Refused,
    AlreadyEnded,
    NoAnswer,
}

impl Outcome {
    /// The word that the database and the session keep.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Refused => "refused",
            Self::AlreadyEnded => "already_ended",
            Self::NoAnswer => "no_answer",
        }
    }

    /// The outcome of that word, if there is one.
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Done, Self::Refused, Self::AlreadyEnded, Self::NoAnswer]
            .into_iter()
            .find(|o| o.as_str() == word)
    }
}

/// A control that was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    pub control: ControlId,
    /// What came of it, where that is settled already; otherwise the agent answers in the session.
    pub settled: Option<Outcome>,
}

/// A control that an agent has to answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pending {
    pub id: ControlId,
    pub kind: ControlKind,
    /// What was said to the agent; empty for a stop.
    pub text: String,
    pub asked_by: PersonId,
    /// The name of who asked.
    pub by: String,
}
