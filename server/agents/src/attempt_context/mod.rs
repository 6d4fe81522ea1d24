//! What a backend works with: everything it does here is written into the session.

mod notes;
mod people;
mod step_title;
mod sub_runs;

pub use step_title::StepTitle;
pub use sub_runs::Delegation;

use std::{
    collections::{HashMap, VecDeque},
    sync::Arc,
};

use domain::{
    Db,
    agents::Reach,
    costs::{self, Gate, UsageReport},
    deliverables::{self, Content},
    files::{File, store::Store},
    ids::{ApprovalId, RunId},
    runs::{self, Assignment, ClaimedRun, Helper, Task},
    session::{Part, PlanStep, RunState, StepState},
};
use serde::de::DeserializeOwned;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc::UnboundedReceiver};

use super::{
    external::SavedState,
    failure::AttemptFailure,
    history::{History, Settlement},
    limit,
    remote_cancel::RemoteCancel,
    signals::{Interrupts, Signal, Steer},
};

/// What one attempt works with.
pub struct AttemptContext {
    pub(super) db: Db,
    pub(super) claimed: ClaimedRun,
    pub(super) assignment: Assignment,
    pub(super) reach: Reach,
    pub(super) helpers: Vec<Helper>,
    pub(super) history: History,
    pub(super) files: Store,
    pub(super) signals: UnboundedReceiver<Signal>,
    pub(super) steers: VecDeque<Steer>,
    pub(super) settled: HashMap<ApprovalId, Settlement>,
    /// A sub-run has ended since that was asked last.
    pub(super) was_helped: bool,
    pub(super) slots: Arc<Semaphore>,
    /// Given back while a question is open: whoever waits takes nobody's place.
    pub(super) slot: Option<OwnedSemaphorePermit>,
    pub(super) interrupts: Arc<Interrupts>,
}

impl AttemptContext {
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
    pub fn history(&self) -> &History {
        &self.history
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
    pub async fn mark_rehearsal(&self) -> Result<(), AttemptFailure> {
        if self.task().is_some() {
            return Ok(());
        }
        self.append(vec![Part::DataRun { state: RunState::Working, failure: None, rehearsal: true }]).await
    }

    /// Shows the whole plan as it stands.
    pub async fn plan(&self, steps: &[PlanStep]) -> Result<(), AttemptFailure> {
        self.append(vec![Part::DataPlan { steps: steps.to_vec() }]).await
    }

    /// Shows a step of the work; the same `id` again replaces it. `done`: its title, and what it came to.
    pub async fn step(
        &self,
        id: &str,
        done: impl Into<StepTitle>,
        detail: &str,
        state: StepState,
    ) -> Result<(), AttemptFailure> {
        let (id, detail, StepTitle { title, result }) = (id.to_owned(), detail.to_owned(), done.into());
        self.append(vec![Part::DataStep { id, title, result, detail, state }]).await
    }

    /// Writes words, or anything else that is an agent's to say, in one append.
    pub async fn append(&self, parts: Vec<Part>) -> Result<(), AttemptFailure> {
        Ok(runs::commands::append_events(&self.db, &self.claimed, parts).await?)
    }

    /// Writes for operators alone.
    pub async fn append_backstage(&self, parts: Vec<Part>) -> Result<(), AttemptFailure> {
        Ok(runs::commands::append_backstage(&self.db, &self.claimed, parts).await?)
    }

    /// Notes what the backend says that it has used.
    ///
    /// # Errors
    /// [`AttemptFailure::Limit`] where the next step could pass a month's limit: leave the work, the operators are asked.
    pub async fn record_usage(&self, spent: &UsageReport) -> Result<(), AttemptFailure> {
        costs::commands::record(&self.db, &self.claimed, spent).await?;
        self.within_limits().await
    }

    pub(super) async fn within_limits(&self) -> Result<(), AttemptFailure> {
        match costs::gate::check(&self.db, &self.claimed).await? {
            Gate::Open => Ok(()),
            Gate::Ask(hit) => Err(AttemptFailure::Limit(hit)),
            Gate::Shut(hit) => Err(limit::reached(&hit)),
        }
    }

    /// Whether the operators have raised a limit, as they were asked to.
    pub(super) async fn is_raised(&self, hit: &costs::LimitHit) -> Result<bool, AttemptFailure> {
        Ok(costs::gate::is_raised(&self.db, &self.claimed, hit).await?)
    }

    /// Whether this run has delivered anything, be it by the portal's tools.
    pub async fn has_delivered(&self) -> Result<bool, AttemptFailure> {
        Ok(deliverables::queries::has_delivered(&self.db, &self.claimed).await?)
    }

    /// Whether the run waits for somebody's answer, whoever asked in its name.
    pub(super) async fn is_waiting(&self) -> Result<bool, AttemptFailure> {
        Ok(runs::queries::waits(&self.db, &self.claimed).await?)
    }

    /// What the run's attempts have kept of where its work goes on.
    ///
    /// # Errors
    /// None for what cannot be read any more: it counts as not kept.
    pub async fn saved_state<T: DeserializeOwned>(&self) -> Result<Option<T>, AttemptFailure> {
        let kept = runs::queries::kept(&self.db, &self.claimed).await?;
        Ok(kept.and_then(|kept| serde_json::from_value(kept).ok()))
    }

    /// Keeps that for the run's next attempt. No secrets.
    pub(super) async fn save_state<T: SavedState>(&self, kept: &T) -> Result<(), AttemptFailure> {
        let elsewhere = kept.is_elsewhere();
        let kept = serde_json::to_value(kept).map_err(|error| AttemptFailure::ours(error.to_string()))?;
        Ok(runs::commands::keep(&self.db, &self.claimed, &kept, elsewhere).await?)
    }

    /// What tells a guard whether the work ends with this attempt.
    pub(super) fn remote_cancel(&self) -> RemoteCancel {
        let (db, claimed, interrupts) = (self.db.clone(), self.claimed.clone(), Arc::clone(&self.interrupts));
        RemoteCancel { db, claimed, interrupts }
    }

    /// Delivers Markdown: a new deliverable by its title, or the next version of the one that has it. Answers the
    /// version.
    ///
    /// # Errors
    /// In the inner result, what is wrong with the text, for whoever wrote it.
    pub async fn deliver(&self, title: &str, markdown: &str) -> Result<Result<u32, String>, AttemptFailure> {
        match deliverables::commands::put(&self.db, &self.claimed, title, Content::Body(markdown.to_owned()))
            .await
        {
            Err(domain::Error::Refused(why)) => Ok(Err(why)),
            done => Ok(Ok(done?)),
        }
    }

    /// A text file's contents, at most a megabyte of them; none for one that is no text.
    ///
    /// # Errors
    /// [`AttemptFailure::Failed`] for one that is there and cannot be read: to go on would be to work as if it were not.
    pub async fn read_text(&self, file: &File) -> Result<Option<String>, AttemptFailure> {
        let read = self.files.text(self.claimed.scope.workspace, file).await;
        read.map_err(|error| AttemptFailure::unread(&file.name, &error))
    }
}

/// What the one who asked can mend is said to them.
fn refusal_as_text<T>(done: domain::Result<T>) -> Result<Result<T, String>, AttemptFailure> {
    match done {
        Err(domain::Error::NotFound) => Ok(Err("there is nothing of that name".to_owned())),
        Err(domain::Error::Refused(why)) => Ok(Err(why)),
        Err(domain::Error::Fields(errors)) => {
            Ok(Err(errors.iter().map(|(_, message)| message).collect::<Vec<_>>().join(" ")))
        }
        done => Ok(Ok(done?)),
    }
}
