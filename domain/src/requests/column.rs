//! Where a request stands on the board.

use serde::{Deserialize, Serialize};

/// A column of the board, in its order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Column {
    Backlog,
    UpNext,
    InProgress,
    Waiting,
    Review,
    Done,
}

impl Column {
    pub const ALL: [Self; 6] =
        [Self::Backlog, Self::UpNext, Self::InProgress, Self::Waiting, Self::Review, Self::Done];

    /// The word that the database keeps.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Backlog => "backlog",
            Self::UpNext => "up_next",
            Self::InProgress => "in_progress",
            Self::Waiting => "waiting",
            Self::Review => "review",
            Self::Done => "done",
        }
    }

    /// The column of that word, if there is one.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|c| c.as_str() == word)
    }

    /// Its name on the page.
    pub fn label(self) -> &'static str {
        match self {
            Self::Backlog => "Backlog",
            Self::UpNext => "Up next",
            Self::InProgress => "In progress",
            Self::Waiting => "Waiting on you",
            Self::Review => "Review",
            Self::Done => "Done",
        }
    }

    /// The class of its pill.
    pub fn class(self) -> &'static str {
        match self {
            Self::Backlog => "backlog",
            Self::UpNext => "up-next",
            Self::InProgress => "in-progress",
            Self::Waiting => "waiting",
            Self::Review => "review",
            Self::Done => "done",
        }
    }

    /// Takes one of the places that the active limit grants.
    pub fn is_active(self) -> bool {
        matches!(self, Self::InProgress | Self::Waiting | Self::Review)
    }
}

/// How soon its asker would like it; decides where in the queue it lands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Priority {
    Low,
    Normal,
    High,
}

impl Priority {
    /// The word that the database keeps.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Normal => "normal",
            Self::High => "high",
        }
    }

    /// The priority of that word, if there is one.
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Low, Self::Normal, Self::High].into_iter().find(|p| p.as_str() == word)
    }
}
