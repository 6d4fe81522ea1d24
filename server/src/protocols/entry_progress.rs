//! What of a conversation has been sent, and what is new: the same for whoever comes late and for whoever was there, so
//! that a replay is as long as the text and not as the log.

use domain::session::{Body, Conversation};

/// How far each entry of a conversation has been sent.
#[derive(Debug, Default)]
pub(super) struct EntryProgress(Vec<TextProgress>);

#[derive(Clone, Copy, Debug, Default)]
struct TextProgress {
    begun: bool,
    /// Bytes of its words.
    words: usize,
    ended: bool,
}

/// What is new of an entry.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum EntryUpdate<'a> {
    /// Of an agent's words: whether they begin, what has come, whether they end.
    Words { begins: bool, more: &'a str, ends: bool },
    /// Everything else is sent whole. `again`: it was sent before, and reads differently now.
    Whole { again: bool },
}

impl EntryProgress {
    /// What is new of the entry at a place, which counts as sent from then on.
    pub(super) fn advance<'a>(&mut self, conversation: &'a Conversation, place: usize) -> EntryUpdate<'a> {
        if self.0.len() <= place {
            self.0.resize(place + 1, TextProgress::default());
        }
        let progress = &mut self.0[place];
        let Body::Words { text, writing } = &conversation.entries[place].body else {
            return EntryUpdate::Whole { again: std::mem::replace(&mut progress.begun, true) };
        };
        // Words that go on after a pause begin again.
        let begins = !progress.begun || (progress.ended && (*writing || text.len() > progress.words));
        let more = &text[progress.words..];
        let ends = !writing && (begins || !progress.ended);
        *progress = TextProgress { begun: true, words: text.len(), ended: !writing };
        EntryUpdate::Words { begins, more, ends }
    }

    /// The words that were ended although they go on, which begin again here; by their places.
    pub(super) fn begin_again(&mut self, conversation: &Conversation) -> Vec<usize> {
        let words = conversation.entries.iter().zip(&mut self.0).enumerate();
        let ended = words.filter(|(_, (entry, progress))| {
            matches!(entry.body, Body::Words { writing: true, .. }) && progress.ended
        });
        ended
            .map(|(place, (_, progress))| {
                progress.ended = false;
                place
            })
            .collect()
    }

    /// The words that have begun and not ended, which end here; by their places.
    pub(super) fn end_words(&mut self, conversation: &Conversation) -> Vec<usize> {
        let words = conversation.entries.iter().zip(&mut self.0).enumerate();
        let open = words.filter(|(_, (entry, progress))| {
            matches!(entry.body, Body::Words { .. }) && progress.begun && !progress.ended
        });
        open.map(|(place, (_, progress))| {
            progress.ended = true;
            place
        })
        .collect()
    }
}
