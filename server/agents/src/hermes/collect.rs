//! The one reader of a run of Hermes.

use std::time::Duration;

use domain::{costs::UsageReport, session::StepState};
use tokio::time::{Instant, sleep, sleep_until};

use super::{
    catch_up::beyond,
    client::{CallError, HermesClient},
    event::{ApprovalRequest, RunEvent, RunUsage},
    guard::StopGuard,
    record::last_wanted,
    state::HermesState,
    turn::TurnRun,
};
use crate::{
    AttemptContext, AttemptFailure,
    external::{self, ExternalError, Permission, Reporter},
};

/// The tool whose use Hermes asks for: commands are all that it asks about.
const TERMINAL: &str = "terminal";

/// How long after a tool its raw call is looked for: Hermes has it on record by then.
const LOOK: Duration = Duration::from_millis(500);

pub(super) struct Collector<'a> {
    pub(super) context: &'a mut AttemptContext,
    pub(super) client: &'a HermesClient,
    pub(super) kept: &'a mut HermesState,
    pub(super) reporter: Reporter,
    /// All that was said in this turn, by whatever attempt.
    pub(super) said: String,
    /// What it has on record as said in this turn.
    pub(super) words: Vec<String>,
    /// The tools that events told of, and whether each is done.
    tools: Vec<(String, bool)>,
    /// What is on record differs from what was said, and it was told.
    pub(super) differs: bool,
    /// When the raw calls are looked for that events do not hold.
    look: Option<Instant>,
}

/// How a run ended.
enum TurnEnd {
    Completed { output: String, usage: RunUsage, model: String },
    Failed(String),
}

impl<'a> Collector<'a> {
    pub(super) fn new(
        context: &'a mut AttemptContext,
        client: &'a HermesClient,
        kept: &'a mut HermesState,
    ) -> Self {
        let said = context.history().texts_with_prefix(&kept.prefix());
        let reporter = Reporter::new(kept.prefix());
        Self {
            context,
            client,
            kept,
            reporter,
            said,
            words: Vec::new(),
            tools: Vec::new(),
            differs: false,
            look: None,
        }
    }

    /// Reads until the run has ended: what it said last, or none where Hermes has forgotten the run.
    pub(super) async fn go(mut self, started: TurnRun) -> Result<Option<String>, AttemptFailure> {
        let TurnRun { run, fresh } = started;
        let guard = StopGuard::over(self.client, self.context.remote_cancel(), &run);
        let live = if fresh { self.live(&run).await? } else { None };
        let ended = match live {
            Some(ended) => {
                self.catch_up().await?;
                Some(ended)
            }
            None => self.poll(&run).await?,
        };
        self.reporter.end(self.context).await?;
        guard.disarm();
        // What it had begun to say is on the page, and so belongs to it, wherever it is on record.
        let begun = beyond(&self.words, &self.said).trim().to_owned();
        let words = std::mem::take(&mut self.words);
        self.kept.remember(words.into_iter().chain((!begun.is_empty()).then_some(begun)));
        match ended {
            Some(TurnEnd::Completed { output, usage, model }) => {
                let (input_tokens, output_tokens) = (usage.input_tokens, usage.output_tokens);
                let spent =
                    UsageReport { key: run, model, input_tokens, output_tokens, ..UsageReport::default() };
                self.context.record_usage(&spent).await?;
                Ok(Some(output))
            }
            Some(TurnEnd::Failed(why)) => Err(self.failure(&ExternalError::Failed(why))),
            None => Ok(None),
        }
    }

    /// Reads the events as they come; none when the line is cut.
    async fn live(&mut self, run: &str) -> Result<Option<TurnEnd>, AttemptFailure> {
        let Ok(mut events) = self.client.events(run).await else { return Ok(None) };
        loop {
            let due = self.reporter.due();
            tokio::select! {
                event = events.next() => match event {
                    Some(event) => {
                        if let Some(ended) = self.take(run, event).await? {
                            return Ok(Some(ended));
                        }
                    }
                    None => return Ok(None),
                },
                () = due => self.reporter.flush(self.context).await?,
                () = until(self.look) => {
                    self.look = None;
                    if let Ok(recorded) = self.of_turn().await {
                        self.note_tools(&recorded).await?;
                    }
                }
                heard = self.context.wait_for_steer() => {
                    heard?;
                    self.kept.queue_steers(self.context).await?;
                }
            }
        }
    }

    async fn take(&mut self, run: &str, event: RunEvent) -> Result<Option<TurnEnd>, AttemptFailure> {
        match event {
            RunEvent::Words { delta } => {
                self.said.push_str(&delta);
                self.reporter.push(&delta);
            }
            RunEvent::ToolStarted { tool } => {
                self.reporter.end(self.context).await?;
                let id = self.tools.len().to_string();
                self.reporter.tool(self.context, &id, &tool, StepState::Working).await?;
                self.tools.push((tool, false));
            }
            RunEvent::ToolCompleted { tool, error } => {
                let of_it = |(name, done): &(String, bool)| *name == tool && !done;
                if let Some(at) = self.tools.iter().position(of_it) {
                    self.tools[at].1 = true;
                    self.look = Some(Instant::now() + LOOK);
                    let state = if error { StepState::Failed } else { StepState::Done };
                    self.reporter.tool(self.context, &at.to_string(), &tool, state).await?;
                }
            }
            RunEvent::Approval(wanted) => {
                self.reporter.end(self.context).await?;
                self.kept.asked += 1;
                self.permit(run, &wanted).await?;
            }
            RunEvent::Completed { output, usage } => {
                let (output, model) = (output.unwrap_or_default(), String::new());
                return Ok(Some(TurnEnd::Completed { output, usage, model }));
            }
            RunEvent::Failed { error } => return Ok(Some(TurnEnd::Failed(error))),
            RunEvent::Cancelled => return Ok(Some(stopped_there())),
            RunEvent::Other => {}
        }
        Ok(None)
    }

    /// Looks at the run every now and then until it has ended; none where Hermes does not know it any more.
    async fn poll(&mut self, run: &str) -> Result<Option<TurnEnd>, AttemptFailure> {
        loop {
            let status = match self.client.status(run).await {
                Err(CallError::Unknown) => {
                    self.catch_up().await?;
                    return Ok(None);
                }
                status => status.map_err(|fault| self.failure(&fault.trouble()))?,
            };
            // Read after the status: whatever it says has happened is on record.
            let recorded = self.catch_up().await?;
            match status.status.as_str() {
                "completed" => {
                    let (output, usage) =
                        (status.output.unwrap_or_default(), status.usage.unwrap_or_default());
                    let model = status.model.unwrap_or_default();
                    return Ok(Some(TurnEnd::Completed { output, usage, model }));
                }
                "failed" => return Ok(Some(TurnEnd::Failed(status.error.unwrap_or_default()))),
                "cancelled" => return Ok(Some(stopped_there())),
                "waiting_for_approval" => {
                    if self.kept.asked == self.kept.answered {
                        self.kept.asked += 1;
                    }
                    self.permit(run, &last_wanted(&recorded)).await?;
                }
                _ => {}
            }
            tokio::select! {
                () = sleep(self.client.limits.poll) => {}
                heard = self.context.wait_for_steer() => {
                    heard?;
                    self.kept.queue_steers(self.context).await?;
                }
            }
        }
    }

    /// Has it decided whether the run may do what it wants, and tells it, once.
    async fn permit(&mut self, run: &str, wanted: &ApprovalRequest) -> Result<(), AttemptFailure> {
        self.context.save_state(self.kept).await?;
        let key = format!("{run}-{}", self.kept.asked);
        let (why, what) = (
            wanted.description.as_deref().unwrap_or_default(),
            wanted.command.as_deref().unwrap_or_default(),
        );
        let wanted = Permission { key: &key, tool: TERMINAL, why, what };
        let allowed = external::ask_permission(self.context, wanted).await?;
        // Kept before it is told: after a crash between the two it is asked again, which an answer that is given to the
        // next thing it wants would not be.
        self.kept.answered = self.kept.asked;
        self.context.save_state(self.kept).await?;
        let told = self.client.decide(run, allowed).await;
        if !told.map_err(|fault| self.failure(&fault.trouble()))? {
            self.reporter
                .remark(self.context, "The answer came too late: Hermes had gone on without it.")
                .await?;
        }
        Ok(())
    }

    pub(super) fn failure(&self, trouble: &ExternalError) -> AttemptFailure {
        trouble.failure(self.context.agent())
    }
}

async fn until(at: Option<Instant>) {
    match at {
        Some(at) => sleep_until(at).await,
        None => std::future::pending().await,
    }
}

fn stopped_there() -> TurnEnd {
    TurnEnd::Failed("it was stopped where it runs".to_owned())
}
