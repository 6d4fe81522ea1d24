//! The one reader of a run of Hermes.

use std::time::Duration;

use domain::{costs::Spent, session::StepState};
use tokio::time::{Instant, sleep, sleep_until};

use super::{
    catch_up::beyond,
    event::{Event, Usage, Wanted},
    guard::Guard,
    kept::Kept,
    line::{Fault, Line},
    record::last_wanted,
    turn::Started,
};
use crate::agents::{
    AttemptContext, Failure,
    external::{self, Permission, Reporter, Trouble},
};

/// The tool whose use Hermes asks for: commands are all that it asks about.
const TERMINAL: &str = "terminal";

/// How long after a tool its raw call is looked for: Hermes has it on record by then.
const LOOK: Duration = Duration::from_millis(500);

pub(super) struct Collector<'a> {
    pub(super) bench: &'a mut AttemptContext,
    pub(super) line: &'a Line,
    pub(super) kept: &'a mut Kept,
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
enum Ended {
    Completed { output: String, usage: Usage, model: String },
    Failed(String),
}

impl<'a> Collector<'a> {
    pub(super) fn new(bench: &'a mut AttemptContext, line: &'a Line, kept: &'a mut Kept) -> Self {
        let said = bench.history().said(&kept.prefix());
        let reporter = Reporter::new(kept.prefix());
        Self {
            bench,
            line,
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
    pub(super) async fn go(mut self, started: Started) -> Result<Option<String>, Failure> {
        let Started { run, fresh } = started;
        let guard = Guard::over(self.line, self.bench.parting(), &run);
        let live = if fresh { self.live(&run).await? } else { None };
        let ended = match live {
            Some(ended) => {
                self.catch_up().await?;
                Some(ended)
            }
            None => self.poll(&run).await?,
        };
        self.reporter.end(self.bench).await?;
        guard.disarm();
        // What it had begun to say is on the page, and so belongs to it, wherever it is on record.
        let begun = beyond(&self.words, &self.said).trim().to_owned();
        let words = std::mem::take(&mut self.words);
        self.kept.remember(words.into_iter().chain((!begun.is_empty()).then_some(begun)));
        match ended {
            Some(Ended::Completed { output, usage, model }) => {
                let (input_tokens, output_tokens) = (usage.input_tokens, usage.output_tokens);
                let spent = Spent { key: run, model, input_tokens, output_tokens, ..Spent::default() };
                self.bench.spent(&spent).await?;
                Ok(Some(output))
            }
            Some(Ended::Failed(why)) => Err(self.failure(&Trouble::Failed(why))),
            None => Ok(None),
        }
    }

    /// Reads the events as they come; none when the line is cut.
    async fn live(&mut self, run: &str) -> Result<Option<Ended>, Failure> {
        let Ok(mut events) = self.line.events(run).await else { return Ok(None) };
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
                () = due => self.reporter.say(self.bench).await?,
                () = until(self.look) => {
                    self.look = None;
                    if let Ok(recorded) = self.of_turn().await {
                        self.note_tools(&recorded).await?;
                    }
                }
                heard = self.bench.steered() => {
                    heard?;
                    self.kept.take_in(self.bench).await?;
                }
            }
        }
    }

    async fn take(&mut self, run: &str, event: Event) -> Result<Option<Ended>, Failure> {
        match event {
            Event::Words { delta } => {
                self.said.push_str(&delta);
                self.reporter.push(&delta);
            }
            Event::ToolStarted { tool } => {
                self.reporter.end(self.bench).await?;
                let id = self.tools.len().to_string();
                self.reporter.tool(self.bench, &id, &tool, StepState::Working).await?;
                self.tools.push((tool, false));
            }
            Event::ToolCompleted { tool, error } => {
                let of_it = |(name, done): &(String, bool)| *name == tool && !done;
                if let Some(at) = self.tools.iter().position(of_it) {
                    self.tools[at].1 = true;
                    self.look = Some(Instant::now() + LOOK);
                    let state = if error { StepState::Failed } else { StepState::Done };
                    self.reporter.tool(self.bench, &at.to_string(), &tool, state).await?;
                }
            }
            Event::Approval(wanted) => {
                self.reporter.end(self.bench).await?;
                self.kept.asked += 1;
                self.permit(run, &wanted).await?;
            }
            Event::Completed { output, usage } => {
                let (output, model) = (output.unwrap_or_default(), String::new());
                return Ok(Some(Ended::Completed { output, usage, model }));
            }
            Event::Failed { error } => return Ok(Some(Ended::Failed(error))),
            Event::Cancelled => return Ok(Some(stopped_there())),
            Event::Other => {}
        }
        Ok(None)
    }

    /// Looks at the run every now and then until it has ended; none where Hermes does not know it any more.
    async fn poll(&mut self, run: &str) -> Result<Option<Ended>, Failure> {
        loop {
            let status = match self.line.status(run).await {
                Err(Fault::Unknown) => {
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
                    return Ok(Some(Ended::Completed { output, usage, model }));
                }
                "failed" => return Ok(Some(Ended::Failed(status.error.unwrap_or_default()))),
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
                () = sleep(self.line.limits.poll) => {}
                heard = self.bench.steered() => {
                    heard?;
                    self.kept.take_in(self.bench).await?;
                }
            }
        }
    }

    /// Has it decided whether the run may do what it wants, and tells it, once.
    async fn permit(&mut self, run: &str, wanted: &Wanted) -> Result<(), Failure> {
        self.bench.keep(self.kept).await?;
        let key = format!("{run}-{}", self.kept.asked);
        let (why, what) = (
            wanted.description.as_deref().unwrap_or_default(),
            wanted.command.as_deref().unwrap_or_default(),
        );
        let wanted = Permission { key: &key, tool: TERMINAL, why, what };
        let allowed = external::ask(self.bench, wanted).await?;
        // Kept before it is told: after a crash between the two it is asked again, which an answer that is given to the
        // next thing it wants would not be.
        self.kept.answered = self.kept.asked;
        self.bench.keep(self.kept).await?;
        let told = self.line.decide(run, allowed).await;
        if !told.map_err(|fault| self.failure(&fault.trouble()))? {
            self.reporter
                .remark(self.bench, "The answer came too late: Hermes had gone on without it.")
                .await?;
        }
        Ok(())
    }

    pub(super) fn failure(&self, trouble: &Trouble) -> Failure {
        trouble.failure(self.bench.agent())
    }
}

async fn until(at: Option<Instant>) {
    match at {
        Some(at) => sleep_until(at).await,
        None => std::future::pending().await,
    }
}

fn stopped_there() -> Ended {
    Ended::Failed("it was stopped where it runs".to_owned())
}
