//! A conversation and how far it has been read: what arrives twice is taken once.

use serde::{Deserialize, Serialize};

use super::Conversation;
use crate::session::Event;

/// A conversation at an offset: every event before it is in, none behind it. Sessions are kept in this form once their
/// old events are dropped (`snapshot`).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Reading {
    pub conversation: Conversation,
    /// How many events of the stream have been taken in.
    pub next: u64,
    /// For each entry, the offset behind the last event that changed it.
    pub changed: Vec<u64>,
}

impl Reading {
    /// Takes in a piece of the stream whose first event stands at `from`; what was taken before is passed over, and an
    /// event that cannot be read counts without saying anything.
    ///
    /// `false` when something between is missing: then nothing was taken, and it has to be asked for again from
    /// [`next`](Self::next).
    pub fn take<'a>(&mut self, from: u64, events: impl IntoIterator<Item = &'a str>) -> bool {
        if from > self.next {
            return false;
        }
        let seen = usize::try_from(self.next - from).unwrap_or(usize::MAX);
        for text in events.into_iter().skip(seen) {
            self.next += 1;
            if let Ok(event) = Event::from_json(text) {
                let touched = self.conversation.apply(&event);
                self.changed.resize(self.conversation.entries.len(), self.next);
                touched.into_iter().for_each(|place| self.changed[place] = self.next);
            }
        }
        true
    }
}
