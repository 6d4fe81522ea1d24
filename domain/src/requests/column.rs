//! Where a request stands on the board.

use crate::text_enum::text_enum;

text_enum! {
    /// A column of the board, in its order.
    #[derive(PartialOrd, Ord, Hash)]
    pub enum Column {
        Backlog = "backlog",
        UpNext = "up_next",
        InProgress = "in_progress",
        Waiting = "waiting",
        Review = "review",
        Done = "done",
    }
}

impl Column {
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

text_enum! {
    /// How soon its asker would like it; decides where in the queue it lands.
    pub enum Priority {
        Low = "low",
        Normal = "normal",
        High = "high",
    }
}
