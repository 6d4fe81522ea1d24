//! A session as runs and messages: from what the conversation says, and from what comes, to events in the order that
//! the protocol wants. Between a run's beginning and its end everything may be said, outside of them nothing; what
//! people say and do while no run is at work is sent as a short run of its own.

use std::collections::BTreeMap;

use domain::session::{self, Body, Conversation, Entry, RunNow, RunState, StepState};
use serde_json::{Value, json};
use sessions::Offset;
use sessions_http::sse;

use super::event::{AgUiEvent, AgUiMessage, MessageRole, interrupt};
use crate::protocols::{
    entry_data,
    entry_progress::{EntryProgress, EntryUpdate},
    live_answer::EventTranslator,
};

/// A session on its way to one reader.
#[derive(Debug)]
pub(super) struct Translator {
    thread: String,
    conversation: Conversation,
    progress: EntryProgress,
    /// The run that has begun and not ended.
    open: Option<String>,
    /// The names under which steps have begun, by their keys.
    steps: BTreeMap<String, String>,
    /// Ends with the run.
    once: bool,
    ended: bool,
}

impl Translator {
    /// A session from its beginning, and what is sent first: what was said so far, as it reads now. `next` is how far
    /// the conversation has been read.
    pub(super) fn new(
        thread: String,
        conversation: Conversation,
        next: u64,
        once: bool,
    ) -> (Self, Vec<AgUiEvent>) {
        let mut translator = Self::empty(thread, conversation, once);
        let mut events = Vec::new();
        match translator.living() {
            Some(run) => translator.start(run.id.to_string(), &mut events),
            None => translator.start(format!("read-{next}"), &mut events),
        }
        let messages = translator.conversation.entries.iter().filter_map(message).collect();
        events.push(AgUiEvent::MessagesSnapshot { messages });
        for place in 0..translator.conversation.entries.len() {
            translator.push_earlier(place, &mut events);
        }
        if translator.living().is_none() {
            translator.finish(json!({ "type": "success" }), &mut events);
        }
        (translator, events)
    }

    /// The same for whoever has got everything before.
    pub(super) fn resumed(thread: String, conversation: Conversation) -> Self {
        let mut translator = Self::empty(thread, conversation, false);
        if let Some(run) = translator.living() {
            translator.start(run.id.to_string(), &mut Vec::new());
        }
        for place in 0..translator.conversation.entries.len() {
            translator.push_earlier(place, &mut Vec::new());
        }
        if translator.open.is_none() {
            translator.close(&mut Vec::new());
        }
        translator
    }

    fn empty(thread: String, conversation: Conversation, once: bool) -> Self {
        let (progress, steps) = (EntryProgress::default(), BTreeMap::new());
        Self { thread, conversation, progress, open: None, steps, once, ended: false }
    }

    /// The run at work.
    fn living(&self) -> Option<&RunNow> {
        let at_work = |run: &&RunNow| matches!(run.state, RunState::Queued | RunState::Working);
        self.conversation.run.as_ref().filter(at_work)
    }

    /// What an event of the log comes to.
    pub(super) fn apply(&mut self, event: &session::Event) -> Vec<AgUiEvent> {
        let mut events = Vec::new();
        if self.ended {
            return events;
        }
        let touched = self.conversation.apply(event);
        let living = self.living().map(|run| run.id.to_string());
        let aside = self.open.is_none() && living.is_none();
        match living {
            Some(run) if self.open.is_none() => {
                self.start(run, &mut events);
                self.reopen(&mut events);
            }
            None if aside && !touched.is_empty() => self.start(format!("aside-{}", event.id), &mut events),
            _ => {}
        }
        for place in touched {
            self.push_update(place, &mut events);
        }
        if aside {
            self.finish(json!({ "type": "success" }), &mut events);
        } else {
            self.end(&mut events);
        }
        events
    }

    fn start(&mut self, run_id: String, events: &mut Vec<AgUiEvent>) {
        events.push(AgUiEvent::RunStarted { thread_id: self.thread.clone(), run_id: run_id.clone() });
        self.open = Some(run_id);
    }

    /// What a pause has ended goes on with the run, so that what is open follows from what is said alone.
    fn reopen(&mut self, events: &mut Vec<AgUiEvent>) {
        for place in self.progress.begin_again(&self.conversation) {
            events.push(begin(&self.conversation.entries[place], MessageRole::Assistant));
        }
        for place in 0..self.conversation.entries.len() {
            self.push_step(place, events);
        }
    }

    /// Ends the run where it has ended.
    fn end(&mut self, events: &mut Vec<AgUiEvent>) {
        let Some(run) = self.conversation.run.as_ref().filter(|_| self.open.is_some()) else { return };
        let outcome = match run.state {
            RunState::Queued | RunState::Working => return,
            RunState::Completed => json!({ "type": "success" }),
            RunState::Cancelled => json!({ "type": "cancelled" }),
            RunState::Suspended => interrupt(&self.questions()),
            RunState::Failed => return self.fail(events),
        };
        self.finish(outcome, events);
    }

    fn finish(&mut self, outcome: Value, events: &mut Vec<AgUiEvent>) {
        self.close(events);
        let Some(run_id) = self.open.take() else { return };
        events.push(AgUiEvent::RunFinished { thread_id: self.thread.clone(), run_id, outcome });
        self.ended = self.once;
    }

    fn fail(&mut self, events: &mut Vec<AgUiEvent>) {
        self.close(events);
        let failed = |entry: &Entry| match &entry.body {
            Body::Failed { reason } if !reason.is_empty() => Some(reason.clone()),
            _ => None,
        };
        let message = self.conversation.entries.iter().rev().find_map(failed);
        events.push(AgUiEvent::RunError {
            message: message.unwrap_or_else(|| "We couldn’t finish this.".to_owned()),
        });
        self.open = None;
        self.ended = self.once;
    }

    /// Ends what is open within the run.
    fn close(&mut self, events: &mut Vec<AgUiEvent>) {
        for step_name in std::mem::take(&mut self.steps).into_values() {
            events.push(AgUiEvent::StepFinished { step_name });
        }
        for place in self.progress.end_words(&self.conversation) {
            events
                .push(AgUiEvent::TextMessageEnd { message_id: self.conversation.entries[place].key.clone() });
        }
    }

    /// The questions that are open.
    fn questions(&self) -> Vec<Value> {
        let questions = self.conversation.entries.iter().filter_map(|entry| match &entry.body {
            Body::Approval { approval, question, options, settled: None, .. } => {
                Some(json!({ "id": approval,
                "reason": "question", "message": question, "metadata": { "options": options } }))
            }
            _ => None,
        });
        questions.collect()
    }

    /// What was there before, beside the messages of the snapshot: words that are open go on, and the rest is sent.
    fn push_earlier(&mut self, place: usize, events: &mut Vec<AgUiEvent>) {
        let entry = &self.conversation.entries[place];
        if let EntryUpdate::Words { ends: false, .. } = self.progress.advance(&self.conversation, place) {
            events.push(begin(entry, MessageRole::Assistant));
        }
        self.push_step(place, events);
        events.extend(custom(&self.conversation.entries[place]));
    }

    fn push_update(&mut self, place: usize, events: &mut Vec<AgUiEvent>) {
        let entry = &self.conversation.entries[place];
        match self.progress.advance(&self.conversation, place) {
            EntryUpdate::Words { begins, more, ends } => {
                events.extend(begins.then(|| begin(entry, MessageRole::Assistant)));
                events.extend(content(entry, more));
                events.extend(ends.then(|| AgUiEvent::TextMessageEnd { message_id: entry.key.clone() }));
            }
            EntryUpdate::Whole { again } => {
                if let (false, Some(message)) = (again, message(entry)) {
                    events.push(begin(entry, message.role));
                    events.extend(content(entry, &message.content));
                    events.push(AgUiEvent::TextMessageEnd { message_id: message.id });
                }
                self.push_step(place, events);
                events.extend(custom(&self.conversation.entries[place]));
            }
        }
    }

    /// A step begins and ends once each; one that was done at once does both.
    fn push_step(&mut self, place: usize, events: &mut Vec<AgUiEvent>) {
        let entry = &self.conversation.entries[place];
        let Body::Step { title, state, .. } = &entry.body else { return };
        if *state == StepState::Working {
            if !self.steps.contains_key(&entry.key) {
                // Two steps of one name could not be told apart.
                let taken = self.steps.values().any(|name| name == title);
                let step_name = if taken { format!("{title} ({})", entry.key) } else { title.clone() };
                self.steps.insert(entry.key.clone(), step_name.clone());
                events.push(AgUiEvent::StepStarted { step_name });
            }
        } else if let Some(step_name) = self.steps.remove(&entry.key) {
            events.push(AgUiEvent::StepFinished { step_name });
        }
    }
}

impl EventTranslator for Translator {
    fn translate(&mut self, event: &session::Event, next: Offset, text: &mut String) {
        write(text, &self.apply(event), next);
    }

    fn has_ended(&self) -> bool {
        self.ended
    }
}

/// The events as they are sent. Only the last one of an event of the log has its offset: whoever comes again with it
/// has received all of them.
pub(super) fn write(text: &mut String, events: &[AgUiEvent], next: Offset) {
    let next = next.to_string();
    for (place, event) in events.iter().enumerate() {
        let is_last = place + 1 == events.len();
        sse::write_json(text, is_last.then_some(next.as_str()), event);
    }
}

fn begin(entry: &Entry, role: MessageRole) -> AgUiEvent {
    AgUiEvent::TextMessageStart { message_id: entry.key.clone(), role, name: entry.author.name.clone() }
}

fn content(entry: &Entry, delta: &str) -> Option<AgUiEvent> {
    let content = || AgUiEvent::TextMessageContent { message_id: entry.key.clone(), delta: delta.to_owned() };
    (!delta.is_empty()).then(content)
}

/// What was said, by agents and people.
fn message(entry: &Entry) -> Option<AgUiMessage> {
    let (role, content) = match &entry.body {
        Body::Words { text, .. } => (MessageRole::Assistant, text.clone()),
        Body::Asked { title, brief } => (MessageRole::User, format!("{title}\n\n{brief}")),
        Body::Comment { text } | Body::Steer { text, .. } => (MessageRole::User, text.clone()),
        _ => return None,
    };
    Some(AgUiMessage { id: entry.key.clone(), role, name: entry.author.name.clone(), content })
}

/// Everything but words, which stand in messages.
fn custom(entry: &Entry) -> Option<AgUiEvent> {
    let is_message = matches!(entry.body, Body::Asked { .. } | Body::Comment { .. });
    let (name, mut value) = entry_data::entry(entry).filter(|_| !is_message)?;
    value["id"] = json!(entry.key);
    Some(AgUiEvent::Custom { name, value })
}

#[cfg(test)]
#[path = "translator_tests.rs"]
mod tests;
