//! What the session says already when an attempt begins: of this run, and of the ones before it.

mod people;
mod questions;
mod reading;
#[cfg(test)]
mod tests;

use std::collections::{HashMap, HashSet};

use domain::{
    ids::{ApprovalId, RunId},
    session::{Conversation, Entry, Event, Part, PlanStep, StepState},
};
use sessions::Offset;

use questions::OperatorAnswer;
pub use questions::Settlement;

/// The session up to the moment at which the attempt began.
#[derive(Debug, Default)]
pub struct History {
    /// What stands for the events that were dropped: no run was open there.
    before: Conversation,
    events: Vec<Event>,
    run: Option<RunId>,
    /// Questions that this attempt asked itself.
    settled: Vec<(String, Settlement)>,
    /// Those of this run's earlier attempts to the operators, which stay backstage.
    operator_answers: Vec<OperatorAnswer>,
    backstage: Backstage,
}

/// What matters of the internal log.
#[derive(Debug, Default)]
struct Backstage {
    /// How questions to the operators ended.
    answers: HashMap<ApprovalId, Settlement>,
    /// The tool calls that this run has written down, and those whose outcome it has.
    called: HashSet<String>,
    returned: HashSet<String>,
}

/// Where the logs ended when the attempt began.
#[derive(Clone, Copy, Debug)]
pub(super) struct ReadOffsets {
    pub(super) session: Offset,
    pub(super) backstage: Offset,
}

impl History {
    /// Whether an earlier attempt of this run has written the tool call down, and whether its outcome.
    pub fn has_called(&self, call: &str) -> (bool, bool) {
        (self.backstage.called.contains(call), self.backstage.returned.contains(call))
    }

    /// All that this run's earlier attempts said in texts whose ids begin so, one after another.
    pub fn texts_with_prefix(&self, beginning: &str) -> String {
        let words = self.of_run().filter_map(|event| match &event.part {
            Part::TextDelta { id, delta } if id.starts_with(beginning) => Some(delta.as_str()),
            _ => None,
        });
        words.collect()
    }

    /// What a reader sees of it.
    pub fn conversation(&self) -> Conversation {
        let mut conversation = self.before.clone();
        for event in &self.events {
            conversation.apply(event);
        }
        conversation
    }

    fn of_run(&self) -> impl DoubleEndedIterator<Item = &Event> {
        self.events.iter().filter(|event| event.run.is_some() && event.run == self.run)
    }

    /// What there is in the fold of the dropped events and in the events since, oldest first.
    fn ever<'a, T>(
        &'a self,
        folded: impl Fn(&'a Entry) -> Option<T>,
        lately: impl Fn(&'a Event) -> Option<T>,
    ) -> impl Iterator<Item = T> {
        self.before.entries.iter().filter_map(folded).chain(self.events.iter().filter_map(lately))
    }

    /// What earlier attempts wrote under a text's id, one after another, and whether it was finished.
    pub fn words(&self, text: &str) -> (String, bool) {
        let (mut written, mut ended) = (String::new(), false);
        for event in self.of_run() {
            match &event.part {
                Part::TextDelta { id, delta } if id == text => written.push_str(delta),
                Part::TextEnd { id } if id == text => ended = true,
                _ => {}
            }
        }
        (written, ended)
    }

    /// Whether an earlier attempt finished this step.
    pub fn has_done(&self, step: &str) -> bool {
        let last = self.of_run().rev().find_map(|event| match &event.part {
            Part::DataStep { id, state, .. } if id == step => Some(*state),
            _ => None,
        });
        last == Some(StepState::Done)
    }

    /// The plan as this run's earlier attempts left it.
    pub fn plan(&self) -> Option<&[PlanStep]> {
        self.of_run().rev().find_map(|event| match &event.part {
            Part::DataPlan { steps } => Some(steps.as_slice()),
            _ => None,
        })
    }

    /// Whether an earlier attempt of this run has delivered.
    pub fn has_delivered(&self) -> bool {
        self.of_run().any(|event| matches!(event.part, Part::DataDeliverable { .. }))
    }
}
