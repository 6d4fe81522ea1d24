//! What one island follows.

use std::{cell::Cell, rc::Rc};

use js_sys::Array;

/// What an island hears of a stream.
pub enum LiveUpdate {
    /// Events of the log, as objects, from the offset `from` on; some may have been heard before. `ends` has the offset
    /// behind each: the words of one text may come put together, and then stand for several.
    Events { from: u64, ends: Vec<u64>, events: Array },
    /// The names of those who are looking, the reader's among them.
    People(Vec<String>),
    /// It is not there, or no longer this person's to follow.
    Gone,
}

/// Takes in what is heard; after events, the offset to go on from. Where that is not behind them, they are told again
/// from there.
pub type LiveHandler = Rc<dyn Fn(LiveUpdate) -> u64>;

/// One island's interest in one stream.
pub struct Interest {
    pub stream: String,
    pub next: Cell<u64>,
    pub ear: LiveHandler,
}

/// Ends the following when it is dropped.
pub struct Following(pub(super) Rc<Interest>);

impl Following {
    /// Follows for as long as the page is open.
    pub fn keep(self) {
        std::mem::forget(self);
    }
}

impl Drop for Following {
    fn drop(&mut self) {
        super::connection::unfollow(&self.0);
    }
}
