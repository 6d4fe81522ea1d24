//! The work with one start of a program.

use std::{collections::HashMap, time::Duration};

use agent_client_protocol::v1::schema::{
    ContentBlock, HttpHeader, McpServer, McpServerHttp, PromptRequest, PromptResponse,
    RequestPermissionOutcome, RequestPermissionRequest, RequestPermissionResponse, SessionUpdate, StopReason,
    TextContent, ToolCallStatus, ToolCallUpdate, ToolKind,
};
use domain::{bounds, costs::UsageReport, session::StepState};
use serde_json::Value;
use tokio::time::{Instant, sleep_until};

use super::{
    connection::{AgentUpdate, Connection},
    words,
};
use crate::{
    AttemptFailure,
    external::{ExternalError, ExternalResult, ProgramSession, ProgramSpec, ToolAccess, brief},
};

/// How long a program may be silent while it works.
const QUIET: Duration = Duration::from_secs(20 * 60);

pub(super) struct AcpSession<'a, 'b> {
    program: &'a mut ProgramSession<'b>,
    /// What it said since the last tool.
    last: String,
    tools: HashMap<String, AcpTool>,
    /// The tool that was begun last.
    latest: String,
}

#[derive(Clone, Default)]
struct AcpTool {
    /// None: only its kind is known.
    name: Option<String>,
    kind: ToolKind,
    input: Option<Value>,
}

impl AcpTool {
    fn take(&mut self, update: &ToolCallUpdate) {
        let fields = &update.fields;
        let named = words::tool(fields.name.as_deref(), update.meta.as_ref(), fields.title.as_deref());
        self.name = named.map(str::to_owned).or(self.name.take());
        self.kind = fields.kind.unwrap_or(self.kind);
        self.input = fields.raw_input.clone().filter(|input| !is_empty(input)).or(self.input.take());
    }

    fn name(&self) -> &str {
        self.name.as_deref().unwrap_or_else(|| words::kind(self.kind))
    }
}

impl<'a, 'b> AcpSession<'a, 'b> {
    pub(super) fn new(program: &'a mut ProgramSession<'b>) -> Self {
        Self { program, last: String::new(), tools: HashMap::new(), latest: String::new() }
    }

    /// Works until nothing is left to do: what it said last.
    pub(super) async fn work(&mut self, spec: &ProgramSpec) -> ExternalResult<String> {
        let (mut connection, hello) = match Connection::open(spec).await {
            Ok(opened) => opened,
            Err(trouble) => return Ok(Err(trouble)),
        };
        let servers = servers(self.program.access, hello.agent_capabilities.mcp_capabilities.http);
        let before = self.program.state.session.clone();
        let begun = connection.session(&hello, &spec.folder, before.as_deref(), servers).await;
        let (session, remembered) = match begun {
            Ok(begun) => begun,
            Err(trouble) => return Ok(Err(trouble)),
        };
        self.program.state.session = Some(session.clone());
        let mut prompt = self.first(remembered).await?;
        loop {
            let told = self.program.prompt(prompt).await?;
            let ended = match self.turn(&mut connection, &session, told).await? {
                Ok(ended) => ended,
                Err(trouble) => return Ok(Err(trouble)),
            };
            self.count(&ended, &session).await?;
            let has_more = self.program.has_more().await?;
            match ended.stop_reason {
                StopReason::EndTurn if has_more => prompt = Vec::new(),
                StopReason::EndTurn => return Ok(Ok(std::mem::take(&mut self.last))),
                reason => return Ok(Err(ExternalError::Failed(format!("it stopped: {reason:?}")))),
            }
        }
    }

    /// What a program is told at first: everything, unless it remembers.
    async fn first(&self, remembered: bool) -> Result<Vec<String>, AttemptFailure> {
        let mut prompt = Vec::new();
        if !(remembered && self.program.state.told) {
            prompt.push(brief::whole(self.program.context).await?);
        }
        if self.program.state.told || self.program.start > 1 {
            prompt.push(brief::go_on(self.program.said));
        }
        Ok(prompt)
    }

    async fn turn(
        &mut self,
        connection: &mut Connection,
        session: &str,
        prompt: String,
    ) -> ExternalResult<PromptResponse> {
        let prompt = vec![ContentBlock::Text(TextContent::new(prompt))];
        connection.works = true;
        let answer = connection.to.send_request(PromptRequest::new(session.to_owned(), prompt)).block_task();
        tokio::pin!(answer);
        let mut last = Instant::now();
        let ended = loop {
            let due = self.program.reporter.due();
            tokio::select! {
                biased;
                Some(told) = connection.news.recv() => {
                    self.take(told).await?;
                    last = Instant::now();
                }
                ended = &mut answer => break ended,
                () = due => self.program.reporter.flush(self.program.context).await?,
                heard = self.program.context.wait_for_steer() => {
                    heard?;
                    self.program.queue_steers().await?;
                }
                () = sleep_until(last + QUIET) => {
                    // It may wait for an answer of somebody's.
                    if self.program.context.is_waiting().await? {
                        last = Instant::now();
                        continue;
                    }
                    return Ok(Err(ExternalError::Broke(format!("it fell silent. {}", connection.complaints()))));
                }
            }
        };
        connection.works = false;
        while let Ok(told) = connection.news.try_recv() {
            self.take(told).await?;
        }
        self.program.end().await?;
        Ok(ended.map_err(|error| connection.trouble(&error)))
    }

    async fn take(&mut self, told: AgentUpdate) -> Result<(), AttemptFailure> {
        match told {
            AgentUpdate::Update(update) => self.update(*update).await,
            AgentUpdate::Permission(wanted) => {
                let (asked, responder) = *wanted;
                let outcome = self.permit(&asked).await?;
                // It may have gone while nobody answered; its end is noticed elsewhere.
                let _ = responder.respond(RequestPermissionResponse::new(outcome));
                Ok(())
            }
        }
    }

    async fn update(&mut self, update: SessionUpdate) -> Result<(), AttemptFailure> {
        match update {
            SessionUpdate::AgentMessageChunk(chunk) => {
                if let ContentBlock::Text(text) = chunk.content {
                    self.last.push_str(&text.text);
                    self.program.push_words(&text.text);
                }
                Ok(())
            }
            SessionUpdate::ToolCall(call) => {
                self.program.end().await?;
                self.last.clear();
                self.tool(call.into()).await
            }
            SessionUpdate::ToolCallUpdate(update) => self.tool(update).await,
            SessionUpdate::Plan(plan) => self.program.context.plan(&words::plan(&plan)).await,
            SessionUpdate::UsageUpdate(usage) => match usage.cost.filter(|cost| cost.currency == "USD") {
                Some(cost) => self.cost(cost.amount).await,
                None => Ok(()),
            },
            _ => Ok(()),
        }
    }

    async fn tool(&mut self, update: ToolCallUpdate) -> Result<(), AttemptFailure> {
        let id = update.tool_call_id.to_string();
        let tool = self.tools.entry(id.clone()).or_default();
        tool.take(&update);
        let (tool, fields) = (tool.clone(), update.fields);
        let ended = match fields.status {
            Some(ToolCallStatus::Completed) => Some(StepState::Done),
            Some(ToolCallStatus::Failed) => Some(StepState::Failed),
            _ => None,
        };
        self.program
            .reporter
            .tool(self.program.context, &id, tool.name(), ended.unwrap_or(StepState::Working))
            .await?;
        if tool.input.is_some() || ended.is_some() {
            let input = tool.input.clone().unwrap_or_default();
            self.program.reporter.call(self.program.context, &id, tool.name(), &input).await?;
        }
        let output = words::output(fields.raw_output.as_ref(), fields.content.as_deref().unwrap_or_default());
        match ended {
            Some(StepState::Failed) => {
                self.program.reporter.returned(self.program.context, &id, Err(&output.to_string())).await?;
            }
            Some(_) => self.program.reporter.returned(self.program.context, &id, Ok(&output)).await?,
            None => {}
        }
        self.latest = id;
        Ok(())
    }

    async fn permit(
        &mut self,
        asked: &RequestPermissionRequest,
    ) -> Result<RequestPermissionOutcome, AttemptFailure> {
        let (id, title) = (asked.tool_call.tool_call_id.to_string(), asked.tool_call.fields.title.clone());
        // Hermes asks about a call of its own making that never comes: it is about the tool begun before.
        let known = self.tools.get(&id).or_else(|| self.tools.get(&self.latest)).cloned();
        let mut tool = known.unwrap_or_default();
        let name = tool.name.take();
        tool.take(&asked.tool_call);
        tool.name = name.or(tool.name);
        let input = tool.input.clone().unwrap_or_else(|| title.unwrap_or_default().into());
        let allowed = self.program.permit(tool.name(), &input).await?;
        Ok(words::decision(&asked.options, allowed))
    }

    async fn count(&self, ended: &PromptResponse, session: &str) -> Result<(), AttemptFailure> {
        let Some(usage) = &ended.usage else { return Ok(()) };
        // A prompt's own, which nothing else is called like.
        let key = format!("{}-{}", self.program.report(session), self.program.said.len());
        let cached_tokens = usage.cached_read_tokens.unwrap_or_default();
        let (input_tokens, output_tokens) =
            (usage.input_tokens.saturating_add(cached_tokens), usage.output_tokens);
        let model = self.program.context.reach().settings.model.clone().unwrap_or_default();
        self.program
            .context
            .record_usage(&UsageReport {
                key,
                model,
                input_tokens,
                cached_tokens,
                output_tokens,
                micros: None,
            })
            .await
    }

    /// The cost of the conversation so far, in dollars.
    async fn cost(&self, amount: f64) -> Result<(), AttemptFailure> {
        let key = format!("{}-cost", self.program.state.session.as_deref().unwrap_or_default());
        let micros = Some(bounds::micros(amount));
        self.program.context.record_usage(&UsageReport { key, micros, ..UsageReport::default() }).await
    }
}

fn is_empty(input: &Value) -> bool {
    input.is_null() || input.as_object().is_some_and(serde_json::Map::is_empty)
}

/// The portal's own tools, for a program that can reach them over HTTP.
fn servers(access: &ToolAccess, http: bool) -> Vec<McpServer> {
    let header = || HttpHeader::new("Authorization", access.authorization.as_str());
    let server = || McpServerHttp::new(ToolAccess::SERVER, access.url.as_str()).headers(vec![header()]);
    http.then(|| McpServer::Http(server())).into_iter().collect()
}
