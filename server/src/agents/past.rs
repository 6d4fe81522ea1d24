//! What the session says already when an attempt begins: of this run, and of the ones before it.

use std::collections::{HashMap, HashSet};

use domain::{
    Db, Result,
    approvals::Answer,
    ids::{ApprovalId, ControlId, RunId},
    runs::Claimed,
    session::{
        self, Author, AuthorKind, Body, Conversation, Entry, Event, Part, PlanStep, Settled, StepState,
    },
};
use sessions::{Error, Offset};

/// How many events are read at once.
const PAGE: u32 = 1_000;

/// The session up to the moment at which the attempt began.
#[derive(Debug, Default)]
pub struct Past {
    /// What stands for the events that were dropped: no run was open there.
    before: Conversation,
    events: Vec<Event>,
    run: Option<RunId>,
    /// Questions that this attempt asked itself.
    settled: Vec<(String, Settlement)>,
    /// Those of this run to the operators, which stay backstage.
    internal: Vec<(String, Settlement)>,
    /// Those among them that the agent asked of its own accord, and not a limit of costs.
    approvals: Vec<(String, Settlement)>,
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
pub(super) struct Ends {
    pub(super) session: Offset,
    pub(super) backstage: Offset,
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
    pub(super) async fn read(db: &Db, claimed: &Claimed) -> Result<(Self, Ends)> {
        let mut past = Self { run: Some(claimed.run), ..Self::default() };
        let backstage = past.read_backstage(db, claimed).await?;
        let session = past.read_session(db, claimed).await?;
        Ok((past, Ends { session, backstage }))
    }

    async fn read_session(&mut self, db: &Db, claimed: &Claimed) -> Result<Offset> {
        let mut from = Offset::ZERO;
        loop {
            let page = match db.engine().read(claimed.session_stream(), from, PAGE).await {
                Err(Error::Gone { earliest }) => {
                    let stream = claimed.session_stream().0;
                    let beginning = session::beginning(db, &claimed.scope, stream, earliest).await?;
                    from = Offset::from_value(beginning.next);
                    self.before = beginning.conversation;
                    self.events.clear();
                    continue;
                }
                page => page?,
            };
            self.events.extend(page.records.iter().filter_map(|record| Event::from_json(record.json()).ok()));
            from = page.next;
            if page.up_to_date {
                return Ok(from);
            }
        }
    }

    async fn read_backstage(&mut self, db: &Db, claimed: &Claimed) -> Result<Offset> {
        let mut from = Offset::ZERO;
        loop {
            let page = match db.engine().read(claimed.backstage_stream(), from, PAGE).await {
                Err(Error::Gone { earliest }) => {
                    from = earliest;
                    continue;
                }
                page => page?,
            };
            let events = page.records.iter().filter_map(|record| Event::from_json(record.json()).ok());
            events.for_each(|event| self.note(event));
            from = page.next;
            if page.up_to_date {
                return Ok(from);
            }
        }
    }

    fn note(&mut self, event: Event) {
        let ours = event.run.is_some() && event.run == self.run;
        match event.part {
            Part::DataAnswer { approval, label, .. } => {
                let settled = Settlement { label, by: event.author.name };
                self.backstage.answers.insert(approval, settled);
            }
            Part::ToolInputAvailable { tool_call_id, .. } if ours => {
                self.backstage.called.insert(tool_call_id);
            }
            Part::ToolOutputAvailable { tool_call_id, .. } | Part::ToolOutputError { tool_call_id, .. }
                if ours =>
            {
                self.backstage.returned.insert(tool_call_id);
            }
            _ => {}
        }
    }

    /// Whether an earlier attempt of this run has written the tool call down, and whether its outcome.
    pub fn has_called(&self, call: &str) -> (bool, bool) {
        (self.backstage.called.contains(call), self.backstage.returned.contains(call))
    }

    /// All that this run's earlier attempts said in texts whose ids begin so, one after another.
    pub fn said(&self, beginning: &str) -> String {
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

    /// Takes in what operators answered to earlier attempts of this run.
    pub(super) fn hear_operators(&mut self, answered: Vec<Answer>) {
        for Answer { question, label, by, is_agents } in answered {
            let settled = (question, Settlement { label, by });
            self.approvals.extend(is_agents.then(|| settled.clone()));
            self.internal.push(settled);
        }
    }

    /// What the agent asked the operators in earlier attempts of this run, and how it ended.
    pub fn approvals(&self) -> impl Iterator<Item = (&str, &Settlement)> {
        self.approvals.iter().map(|(question, settled)| (question.as_str(), settled))
    }

    /// How this very question ended, whichever run asked it (one to the operators: this run). None: it was not asked, or
    /// not settled.
    pub fn settlement(&self, wanted: &str) -> Option<Settlement> {
        let known = self.internal.iter().chain(&self.settled);
        let lately = known.rev().find(|(question, _)| question == wanted);
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
        let folded = self.before.entries.iter().filter_map(|entry| match &entry.body {
            Body::Approval { approval, question, settled, .. } => {
                let settled = settled.as_ref().map(Settlement::from);
                Some((question.as_str(), settled.or_else(|| self.settled(*approval))))
            }
            _ => None,
        });
        let asked = self.events.iter().filter_map(|event| match &event.part {
            Part::DataApproval { approval, question, .. } => {
                Some((question.as_str(), self.settled(*approval)))
            }
            _ => None,
        });
        folded.chain(asked).collect()
    }

    /// How the question of this id ended, whoever was asked.
    pub(super) fn settled(&self, wanted: ApprovalId) -> Option<Settlement> {
        if let Some(settled) = self.backstage.answers.get(&wanted) {
            return Some(settled.clone());
        }
        self.events.iter().find_map(|event| match &event.part {
            Part::DataAnswer { approval, label, .. } if *approval == wanted => {
                Some(Settlement { label: label.clone(), by: event.author.name.clone() })
            }
            _ => None,
        })
    }

    /// The reason of the newest change that was asked for, and who asked; none when none was, or it was approved since.
    pub fn change_asked(&self) -> Option<(&str, &str)> {
        let folded = self.before.entries.iter().filter_map(|entry| match &entry.body {
            Body::Review { approved, reason } => Some((*approved, reason.as_str(), &entry.author)),
            _ => None,
        });
        let lately = self.events.iter().filter_map(|event| match &event.part {
            Part::DataReview { approved, reason } => Some((*approved, reason.as_str(), &event.author)),
            _ => None,
        });
        let (approved, reason, author) = folded.chain(lately).last()?;
        (!approved).then_some((reason, author.name.as_str()))
    }

    /// What people wrote as comments before this run began, oldest first: who, and what. Every attempt at the run reads
    /// the same.
    pub fn comments(&self) -> Vec<(&str, &str)> {
        let folded = self.before.entries.iter().filter_map(|entry| match &entry.body {
            Body::Comment { text } => Some((&entry.author, text.as_str())),
            _ => None,
        });
        let before = self.events.iter().take_while(|event| event.run.is_none() || event.run != self.run);
        let lately = before.filter_map(|event| match &event.part {
            Part::DataComment { text } => Some((&event.author, text.as_str())),
            _ => None,
        });
        let people = |author: &Author| matches!(author.kind, AuthorKind::Person | AuthorKind::Operator);
        let said = folded.chain(lately).filter(|(author, _)| people(author));
        said.map(|(author, text)| (author.name.as_str(), text)).collect()
    }

    /// What was said to the agent at work and is not among `open`, oldest first: who, and what.
    pub fn steers(&self, open: &[ControlId]) -> Vec<(&str, &str)> {
        let folded = self.before.entries.iter().filter_map(|entry| match &entry.body {
            Body::Steer { control, text, .. } => Some((control, &entry.author, text.as_str())),
            _ => None,
        });
        let lately = self.events.iter().filter_map(|event| match &event.part {
            Part::DataSteer { control, text } => Some((control, &event.author, text.as_str())),
            _ => None,
        });
        let said = folded.chain(lately).filter(|(control, ..)| !open.contains(control));
        said.map(|(_, author, text)| (author.name.as_str(), text)).collect()
    }

    /// The name of who asked for the work.
    pub fn asked_by(&self) -> Option<&str> {
        let is_asked = |entry: &&Entry| matches!(entry.body, Body::Asked { .. });
        let folded = self.before.entries.iter().find(is_asked).map(|entry| entry.author.name.as_str());
        folded.or_else(|| {
            self.events.iter().find_map(|event| match event.part {
                Part::DataAsked { .. } => Some(event.author.name.as_str()),
                _ => None,
            })
        })
    }
}

impl From<&Settled> for Settlement {
    fn from(settled: &Settled) -> Self {
        Self { label: settled.label.clone(), by: settled.by.clone() }
    }
}

#[cfg(test)]
mod tests {
    use domain::session::{Choice, RunState};
    use uuid::Uuid;

    use super::*;

    fn by(kind: AuthorKind, name: &str, run: Option<u128>, part: Part) -> Event {
        let author = Author { kind, id: String::new(), name: name.to_owned() };
        let run = run.map(|run| RunId(Uuid::from_u128(run)));
        Event { id: part_name(&part), run, attempt: run.map(|_| 1), author, at: 1, part }
    }

    fn part_name(part: &Part) -> String {
        format!("{part:?}")
    }

    fn state(run: u128, state: RunState) -> Event {
        by(AuthorKind::Agent, "Juno", Some(run), Part::DataRun { state, failure: None, rehearsal: false })
    }

    fn comment(text: &str) -> Event {
        by(AuthorKind::Person, "Rosa", None, Part::DataComment { text: text.to_owned() })
    }

    fn asked(n: u128) -> Event {
        let options = vec![Choice { key: "y".to_owned(), label: "Yes".to_owned() }];
        let (approval, question) = (ApprovalId(Uuid::from_u128(n)), format!("Question {n}?"));
        let detail = String::new();
        by(
            AuthorKind::Agent,
            "Juno",
            Some(1),
            Part::DataApproval { approval, question, detail, options, expires: 0 },
        )
    }

    fn session() -> Vec<Event> {
        let answer = Part::DataAnswer {
            approval: ApprovalId(Uuid::from_u128(8)),
            label: Some("Yes".to_owned()),
            expired: false,
        };
        let steer =
            |n| Part::DataSteer { control: ControlId(Uuid::from_u128(n)), text: format!("Steer {n}") };
        let change = Part::DataReview { approved: false, reason: "Shorter.".to_owned() };
        let step = Part::DataStep {
            id: "s".to_owned(),
            title: "Read".to_owned(),
            detail: String::new(),
            state: StepState::Done,
        };
        vec![
            by(
                AuthorKind::Person,
                "Rosa",
                None,
                Part::DataAsked { title: "Lease".to_owned(), brief: "Soon.".to_owned() },
            ),
            comment("Before."),
            state(1, RunState::Working),
            asked(8),
            by(AuthorKind::Person, "Tom", None, answer),
            asked(9),
            by(AuthorKind::Person, "Rosa", None, steer(1)),
            state(1, RunState::Completed),
            by(AuthorKind::Person, "Rosa", None, change),
            comment("Between."),
            state(2, RunState::Queued),
            by(AuthorKind::Person, "Tom", None, steer(2)),
            by(AuthorKind::Agent, "Juno", Some(2), step),
            comment("After."),
        ]
    }

    /// Whatever was dropped, an agent knows what it would have known.
    #[test]
    fn it_knows_the_same_from_the_fold() {
        let run = Some(RunId(Uuid::from_u128(2)));
        let events = session();
        let whole = Past { events: events.clone(), run, ..Past::default() };
        assert_eq!(whole.comments(), [("Rosa", "Before."), ("Rosa", "Between.")]);
        assert_eq!(whole.change_asked(), Some(("Shorter.", "Rosa")));
        assert_eq!(whole.questions().len(), 2);
        assert!(whole.has_done("s"));
        let open = [ControlId(Uuid::from_u128(2))];
        for cut in [2, 8, 9, 10] {
            let before = Conversation::read(&events[..cut]);
            let past = Past { before, events: events[cut..].to_vec(), run, ..Past::default() };
            assert_eq!(past.conversation(), whole.conversation(), "{cut}");
            assert_eq!(past.comments(), whole.comments(), "{cut}");
            assert_eq!(past.questions(), whole.questions(), "{cut}");
            assert_eq!(past.settlement("Question 8?"), whole.settlement("Question 8?"), "{cut}");
            assert_eq!(past.settlement("Question 9?"), None, "{cut}");
            assert_eq!(past.change_asked(), whole.change_asked(), "{cut}");
            assert_eq!(past.steers(&open), whole.steers(&open), "{cut}");
            assert_eq!(past.asked_by(), Some("Rosa"), "{cut}");
            assert_eq!(past.has_done("s"), whole.has_done("s"), "{cut}");
        }
    }
}
