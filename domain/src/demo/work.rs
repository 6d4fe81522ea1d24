//! An agent at work in the demo: the same calls that a living one makes, at the pace of the story's clock.

use chrono::Duration;

use crate::{
    Db, Error, Result,
    approvals::{self, Audience, Question},
    costs::{self, UsageReport},
    deliverables::{self, Content},
    runs::{self, ClaimedRun},
    session::{Choice, Part, PlanStep, StepState},
};

/// Longer than any stretch between two events of the story.
const LEASE: std::time::Duration = std::time::Duration::from_secs(30 * 86_400);

/// What the demo's agent works with; nobody sells it.
pub(super) const MODEL: &str = "example-large";

/// An agent with a run in hand.
pub(super) struct DemoWorker<'a> {
    db: &'a Db,
    claimed: ClaimedRun,
    plan: Vec<PlanStep>,
    said: u32,
}

impl<'a> DemoWorker<'a> {
    /// Takes up what was just queued.
    pub(super) async fn take_up(db: &'a Db) -> Result<Self> {
        let claimed = runs::commands::claim_due(db, "demo", LEASE).await?;
        let claimed =
            claimed.ok_or_else(|| Error::Broken("the demo's story has nothing queued here".into()))?;
        Ok(Self { db, claimed, plan: Vec::new(), said: 0 })
    }

    /// Says what will be done, the first of it under way.
    pub(super) async fn plan(&mut self, steps: &[&str]) -> Result<()> {
        self.wait(1);
        let state = |place| if place == 0 { StepState::Working } else { StepState::Open };
        self.plan = steps
            .iter()
            .enumerate()
            .map(|(i, title)| PlanStep { title: (*title).to_owned(), state: state(i) })
            .collect();
        self.append(vec![Part::DataPlan { steps: self.plan.clone() }]).await
    }

    /// Ticks the step that is under way and begins the next.
    pub(super) async fn tick(&mut self) -> Result<()> {
        if let Some(at) = self.plan.iter().position(|step| step.state == StepState::Working) {
            self.plan[at].state = StepState::Done;
            if let Some(next) = self.plan.get_mut(at + 1) {
                next.state = StepState::Working;
            }
        }
        self.append(vec![Part::DataPlan { steps: self.plan.clone() }]).await
    }

    /// A step that took some minutes.
    pub(super) async fn step(&mut self, title: &str, detail: &str, minutes: i64) -> Result<()> {
        self.wait(minutes);
        self.said += 1;
        self.uses(minutes.unsigned_abs()).await?;
        let part = Part::DataStep {
            id: format!("step-{}", self.said),
            title: title.to_owned(),
            result: String::new(),
            detail: detail.to_owned(),
            state: StepState::Done,
        };
        self.append(vec![part]).await
    }

    /// Some words, in the pieces in which they were written.
    pub(super) async fn words(&mut self, text: &str) -> Result<()> {
        self.wait(2);
        self.said += 1;
        self.uses(2).await?;
        let id = format!("words-{}", self.said);
        self.append(vec![Part::TextStart { id: id.clone() }]).await?;
        for piece in text.split_inclusive(' ').collect::<Vec<_>>().chunks(6) {
            self.append(vec![Part::TextDelta { id: id.clone(), delta: piece.concat() }]).await?;
        }
        self.append(vec![Part::TextEnd { id }]).await
    }

    /// Asks the client, who has three days to answer.
    pub(super) async fn ask(
        &self,
        question: &str,
        detail: &str,
        options: &[(&str, &str)],
    ) -> Result<crate::ids::ApprovalId> {
        self.wait(1);
        let options = options
            .iter()
            .map(|(key, label)| Choice { key: (*key).to_owned(), label: (*label).to_owned() })
            .collect();
        let question = Question {
            question: question.to_owned(),
            detail: detail.to_owned(),
            options,
            // Longer than any weekend between then and today.
            open_for: 7 * 86_400,
            audience: Audience::Client,
        };
        approvals::commands::ask(self.db, &self.claimed, question).await
    }

    /// Delivers a text and puts it before the client.
    pub(super) async fn deliver(self, title: &str, body: &str) -> Result<()> {
        self.wait(5);
        deliverables::commands::put(self.db, &self.claimed, title, Content::Body(body.to_owned())).await?;
        deliverables::commands::submit_for_review(self.db, &self.claimed).await
    }

    /// Gives up, in a client's words.
    pub(super) async fn fail(self, words: &str) -> Result<()> {
        self.wait(3);
        runs::commands::fail(self.db, &self.claimed, words).await
    }

    /// What an agent may use in so many minutes.
    async fn uses(&self, minutes: u64) -> Result<()> {
        let spent = UsageReport {
            key: format!("call-{}", self.said),
            model: MODEL.to_owned(),
            input_tokens: 60_000 + 90_000 * minutes,
            cached_tokens: 70_000 * minutes,
            output_tokens: 1_500 + 2_200 * minutes,
            micros: None,
        };
        costs::commands::record(self.db, &self.claimed, &spent).await
    }

    fn wait(&self, minutes: i64) {
        self.db.clock().advance(Duration::minutes(minutes));
    }

    async fn append(&self, parts: Vec<Part>) -> Result<()> {
        runs::commands::append_events(self.db, &self.claimed, parts).await
    }
}
