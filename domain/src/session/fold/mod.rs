//! Folds a session's events into what a person reads, one entry after another down the line.

mod model;
mod reading;
#[cfg(test)]
mod tests;

pub use model::{Body, ControlResult, Conversation, Entry, RunNow, SettledApproval, SubRunNow};
pub use reading::Reading;

use super::event::{AuthorKind, Event, Part, RunState, StepState};
use crate::{
    ids::{ApprovalId, RunId},
    requests::Column,
};

impl Conversation {
    /// Reads a whole session.
    pub fn read<'a>(events: impl IntoIterator<Item = &'a Event>) -> Self {
        let mut conversation = Self::default();
        for event in events {
            conversation.apply(event);
        }
        conversation
    }

    /// Takes one more event in; which entries read differently now, a new one among them. Applying the same events in
    /// the same order always reads the same.
    pub fn apply(&mut self, event: &Event) -> Vec<usize> {
        match &event.part {
            Part::TextStart { id } => self.write(event, id, ""),
            Part::TextDelta { id, delta } => self.write(event, id, delta),
            Part::TextEnd { id } => self.change(&text_key(event, id), |body| {
                if let Body::Words { writing, .. } = body {
                    *writing = false;
                }
            }),
            Part::DataAsked { title, brief } => {
                // Asked again when it is edited: the newer one stands in the place of the older.
                self.put(
                    "asked".to_owned(),
                    event,
                    Body::Asked { title: title.clone(), brief: brief.clone() },
                )
            }
            Part::DataComment { text } => self.add_event(event, Body::Comment { text: text.clone() }),
            Part::DataFile { file, name, bytes } => {
                self.add_event(event, Body::File { file: *file, name: name.clone(), bytes: *bytes })
            }
            Part::DataTombstone { what, deleted } => {
                self.add_event(event, Body::Deleted { what: *what, deleted: *deleted })
            }
            Part::DataDeletion { of, what } => self.change(of, |body| {
                if matches!(body, Body::Comment { .. } | Body::File { .. } | Body::Deleted { .. }) {
                    *body = Body::Deleted { what: *what, deleted: event.at };
                }
            }),
            Part::DataRun { state, failure, rehearsal } => {
                self.run_is(event, *state, failure.as_deref(), *rehearsal)
            }
            Part::DataSubRun { parent, agent, state, .. } => self.sub_run_is(event, *parent, agent, *state),
            Part::DataPlan { steps } => {
                self.put(run_key(event, "plan"), event, Body::Plan { steps: steps.clone() })
            }
            Part::DataStep { id, title, result, detail, state } => self.put(
                run_key(event, &format!("step-{id}")),
                event,
                Body::Step {
                    title: title.clone(),
                    result: result.clone(),
                    detail: detail.clone(),
                    state: *state,
                },
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
            Part::DataAnswer { approval, label, expired } => {
                self.settle(event, *approval, label.clone(), *expired)
            }
            Part::DataStop { control } => {
                self.put(control.to_string(), event, Body::Stop { control: *control, outcome: None })
            }
            Part::DataSteer { control, text } => self.put(
                control.to_string(),
                event,
                Body::Steer { control: *control, text: text.clone(), outcome: None },
            ),
            Part::DataOutcome { control, outcome, reason } => self.outcome(
                &control.to_string(),
                ControlResult { outcome: outcome.clone(), reason: reason.clone() },
            ),
            Part::DataDeliverable { deliverable, title, version } => self.add_event(
                event,
                Body::Deliverable { deliverable: *deliverable, title: title.clone(), version: *version },
            ),
            Part::DataReview { approved, reason } => {
                self.add_event(event, Body::Review { approved: *approved, reason: reason.clone() })
            }
            Part::DataMoved { from, to } => {
                self.column = Some(*to);
                let mut touched = if *to == Column::Done { self.tick() } else { Vec::new() };
                touched.extend(self.add_event(event, Body::Moved { from: *from, to: *to }));
                touched
            }
            Part::ToolInputAvailable { .. }
            | Part::ToolOutputAvailable { .. }
            | Part::ToolOutputError { .. } => Vec::new(),
            Part::DataWithdrawn {} | Part::DataChanged { .. } | Part::Unknown => Vec::new(),
        }
    }

    fn add_event(&mut self, event: &Event, body: Body) -> Vec<usize> {
        self.add(event.id.clone(), event, body)
    }

    fn add(&mut self, key: String, event: &Event, body: Body) -> Vec<usize> {
        let second = event.author.kind == AuthorKind::Agent && self.is_anothers(event);
        let (author, run) = (event.author.clone(), event.run);
        self.entries.push(Entry { key, author, at: event.at, second, run, body });
        vec![self.entries.len() - 1]
    }

    /// By another agent than the one whose run it is: one that helps, or that came in of its own accord.
    fn is_anothers(&self, event: &Event) -> bool {
        let Some(run) = &self.run else { return false };
        self.sub(event.run).is_some() || (event.run == Some(run.id) && run.agent != event.author.name)
    }

    fn sub(&self, run: Option<RunId>) -> Option<&SubRunNow> {
        self.subs.iter().find(|sub| Some(sub.id) == run)
    }

    /// Replaces the entry of that key where it stands, or adds it.
    fn put(&mut self, key: String, event: &Event, body: Body) -> Vec<usize> {
        match self.place_of(&key) {
            Some(place) => {
                self.entries[place].body = body;
                vec![place]
            }
            None => self.add(key, event, body),
        }
    }

    /// More of an agent's words. What has ended takes no more; what was never begun begins here.
    fn write(&mut self, event: &Event, id: &str, more: &str) -> Vec<usize> {
        let key = text_key(event, id);
        let Some(place) = self.place_of(&key) else {
            return self.add(key, event, Body::Words { text: more.to_owned(), writing: true });
        };
        match &mut self.entries[place].body {
            Body::Words { text, writing: true } if !more.is_empty() => {
                text.push_str(more);
                vec![place]
            }
            _ => Vec::new(),
        }
    }

    fn change(&mut self, key: &str, change: impl FnOnce(&mut Body)) -> Vec<usize> {
        match self.place_of(key) {
            Some(place) => {
                change(&mut self.entries[place].body);
                vec![place]
            }
            None => Vec::new(),
        }
    }

    /// From the end: what changes is nearly always recent.
    fn place_of(&self, key: &str) -> Option<usize> {
        self.entries.iter().rposition(|entry| entry.key == key)
    }

    fn run_is(
        &mut self,
        event: &Event,
        state: RunState,
        failure: Option<&str>,
        rehearsal: bool,
    ) -> Vec<usize> {
        let Some(id) = event.run else { return Vec::new() };
        let before = self.run.take().filter(|run| run.id == id);
        let attempt = event.attempt.or(before.as_ref().map(|run| run.attempt)).unwrap_or(0);
        let goes_on = before.as_ref().is_some_and(|run| run.attempt == attempt);
        if before.is_none() {
            self.subs.clear();
        }
        let agent = match (event.author.kind, &before) {
            (AuthorKind::Agent, _) => event.author.name.clone(),
            (_, Some(run)) => run.agent.clone(),
            (_, None) => String::new(),
        };
        let from = before.as_ref().map_or(self.entries.len(), |run| run.from);
        let rehearsal = rehearsal || before.is_some_and(|run| run.rehearsal);
        self.run = Some(RunNow { id, attempt, state, agent, rehearsal, from });
        let goes_on = goes_on && matches!(state, RunState::Working | RunState::Suspended);
        let mut touched = if goes_on { Vec::new() } else { self.close() };
        if state == RunState::Failed {
            touched.extend(
                self.add_event(event, Body::Failed { reason: failure.unwrap_or_default().to_owned() }),
            );
        }
        touched
    }

    /// Ticks what its plans left open: with the request done there is nothing left to do of them. Which entries read
    /// differently now.
    pub fn tick(&mut self) -> Vec<usize> {
        let entries = self.entries.iter_mut().enumerate();
        entries.filter_map(|(place, entry)| tick(&mut entry.body).then_some(place)).collect()
    }

    /// A sub-run's state changes what its agent has begun and nothing else: the run that it helps goes on.
    fn sub_run_is(&mut self, event: &Event, parent: RunId, agent: &str, state: RunState) -> Vec<usize> {
        let (Some(id), true) = (event.run, self.run.as_ref().is_some_and(|run| run.id == parent)) else {
            return Vec::new();
        };
        let attempt = event.attempt.unwrap_or(0);
        let now = SubRunNow { id, attempt, state, agent: agent.to_owned() };
        let before = self.subs.iter_mut().find(|sub| sub.id == id);
        let goes_on = before.as_ref().is_some_and(|sub| sub.attempt == attempt)
            && matches!(state, RunState::Working | RunState::Suspended);
        match before {
            Some(before) => *before = now,
            None => self.subs.push(now),
        }
        if goes_on { Vec::new() } else { self.close_where(|entry| entry.run == Some(id)) }
    }

    /// What an attempt left unfinished stays as it was last seen: no longer being written, no longer being done. Who
    /// helps goes on meanwhile.
    fn close(&mut self) -> Vec<usize> {
        let living = self.subs.iter().filter(|sub| !sub.state.has_ended());
        let living: Vec<RunId> = living.map(|sub| sub.id).collect();
        self.close_where(|entry| entry.run.is_none_or(|run| !living.contains(&run)))
    }

    fn close_where(&mut self, of: impl Fn(&Entry) -> bool) -> Vec<usize> {
        let entries = self.entries.iter_mut().enumerate().filter(|(_, entry)| of(entry));
        entries.filter_map(|(place, entry)| close(&mut entry.body).then_some(place)).collect()
    }

    fn settle(
        &mut self,
        event: &Event,
        approval: ApprovalId,
        label: Option<String>,
        expired: bool,
    ) -> Vec<usize> {
        let (by, at) = (event.author.name.clone(), event.at);
        self.change(&approval.to_string(), |body| {
            if let Body::Approval { settled, .. } = body {
                *settled = Some(SettledApproval { label, by, at, expired });
            }
        })
    }

    fn outcome(&mut self, key: &str, came: ControlResult) -> Vec<usize> {
        self.change(key, |body| {
            if let Body::Stop { outcome, .. } | Body::Steer { outcome, .. } = body {
                *outcome = Some(came);
            }
        })
    }
}

/// Whether anything was open.
fn close(body: &mut Body) -> bool {
    match body {
        Body::Words { writing, .. } => std::mem::take(writing),
        Body::Step { state: state @ StepState::Working, .. } => {
            *state = StepState::Open;
            true
        }
        Body::Plan { steps } => {
            let working = steps.iter_mut().filter(|step| step.state == StepState::Working);
            working.map(|step| step.state = StepState::Open).count() > 0
        }
        _ => false,
    }
}

fn tick(body: &mut Body) -> bool {
    let Body::Plan { steps } = body else { return false };
    let left = steps.iter_mut().filter(|step| matches!(step.state, StepState::Open | StepState::Working));
    left.map(|step| step.state = StepState::Done).count() > 0
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
