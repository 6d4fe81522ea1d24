//! What a brain works with: everything it does here is written into the session.

use std::{
    collections::{HashMap, VecDeque},
    sync::Arc,
};

use domain::{
    Db,
    agents::Reach,
    approvals::{self, Question},
    controls::{self, Outcome},
    costs::{self, Gate, Spent},
    deliverables::{self, Content},
    files::File,
    ids::{ApprovalId, RunId},
    notes::{self, Found, Note},
    runs::{self, Assignment, Claimed, Helper, SubRun, Task},
    session::{Part, PlanStep, RunState, StepState},
};
use serde::{Deserialize, de::DeserializeOwned};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc::UnboundedReceiver};

use super::{
    driven::{Kept, Parting},
    failure::Failure,
    limit,
    past::{Past, Settlement},
    signals::{Heard, Signals, Steer},
    text_file::Shelf,
};

/// One attempt's workbench.
pub struct Workbench {
    pub(super) db: Db,
    pub(super) claimed: Claimed,
    pub(super) assignment: Assignment,
    pub(super) reach: Reach,
    pub(super) helpers: Vec<Helper>,
    pub(super) past: Past,
    pub(super) shelf: Shelf,
    pub(super) heard: UnboundedReceiver<Heard>,
    pub(super) steers: VecDeque<Steer>,
    pub(super) settled: HashMap<ApprovalId, Settlement>,
    /// A sub-run has ended since that was asked last.
    pub(super) was_helped: bool,
    pub(super) slots: Arc<Semaphore>,
    /// Given back while a question is open: whoever waits takes nobody's place.
    pub(super) slot: Option<OwnedSemaphorePermit>,
    pub(super) signals: Arc<Signals>,
}

impl Workbench {
    /// What the work is about.
    pub fn assignment(&self) -> &Assignment {
        &self.assignment
    }

    /// How the agent is reached, and what it may use.
    pub fn reach(&self) -> &Reach {
        &self.reach
    }

    /// What there is to do, where the agent helps another one; none where it has the request.
    pub fn task(&self) -> Option<&Task> {
        self.assignment.task.as_ref()
    }

    /// Whether the agent may use one of the portal's tools: by its list, and by what is its to do.
    pub fn may(&self, tool: &str) -> bool {
        let has_the_request = self.task().is_none();
        let fits = match tool {
            "ask_client" | "deliver" | "finish" | "report_progress" => has_the_request,
            "delegate" => has_the_request && !self.helpers.is_empty(),
            _ => true,
        };
        fits && self.reach.allows(tool)
    }

    /// Who may be asked to help.
    pub fn helpers(&self) -> &[Helper] {
        &self.helpers
    }

    /// What the session said when the attempt began.
    pub fn past(&self) -> &Past {
        &self.past
    }

    /// The agent's name.
    pub fn agent(&self) -> &str {
        &self.claimed.agent_name
    }

    /// The run, for logs.
    pub fn run(&self) -> RunId {
        self.claimed.run
    }

    /// Keeps a secret out of everything that is written here.
    pub fn hide(&self, secret: &str) {
        self.claimed.hide(secret);
    }

    /// A text without secrets, for a log or for what a model is told; what is written here has none anyway.
    pub fn redact(&self, text: &str) -> String {
        self.claimed.redact(text)
    }

    /// Which try at the run this is, from 1.
    pub fn attempt(&self) -> u32 {
        self.claimed.attempt
    }

    /// The present instant.
    pub fn now(&self) -> chrono::DateTime<chrono::Utc> {
        self.db.now()
    }

    /// Says on the page that the work is a rehearsal; whoever helps leaves that to the one who has the request.
    pub async fn rehearses(&self) -> Result<(), Failure> {
        if self.task().is_some() {
            return Ok(());
        }
        self.say(vec![Part::DataRun { state: RunState::Working, failure: None, rehearsal: true }]).await
    }

    /// Shows the whole plan as it stands.
    pub async fn plan(&self, steps: &[PlanStep]) -> Result<(), Failure> {
        self.say(vec![Part::DataPlan { steps: steps.to_vec() }]).await
    }

    /// Shows a step of the work; the same `id` again replaces it.
    pub async fn step(&self, id: &str, title: &str, detail: &str, state: StepState) -> Result<(), Failure> {
        let (id, title, detail) = (id.to_owned(), title.to_owned(), detail.to_owned());
        self.say(vec![Part::DataStep { id, title, detail, state }]).await
    }

    /// Writes words, or anything else that is an agent's to say, in one append.
    pub async fn say(&self, parts: Vec<Part>) -> Result<(), Failure> {
        Ok(runs::say(&self.db, &self.claimed, parts).await?)
    }

    /// Writes for operators alone.
    pub async fn backstage(&self, parts: Vec<Part>) -> Result<(), Failure> {
        Ok(runs::backstage(&self.db, &self.claimed, parts).await?)
    }

    /// Notes what the backend says that it has used.
    ///
    /// # Errors
    /// [`Failure::Limit`] where the next step could pass a month's limit: leave the work, the operators are asked.
    pub async fn spent(&self, spent: &Spent) -> Result<(), Failure> {
        costs::record(&self.db, &self.claimed, spent).await?;
        self.within_limits().await
    }

    pub(super) async fn within_limits(&self) -> Result<(), Failure> {
        match costs::gate(&self.db, &self.claimed).await? {
            Gate::Open => Ok(()),
            Gate::Ask(hit) => Err(Failure::Limit(hit)),
            Gate::Shut(hit) => Err(limit::shut(&hit)),
        }
    }

    /// Asks, and waits as long as it takes. A question that was settled before is not asked again.
    pub async fn ask(&mut self, question: Question) -> Result<Settlement, Failure> {
        let words = question.question.trim().to_owned();
        if let Some(settled) = self.past.settlement(&words) {
            return Ok(settled);
        }
        let approval = approvals::ask(&self.db, &self.claimed, question).await?;
        let settled = self.settlement(approval).await?;
        self.past.settle(words, settled.clone());
        Ok(settled)
    }

    /// The same for a question that is told from others by a key and not by its words: whoever allowed something once
    /// has not allowed it again. Under the same key, whichever attempt of the run asks, it is asked once.
    pub async fn ask_once(&mut self, key: &str, question: Question) -> Result<Settlement, Failure> {
        let approval = self.claimed.approval(key);
        if let Some(settled) = self.past.settled(approval) {
            return Ok(settled);
        }
        approvals::ask_as(&self.db, &self.claimed, approval, question).await?;
        self.settlement(approval).await
    }

    /// Waits for the answer.
    async fn settlement(&mut self, approval: ApprovalId) -> Result<Settlement, Failure> {
        self.slot = None;
        let settled = loop {
            match self.settled.remove(&approval) {
                Some(settled) => break settled,
                None => self.hear().await?,
            }
        };
        // The semaphore is never closed.
        self.slot = Arc::clone(&self.slots).acquire_owned().await.ok();
        Ok(settled)
    }

    /// Has other agents help, each with a task: they begin at once, or go on where an earlier attempt had asked the same.
    ///
    /// # Errors
    /// In the inner result, what is wrong with a task, for whoever gave it; those before it are begun.
    pub async fn delegate(&self, tasks: &[Delegated]) -> Result<Result<Vec<RunId>, String>, Failure> {
        let mut begun = Vec::new();
        for Delegated { agent, task } in tasks {
            match told(runs::delegate(&self.db, &self.claimed, agent, task).await)? {
                Ok(run) => begun.push(run),
                Err(why) => return Ok(Err(why)),
            }
        }
        Ok(Ok(begun))
    }

    /// Waits until these sub-runs have ended, and tells what they came to. Meanwhile nobody's place is taken.
    pub async fn helped(&mut self, wanted: &[RunId]) -> Result<Vec<SubRun>, Failure> {
        self.slot = None;
        let ended = loop {
            let mut all = runs::sub_runs(&self.db, &self.claimed).await?;
            all.retain(|sub| wanted.contains(&sub.run));
            if all.iter().all(|sub| sub.state.has_ended()) {
                break all;
            }
            while !std::mem::take(&mut self.was_helped) {
                self.hear().await?;
            }
        };
        self.slot = Arc::clone(&self.slots).acquire_owned().await.ok();
        Ok(ended)
    }

    /// Whether this run has delivered anything, be it by the portal's tools.
    pub async fn has_delivered(&self) -> Result<bool, Failure> {
        Ok(deliverables::has_delivered(&self.db, &self.claimed).await?)
    }

    /// Whether the run waits for somebody's answer, whoever asked in its name.
    pub(super) async fn waits(&self) -> Result<bool, Failure> {
        Ok(runs::waits(&self.db, &self.claimed).await?)
    }

    /// What the run's attempts have kept of where its work goes on.
    ///
    /// # Errors
    /// None for what cannot be read any more: it counts as not kept.
    pub async fn kept<T: DeserializeOwned>(&self) -> Result<Option<T>, Failure> {
        let kept = runs::kept(&self.db, &self.claimed).await?;
        Ok(kept.and_then(|kept| serde_json::from_value(kept).ok()))
    }

    /// Keeps that for the run's next attempt. No secrets.
    pub(super) async fn keep<T: Kept>(&self, kept: &T) -> Result<(), Failure> {
        let elsewhere = kept.is_elsewhere();
        let kept = serde_json::to_value(kept).map_err(|error| Failure::ours(error.to_string()))?;
        Ok(runs::keep(&self.db, &self.claimed, &kept, elsewhere).await?)
    }

    /// What tells a guard whether the work ends with this attempt.
    pub(super) fn parting(&self) -> Parting {
        let (db, claimed, signals) = (self.db.clone(), self.claimed.clone(), Arc::clone(&self.signals));
        Parting { db, claimed, signals }
    }

    /// Delivers Markdown: a new deliverable by its title, or the next version of the one that has it. Answers the
    /// version.
    ///
    /// # Errors
    /// In the inner result, what is wrong with the text, for whoever wrote it.
    pub async fn deliver(&self, title: &str, markdown: &str) -> Result<Result<u32, String>, Failure> {
        match deliverables::put(&self.db, &self.claimed, title, Content::Body(markdown.to_owned())).await {
            Err(domain::Error::Refused(why)) => Ok(Err(why)),
            done => Ok(Ok(done?)),
        }
    }

    /// What was said to the agent and is not taken up yet, oldest first.
    pub fn take_steers(&mut self) -> Vec<Steer> {
        self.is_steered();
        self.steers.drain(..).collect()
    }

    /// Whether something was said to the agent that is not taken up yet.
    pub fn is_steered(&mut self) -> bool {
        while let Ok(heard) = self.heard.try_recv() {
            self.note(heard);
        }
        !self.steers.is_empty()
    }

    /// Waits until something is said to the agent.
    pub async fn steered(&mut self) -> Result<(), Failure> {
        while self.steers.is_empty() {
            self.hear().await?;
        }
        Ok(())
    }

    /// Tells who said it what came of it.
    pub async fn answer_steer(&self, steer: &Steer, reason: &str) -> Result<(), Failure> {
        let reason = self.redact(reason);
        controls::settle(&self.db, &self.claimed.scope, steer.control, Outcome::Done, &reason).await?;
        Ok(())
    }

    /// The client's notes that have these words, the best first.
    pub async fn search_notes(&self, words: &str, most: u32) -> Result<Vec<Found>, Failure> {
        Ok(notes::search(&self.db, &self.claimed.scope, self.claimed.client, words, most).await?)
    }

    /// One of the client's notes.
    ///
    /// # Errors
    /// In the inner result, what is wrong, for whoever asked.
    pub async fn read_note(&self, path: &str) -> Result<Result<Note, String>, Failure> {
        told(notes::read(&self.db, &self.claimed.scope, self.claimed.client, path).await)
    }

    /// Writes one of the client's notes whole; one that is there already over the version that was read.
    ///
    /// # Errors
    /// As [`Workbench::read_note`].
    pub async fn write_note(
        &self,
        path: &str,
        markdown: &str,
        version: Option<u32>,
    ) -> Result<Result<Note, String>, Failure> {
        let body = self.claimed.redact(markdown);
        told(notes::write(&self.db, &self.claimed.scope, self.claimed.client, path, &body, version).await)
    }

    /// A text file's contents, at most a megabyte of them; none for one that cannot be read as text.
    pub async fn read_text(&self, file: &File) -> Option<String> {
        self.shelf.text(file).await
    }

    async fn hear(&mut self) -> Result<(), Failure> {
        match self.heard.recv().await {
            Some(heard) => {
                self.note(heard);
                Ok(())
            }
            // The ears end with the session engine.
            None => Err(Failure::Leaving),
        }
    }

    fn note(&mut self, heard: Heard) {
        match heard {
            Heard::Steer(steer) => self.steers.push_back(steer),
            Heard::Helped => self.was_helped = true,
            Heard::Settled { approval, label, by } => {
                self.settled.insert(approval, Settlement { label, by });
            }
        }
    }
}

/// A part of the work for another agent, by its name.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Delegated {
    pub agent: String,
    pub task: String,
}

/// What the one who asked can mend is said to them.
fn told<T>(done: domain::Result<T>) -> Result<Result<T, String>, Failure> {
    match done {
        Err(domain::Error::NotFound) => Ok(Err("there is nothing of that name".to_owned())),
        Err(domain::Error::Refused(why)) => Ok(Err(why)),
        Err(domain::Error::Fields(errors)) => {
            Ok(Err(errors.iter().map(|(_, message)| message).collect::<Vec<_>>().join(" ")))
        }
        done => Ok(Ok(done?)),
    }
}
