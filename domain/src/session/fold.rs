//! Folds a session's events into what a person reads, one entry after another down the line.

use serde::{Deserialize, Serialize};

use super::event::{Author, Choice, Event, Part, PlanStep, RunState, StepState};
use crate::{
    ids::{ApprovalId, ControlId, DeliverableId, FileId, RunId},
    requests::Column,
};

/// A session as it reads at some offset.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Conversation {
    pub entries: Vec<Entry>,
    /// The newest run, ended or not.
    pub run: Option<RunNow>,
    /// Where the request stands, once it moved.
    pub column: Option<Column>,
}

/// The newest run as the page shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunNow {
    pub id: RunId,
    pub attempt: u32,
    pub state: RunState,
    /// The agent's name.
    pub agent: String,
    pub rehearsal: bool,
}

/// One entry of the line.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// Unique within the session and stable for ever.
    pub key: String,
    pub author: Author,
    /// Milliseconds since 1970, UTC.
    pub at: i64,
    pub body: Body,
}

/// What an entry shows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Body {
    Asked { title: String, brief: String },
    Comment { text: String },
    File { file: FileId, name: String, bytes: u64 },
    /// An agent's words. `writing`: more may come.
    Words { text: String, writing: bool },
    Plan { steps: Vec<PlanStep> },
    Step { title: String, detail: String, state: StepState },
    Approval {
        approval: ApprovalId,
        question: String,
        detail: String,
        options: Vec<Choice>,
        expires: i64,
        settled: Option<Settled>,
    },
    /// A person's word to the agent, and what came of it.
    Steer { control: ControlId, text: String, outcome: Option<Outcome> },
    /// A bar across the line.
    Stop { control: ControlId, outcome: Option<Outcome> },
    Deliverable { deliverable: DeliverableId, title: String, version: u32 },
    Review { approved: bool, reason: String },
    Moved { from: Column, to: Column },
    /// The work ended before it was finished, in a client's words.
    Failed { reason: String },
}

/// How an approval ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settled {
    /// The chosen answer; none when it expired or was withdrawn.
    pub label: Option<String>,
    pub by: String,
    pub at: i64,
    pub expired: bool,
}

/// What came of a stop or a steer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    pub outcome: String,
    pub reason: String,
}

/// What an event changed, so that a page redraws that alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Touched {
    /// No entry.
    Nothing,
    /// The entry at this index reads differently.
    Changed(usize),
    /// A new last entry.
    Added,
    /// Several entries (a new attempt closes what the last one left open).
    Several,
}

impl Conversation {
    /// Reads a whole session.
    pub fn read<'a>(events: impl IntoIterator<Item = &'a Event>) -> Self {
        let mut conversation = Self::default();
        for event in events {
            conversation.apply(event);
        }
        conversation
    }

    /// Takes one more event in. Applying the same events in the same order always reads the same.
    pub fn apply(&mut self, event: &Event) -> Touched {
        match &event.part {
            Part::TextStart { id } => {
                self.add(text_key(event, id), event, Body::Words { text: String::new(), writing: true })
            }
            Part::TextDelta { id, delta } => self.change(&text_key(event, id), |body| {
                if let Body::Words { text, .. } = body {
                    text.push_str(delta);
                }
            }),
            Part::TextEnd { id } => self.change(&text_key(event, id), |body| {
                if let Body::Words { writing, .. } = body {
                    *writing = false;
                }
            }),
            Part::DataAsked { title, brief } => {
                // Asked again when it is edited: the newer one stands in the place of the older.
                self.put("asked".to_owned(), event, Body::Asked { title: title.clone(), brief: brief.clone() })
            }
            Part::DataComment { text } => self.add_event(event, Body::Comment { text: text.clone() }),
            Part::DataFile { file, name, bytes } => {
                self.add_event(event, Body::File { file: *file, name: name.clone(), bytes: *bytes })
            }
            Part::DataRun { state, failure, rehearsal } => self.run_is(event, *state, failure.as_deref(), *rehearsal),
            Part::DataPlan { steps } => self.put(run_key(event, "plan"), event, Body::Plan { steps: steps.clone() }),
            Part::DataStep { id, title, detail, state } => self.put(
                run_key(event, &format!("step-{id}")),
                event,
                Body::Step { title: title.clone(), detail: detail.clone(), state: *state },
            ),
            Part::DataApproval { approval, question, detail, options, expires } => self.put(
                approval.to_string(),
                event,
                Body::Approval {
                    approval: *approval,
                    question: question.clone(),
                    detail: detail.clone(),
                    options: options.clone(),
                    expires: *expires,
                    settled: None,
                },
            ),
            Part::DataAnswer { approval, label, expired } => self.settle(event, *approval, label.clone(), *expired),
            Part::DataStop { control } => {
                self.put(control.to_string(), event, Body::Stop { control: *control, outcome: None })
            }
            Part::DataSteer { control, text } => self.put(
                control.to_string(),
                event,
                Body::Steer { control: *control, text: text.clone(), outcome: None },
            ),
            Part::DataOutcome { control, outcome, reason } => {
                self.outcome(&control.to_string(), Outcome { outcome: outcome.clone(), reason: reason.clone() })
            }
            Part::DataDeliverable { deliverable, title, version } => self.add_event(
                event,
                Body::Deliverable { deliverable: *deliverable, title: title.clone(), version: *version },
            ),
            Part::DataReview { approved, reason } => {
                self.add_event(event, Body::Review { approved: *approved, reason: reason.clone() })
            }
            Part::DataMoved { from, to } => {
                self.column = Some(*to);
                self.add_event(event, Body::Moved { from: *from, to: *to })
            }
            Part::DataWithdrawn {} | Part::DataChanged { .. } | Part::Unknown => Touched::Nothing,
        }
    }

    fn add_event(&mut self, event: &Event, body: Body) -> Touched {
        self.add(event.id.clone(), event, body)
    }

    fn add(&mut self, key: String, event: &Event, body: Body) -> Touched {
        self.entries.push(Entry { key, author: event.author.clone(), at: event.at, body });
        Touched::Added
    }

    /// Replaces the entry of that key where it stands, or adds it.
    fn put(&mut self, key: String, event: &Event, body: Body) -> Touched {
        match self.place_of(&key) {
            Some(place) => {
                self.entries[place].body = body;
                Touched::Changed(place)
            }
            None => self.add(key, event, body),
        }
    }

    fn change(&mut self, key: &str, change: impl FnOnce(&mut Body)) -> Touched {
        match self.place_of(key) {
            Some(place) => {
                change(&mut self.entries[place].body);
                Touched::Changed(place)
            }
            None => Touched::Nothing,
        }
    }

    /// From the end: what changes is nearly always recent.
    fn place_of(&self, key: &str) -> Option<usize> {
        self.entries.iter().rposition(|entry| entry.key == key)
    }

    fn run_is(&mut self, event: &Event, state: RunState, failure: Option<&str>, rehearsal: bool) -> Touched {
        let Some(id) = event.run else { return Touched::Nothing };
        let agent = match (&event.author.kind, &self.run) {
            (super::AuthorKind::Agent, _) => event.author.name.clone(),
            (_, Some(run)) => run.agent.clone(),
            (_, None) => String::new(),
        };
        let known = self.run.as_ref().is_some_and(|run| run.id == id);
        let rehearsal = rehearsal || (known && self.run.as_ref().is_some_and(|run| run.rehearsal));
        self.run = Some(RunNow { id, attempt: event.attempt.unwrap_or(0), state, agent, rehearsal });
        let closed = matches!(state, RunState::Working | RunState::Suspended) && !known || state.has_ended()
            || state == RunState::Queued;
        let mut touched = if closed { self.close_words() } else { Touched::Nothing };
        if state == RunState::Failed {
            self.add_event(event, Body::Failed { reason: failure.unwrap_or_default().to_owned() });
            touched = Touched::Several;
        }
        touched
    }

    /// What an attempt left unfinished stays as it was last seen, and is no longer being written.
    fn close_words(&mut self) -> Touched {
        let mut touched = Touched::Nothing;
        for entry in &mut self.entries {
            if let Body::Words { writing: writing @ true, .. } = &mut entry.body {
                *writing = false;
                touched = Touched::Several;
            }
        }
        touched
    }

    fn settle(&mut self, event: &Event, approval: ApprovalId, label: Option<String>, expired: bool) -> Touched {
        let (by, at) = (event.author.name.clone(), event.at);
        self.change(&approval.to_string(), |body| {
            if let Body::Approval { settled, .. } = body {
                *settled = Some(Settled { label, by, at, expired });
            }
        })
    }

    fn outcome(&mut self, key: &str, came: Outcome) -> Touched {
        self.change(key, |body| {
            if let Body::Stop { outcome, .. } | Body::Steer { outcome, .. } = body {
                *outcome = Some(came);
            }
        })
    }
}

/// The same text id in another attempt is another text.
fn text_key(event: &Event, id: &str) -> String {
    run_key(event, &format!("{}-{id}", event.attempt.unwrap_or(0)))
}

fn run_key(event: &Event, rest: &str) -> String {
    match event.run {
        Some(run) => format!("{run}-{rest}"),
        None => rest.to_owned(),
    }
}
