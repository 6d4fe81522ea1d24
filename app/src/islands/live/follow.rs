//! What one island follows.

use std::{cell::Cell, rc::Rc};

use domain::session::wire::Looking;

/// What an island hears of a stream.
pub enum Heard<'a> {
    /// Events of the log, the first of them at `from`; some may have been heard before.
    Events { from: u64, events: Vec<&'a str> },
    /// Who is looking, the reader among them.
    People(Vec<Looking>),
    /// It is not there, or no longer this person's to follow.
    Gone,
}

/// Takes in what is heard; after events, the offset to go on from.
pub type Ear = Rc<dyn Fn(Heard<'_>) -> u64>;

/// One island's interest in one stream.
pub struct Interest {
    pub stream: String,
    pub next: Cell<u64>,
    pub ear: Ear,
}

/// Ends the following when it is dropped.
pub struct Following(pub(super) Rc<Interest>);

impl Drop for Following {
    fn drop(&mut self) {
        super::connection::unfollow(&self.0);
    }
}
