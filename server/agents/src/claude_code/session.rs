//! The work with one start of Claude Code.

use std::{collections::HashMap, time::Duration};

use domain::{bounds, costs::UsageReport, session::StepState};
use serde_json::Value;
use tokio::time::{Instant, sleep_until};
use uuid::Uuid;

use super::{
    message::{self, StreamMessage, TurnResult},
    permission_requests::PermissionRequests,
    process::{ClaudeProcess, StartOptions},
};
use crate::{
    AttemptFailure,
    external::{ExternalError, ExternalResult, PermissionRequest, ProgramSession, ProgramSpec, brief},
};

/// How long it may be silent while it works.
const QUIET: Duration = Duration::from_secs(20 * 60);

pub(super) struct ClaudeSession<'a, 'b> {
    program: &'a mut ProgramSession<'b>,
    requests: PermissionRequests,
    /// The names of tools by their calls.
    tools: HashMap<String, String>,
    turns: u32,
    /// What this process has cost so far, in dollars.
    cost: f64,
    /// It has told that it is there.
    ready: bool,
}

impl<'a, 'b> ClaudeSession<'a, 'b> {
    pub(super) fn new(program: &'a mut ProgramSession<'b>) -> Self {
        let requests = PermissionRequests::new(program.access.permission_requests());
        Self { program, requests, tools: HashMap::new(), turns: 0, cost: 0.0, ready: false }
    }

    /// Works until nothing is left to do: what it said last.
    pub(super) async fn go(mut self, spec: &ProgramSpec) -> ExternalResult<String> {
        let done = self.work(spec).await;
        if matches!(&done, Ok(Err(ExternalError::Broke(_)))) && !self.ready {
            // A conversation that it does not know any more is not asked for again.
            self.program.state.session = None;
        }
        done
    }

    async fn work(&mut self, spec: &ProgramSpec) -> ExternalResult<String> {
        let remembered = self.program.state.session.is_some();
        let session = self.program.state.session.get_or_insert_with(|| Uuid::now_v7().to_string()).clone();
        let model = self.program.context.reach().settings.model.clone();
        let instructions = brief::system(self.program.context);
        let start = StartOptions {
            session: &session,
            remembered,
            model: model.as_deref(),
            instructions: &instructions,
        };
        let mut process = match ClaudeProcess::open(spec, &start, self.program.access) {
            Ok(process) => process,
            Err(trouble) => return Ok(Err(trouble)),
        };
        let mut prompt = Vec::new();
        if !remembered {
            prompt.push(brief::material(self.program.context).await?);
        }
        if self.program.state.told {
            prompt.push(brief::go_on(self.program.said));
        }
        loop {
            let told = self.program.prompt(prompt).await?;
            if let Err(trouble) = process.send(&message::prompt(&told)).await {
                return Ok(Err(trouble));
            }
            let done = match self.turn(&mut process).await? {
                Ok(done) => done,
                Err(trouble) => return Ok(Err(trouble)),
            };
            self.count(&done, &session).await?;
            if done.is_error || done.subtype != "success" {
                let why = done.result.unwrap_or_default();
                return Ok(Err(ExternalError::Failed(format!("{}: {why}", done.subtype))));
            }
            if !self.program.has_more().await? {
                return Ok(Ok(done.result.unwrap_or_default()));
            }
            prompt = Vec::new();
        }
    }

    async fn turn(&mut self, process: &mut ClaudeProcess) -> ExternalResult<TurnResult> {
        let mut last = Instant::now();
        loop {
            let due = self.program.reporter.due();
            let told = tokio::select! {
                biased;
                told = process.next() => told,
                () = due => {
                    self.program.reporter.flush(self.program.context).await?;
                    continue;
                }
                request = self.requests.next(&self.program.reporter) => {
                    self.decide(request).await?;
                    last = Instant::now();
                    continue;
                }
                heard = self.program.context.wait_for_steer() => {
                    heard?;
                    self.program.queue_steers().await?;
                    continue;
                }
                () = sleep_until(last + QUIET) => {
                    // It may wait for an answer of somebody's.
                    if !self.program.context.is_waiting().await? {
                        return Ok(Err(process.broke()));
                    }
                    last = Instant::now();
                    continue;
                }
            };
            last = Instant::now();
            match told {
                Ok(StreamMessage::Result(done)) => {
                    self.program.end().await?;
                    return Ok(Ok(*done));
                }
                Ok(StreamMessage::System { subtype }) if subtype == "init" => {
                    self.ready = true;
                    process.is_ready();
                }
                Ok(told) => self.take(told).await?,
                Err(trouble) => return Ok(Err(trouble)),
            }
        }
    }

    async fn take(&mut self, told: StreamMessage) -> Result<(), AttemptFailure> {
        match told {
            StreamMessage::StreamEvent { event, parent_tool_use_id: None } => match message::words(&event) {
                Some(words) => {
                    self.program.push_words(words);
                }
                None if event["type"] == "content_block_stop" => self.program.end().await?,
                None => {}
            },
            StreamMessage::Assistant { message, parent_tool_use_id } => {
                for call in message::blocks(&message, "tool_use") {
                    self.called(call, parent_tool_use_id.is_none()).await?;
                }
            }
            StreamMessage::User { message } => {
                for outcome in message::blocks(&message, "tool_result") {
                    self.returned(outcome).await?;
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// A tool is used. What helpers of its own do is for the operators alone.
    async fn called(&mut self, call: &Value, shown: bool) -> Result<(), AttemptFailure> {
        let (Some(id), Some(tool)) = (call["id"].as_str(), call["name"].as_str()) else { return Ok(()) };
        self.program.end().await?;
        self.program.reporter.call(self.program.context, id, tool, &call["input"]).await?;
        if shown {
            self.tools.insert(id.to_owned(), tool.to_owned());
            self.program.reporter.tool(self.program.context, id, tool, StepState::Working).await?;
        }
        Ok(())
    }

    async fn returned(&mut self, outcome: &Value) -> Result<(), AttemptFailure> {
        let Some(id) = outcome["tool_use_id"].as_str() else { return Ok(()) };
        let failed = outcome["is_error"] == true;
        let content = &outcome["content"];
        let text = content.as_str().map_or_else(|| content.to_string(), str::to_owned);
        let came = if failed { Err(text.as_str()) } else { Ok(content) };
        self.program.reporter.returned(self.program.context, id, came).await?;
        if let Some(tool) = self.tools.remove(id) {
            let state = if failed { StepState::Failed } else { StepState::Done };
            self.program.reporter.tool(self.program.context, id, &tool, state).await?;
        }
        Ok(())
    }

    async fn decide(&mut self, request: PermissionRequest) -> Result<(), AttemptFailure> {
        let PermissionRequest { tool, input, answer, .. } = request;
        // Whoever has hung up asks again.
        if answer.is_closed() {
            return Ok(());
        }
        let allowed = self.program.permit(&tool, &input).await?;
        match answer.send(allowed) {
            Ok(()) => Ok(()),
            Err(_) => self.program.state.unheard(self.program.context, &tool, &input).await,
        }
    }

    async fn count(&mut self, done: &TurnResult, session: &str) -> Result<(), AttemptFailure> {
        self.turns += 1;
        let key = format!("{}-{}", self.program.report(session), self.turns);
        let usage = &done.usage;
        let cached_tokens = usage.cache_read_input_tokens;
        let spent = UsageReport {
            key,
            model: done.models.keys().next().cloned().unwrap_or_default(),
            input_tokens: usage.input_tokens + usage.cache_creation_input_tokens + cached_tokens,
            cached_tokens,
            output_tokens: usage.output_tokens,
            micros: Some(bounds::micros(done.total_cost_usd - self.cost)),
        };
        self.cost = done.total_cost_usd;
        self.program.context.record_usage(&spent).await
    }
}
