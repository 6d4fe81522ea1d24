//! What the session says already when an attempt begins: of this run, and of the ones before it.

use domain::{
    Db, Result,
    ids::{ApprovalId, ControlId, RunId},
    runs::Claimed,
    session::{AuthorKind, Event, Part, PlanStep, StepState},
};
use sessions::{Error, Offset};

/// How many events are read at once.
const PAGE: u32 = 1_000;

/// The session up to the moment at which the attempt began.
#[derive(Debug, Default)]
pub struct Past {
    pub events: Vec<Event>,
    run: Option<RunId>,
    /// Questions that this attempt asked itself.
    settled: Vec<(String, Settlement)>,
}

/// How a question ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settlement {
    /// The answer's label; none when nobody answered in time.
    pub label: Option<String>,
    pub by: String,
}

impl Past {
    /// Reads the session, and where it ended.
    pub(super) async fn read(db: &Db, claimed: &Claimed) -> Result<(Self, Offset)> {
        let mut past = Self { run: Some(claimed.run), ..Self::default() };
        let mut from = Offset::ZERO;
        loop {
            let page = match db.engine().read(claimed.session_stream(), from, PAGE).await {
                Err(Error::Gone { earliest }) => {
                    from = earliest;
                    continue;
                }
                page => page?,
            };
            past.events.extend(page.records.iter().filter_map(|record| Event::from_json(record.json()).ok()));
            from = page.next;
            if page.up_to_date {
                return Ok((past, from));
            }
        }
    }

    fn of_run(&self) -> impl DoubleEndedIterator<Item = &Event> {
        self.events.iter().filter(|event| event.run.is_some() && event.run == self.run)
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

    /// How this very question ended, whichever run asked it. None: it was not asked, or not settled.
    pub fn settlement(&self, wanted: &str) -> Option<Settlement> {
        let lately = self.settled.iter().rfind(|(question, _)| question == wanted);
        let before = || self.questions().into_iter().rev().find(|(question, _)| *question == wanted)?.1;
        lately.map(|(_, settled)| settled.clone()).or_else(before)
    }

    /// The questions of this attempt, and how they ended.
    pub fn settled_lately(&self) -> &[(String, Settlement)] {
        &self.settled
    }

    /// Notes how a question of this attempt ended.
    pub(super) fn settle(&mut self, question: String, settled: Settlement) {
        self.settled.push((question, settled));
    }

    /// Every question that was asked, oldest first, and how it ended.
    pub fn questions(&self) -> Vec<(&str, Option<Settlement>)> {
        let asked = self.events.iter().filter_map(|event| match &event.part {
            Part::DataApproval { approval, question, .. } => Some((*approval, question.as_str())),
            _ => None,
        });
        asked.map(|(approval, question)| (question, self.settled(approval))).collect()
    }

    fn settled(&self, wanted: ApprovalId) -> Option<Settlement> {
        self.events.iter().find_map(|event| match &event.part {
            Part::DataAnswer { approval, label, .. } if *approval == wanted => {
                Some(Settlement { label: label.clone(), by: event.author.name.clone() })
            }
            _ => None,
        })
    }

    /// The reason of the newest change that was asked for, and who asked; none when none was, or it was approved since.
    pub fn change_asked(&self) -> Option<(&str, &str)> {
        self.events.iter().rev().find_map(|event| match &event.part {
            Part::DataReview { approved, reason } => {
                Some((!approved).then_some((reason.as_str(), event.author.name.as_str())))
            }
            _ => None,
        })?
    }

    /// What people wrote as comments before this run began, oldest first: who, and what. Every attempt at the run reads
    /// the same.
    pub fn comments(&self) -> Vec<(&str, &str)> {
        let before = self.events.iter().take_while(|event| event.run.is_none() || event.run != self.run);
        let people =
            before.filter(|event| matches!(event.author.kind, AuthorKind::Person | AuthorKind::Operator));
        people
            .filter_map(|event| match &event.part {
                Part::DataComment { text } => Some((event.author.name.as_str(), text.as_str())),
                _ => None,
            })
            .collect()
    }

    /// What was said to the agent at work and is not among `open`, oldest first: who, and what.
    pub fn steers(&self, open: &[ControlId]) -> Vec<(&str, &str)> {
        self.events
            .iter()
            .filter_map(|event| match &event.part {
                Part::DataSteer { control, text } if !open.contains(control) => {
                    Some((event.author.name.as_str(), text.as_str()))
                }
                _ => None,
            })
            .collect()
    }

    /// The name of who asked for the work.
    pub fn asked_by(&self) -> Option<&str> {
        self.events.iter().find_map(|event| match event.part {
            Part::DataAsked { .. } => Some(event.author.name.as_str()),
            _ => None,
        })
    }
}
