//! What is followed, and from where.

use sessions::{Error, Head, Offset};

use crate::{cursor::Floor, query::From};

/// A stream that somebody follows.
pub(super) struct Following {
    pub(super) head: Head,
    pub(super) from: From,
    /// The least that its reader's cursors may be.
    pub(super) floor: Floor,
}

impl Following {
    /// Whether the stream holds what is asked for.
    pub(super) fn check_offset(&self) -> Result<(), Error> {
        let (from, head) = (self.offset(), &self.head);
        match from {
            _ if from < head.earliest => Err(Error::Gone { earliest: head.earliest }),
            _ if from > head.next => Err(Error::Ahead { next: head.next }),
            _ => Ok(()),
        }
    }

    pub(super) fn offset(&self) -> Offset {
        match self.from {
            From::Start => Offset::ZERO,
            From::End => self.head.next,
            From::At(offset) => offset,
        }
    }
}
