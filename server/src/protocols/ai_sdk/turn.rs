//! One run as one message: from what the conversation says, and from what comes, to chunks. Whoever comes late gets the
//! same message from its beginning, each text in one piece so far.

use domain::{
    ids::RunId,
    session::{Body, Conversation, Entry, Event, Part, RunNow, RunState, SubRunNow},
};
use serde_json::{Value, json};
use sessions::Offset;
use sessions_http::sse;

use super::{chunk::Chunk, version::Version};
use crate::protocols::{
    entry_data,
    entry_progress::{EntryProgress, EntryUpdate},
    live_answer::EventTranslator,
};

/// A run on its way to one reader.
#[derive(Debug)]
pub(super) struct Turn {
    run: RunId,
    version: Version,
    /// Of the session, what belongs to the run.
    conversation: Conversation,
    progress: EntryProgress,
    state: RunState,
    ended: bool,
}

impl Turn {
    /// The newest run of a conversation, with everything that there is of it; none where there never was one.
    pub(super) fn new(conversation: Conversation, version: Version) -> Option<(Self, Vec<Chunk>)> {
        let now = conversation.run.clone()?;
        let start = Chunk::Start { message_id: now.id.to_string(), message_metadata: metadata(&now) };
        let entries = of_run(conversation.entries, &now, &conversation.subs);
        let conversation = Conversation { entries, ..conversation };
        let places = 0..conversation.entries.len();
        let progress = EntryProgress::default();
        let mut turn = Self { run: now.id, version, conversation, progress, state: now.state, ended: false };
        let mut chunks = vec![start];
        places.for_each(|place| turn.push_update(place, &mut chunks));
        turn.end(&mut chunks);
        Some((turn, chunks))
    }

    /// What an event adds to the message.
    pub(super) fn apply(&mut self, event: &Event) -> Vec<Chunk> {
        let mut chunks = Vec::new();
        if self.ended || event.run.is_some_and(|run| run != self.run && !self.is_helper(event, run)) {
            return chunks;
        }
        for place in self.conversation.apply(event) {
            self.push_update(place, &mut chunks);
        }
        let now = self.conversation.run.clone().filter(|now| now.id == self.run && now.state != self.state);
        if let Some(now) = now {
            self.state = now.state;
            if !self.end(&mut chunks) {
                chunks.push(Chunk::MessageMetadata { message_metadata: metadata(&now) });
            }
        }
        chunks
    }

    /// Sub-runs belong to the run that they help.
    fn is_helper(&self, event: &Event, run: RunId) -> bool {
        let begins = matches!(event.part, Part::DataSubRun { parent, .. } if parent == self.run);
        begins || self.conversation.subs.iter().any(|sub| sub.id == run)
    }

    fn push_update(&mut self, place: usize, chunks: &mut Vec<Chunk>) {
        let entry = &self.conversation.entries[place];
        let id = || entry.key.clone();
        match self.progress.advance(&self.conversation, place) {
            EntryUpdate::Words { begins, more, ends } => {
                let provider_metadata =
                    || entry.second.then(|| json!({ "throughline": { "author": entry.author.name } }));
                let start = || Chunk::TextStart { id: id(), provider_metadata: provider_metadata() };
                chunks.extend(begins.then(start));
                let delta = || Chunk::TextDelta { id: id(), delta: more.to_owned() };
                chunks.extend((!more.is_empty()).then(delta));
                chunks.extend(ends.then(|| Chunk::TextEnd { id: id() }));
            }
            EntryUpdate::Whole { again } => chunks.extend(whole(entry, self.version, again)),
        }
    }

    /// Says that the message ends, where it does. A text that is open is ended first: it would stand there as if it
    /// were still being written.
    fn end(&mut self, chunks: &mut Vec<Chunk>) -> bool {
        let last = match self.state {
            RunState::Queued | RunState::Working => return false,
            RunState::Completed => self.finish("stop"),
            // It goes on, as the same message, once somebody has answered.
            RunState::Suspended => self.finish("other"),
            RunState::Cancelled => Chunk::Abort { reason: "The work was stopped.".to_owned() },
            RunState::Failed => Chunk::Error { error_text: self.failure() },
        };
        for place in self.progress.end_words(&self.conversation) {
            chunks.push(Chunk::TextEnd { id: self.conversation.entries[place].key.clone() });
        }
        chunks.push(last);
        self.ended = true;
        true
    }

    fn finish(&self, finish_reason: &'static str) -> Chunk {
        let message_metadata = self.conversation.run.as_ref().map(metadata).unwrap_or_default();
        Chunk::Finish { finish_reason, message_metadata }
    }

    /// In a client's words.
    fn failure(&self) -> String {
        let reasons = self.conversation.entries.iter().rev().find_map(|entry| match &entry.body {
            Body::Failed { reason } if !reason.is_empty() => Some(reason.clone()),
            _ => None,
        });
        reasons.unwrap_or_else(|| "We couldn’t finish this.".to_owned())
    }
}

impl EventTranslator for Turn {
    fn translate(&mut self, event: &Event, _: Offset, text: &mut String) {
        self.apply(event).iter().for_each(|chunk| sse::write_json(text, None, chunk));
    }

    fn has_ended(&self) -> bool {
        self.ended
    }
}

/// The chunks as they are sent.
pub(super) fn render(chunks: &[Chunk]) -> String {
    let mut text = String::new();
    chunks.iter().for_each(|chunk| sse::write_json(&mut text, None, chunk));
    text
}

/// What a run and its sub-runs brought forth, and what was said and done from its beginning on.
fn of_run(entries: Vec<Entry>, now: &RunNow, subs: &[SubRunNow]) -> Vec<Entry> {
    let belongs = |run: RunId| run == now.id || subs.iter().any(|sub| sub.id == run);
    let entries = entries.into_iter().skip(now.from);
    entries.filter(|entry| entry.run.is_none_or(belongs)).collect()
}

/// An entry that is sent whole. Why a run failed is said by how its message ends.
fn whole(entry: &Entry, version: Version, again: bool) -> Vec<Chunk> {
    match &entry.body {
        Body::Failed { .. } => Vec::new(),
        Body::Steer { text, outcome, .. } if version == Version::Seven => {
            let parts = json!([{ "type": "text", "text": text }]);
            let message = (!again).then(|| Chunk::SteeringMessage { id: entry.key.clone(), parts });
            let outcome =
                outcome.as_ref().map(|_| Chunk::data("outcome", &entry.key, entry_data::outcome(outcome)));
            message.into_iter().chain(outcome).collect()
        }
        _ => {
            let data = entry_data::entry(entry).map(|(name, data)| Chunk::data(name, &entry.key, data));
            data.into_iter().collect()
        }
    }
}

/// What is known of the run besides its words. `activeStreamId` is what a stop names.
fn metadata(now: &RunNow) -> Value {
    json!({ "activeStreamId": now.id, "state": now.state, "attempt": now.attempt, "agent": now.agent,
        "rehearsal": now.rehearsal })
}

#[cfg(test)]
#[path = "turn_tests.rs"]
mod tests;
