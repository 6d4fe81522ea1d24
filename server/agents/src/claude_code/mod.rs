//! Claude Code without a terminal: NDJSON over its standard streams, `--input-format` and `--output-format stream-json`.
//!
//! It is handed the portal's tools. Its permission prompts come over one of them (`--permission-prompt-tool`), and are
//! answered by the attempt that reads along. Nothing of a user's or a project's own settings is read.

mod message;
mod permission_requests;
mod process;
mod session;

use super::{
    AgentBackend, AttemptContext, AttemptEnd, AttemptFailure,
    external::{self, ExternalError, ExternalProgram, ExternalResult, ProgramSession, ProgramSpec, Programs},
};
use safe_http::SafeHttp;

/// What is run where the agent's settings name no command.
const PROGRAM: &str = "claude";
/// How long it waits for an answer of the portal's tools, in milliseconds: longer than operators may take.
const PATIENT: &str = "259200000";

/// The backend that has a Claude Code do the work.
pub struct ClaudeCode {
    programs: Programs,
    safe_http: SafeHttp,
}

impl ClaudeCode {
    /// With the programs that may be run, and the door to addresses that people type.
    pub fn new(programs: Programs, safe_http: SafeHttp) -> Self {
        Self { programs, safe_http }
    }
}

#[async_trait::async_trait]
impl AgentBackend for ClaudeCode {
    async fn work(&self, context: &mut AttemptContext) -> Result<AttemptEnd, AttemptFailure> {
        external::work(self, context).await
    }
}

#[async_trait::async_trait]
impl ExternalProgram for ClaudeCode {
    const PREFIX: &'static str = "c";

    fn programs(&self) -> &Programs {
        &self.programs
    }

    async fn spec(&self, context: &AttemptContext) -> Result<ProgramSpec, ExternalError> {
        let (settings, key) = (&context.reach().settings, &context.reach().key);
        let command = match settings.command.as_slice() {
            [] => vec![PROGRAM.to_owned()],
            command => command.to_vec(),
        };
        let mut spec = self.programs.spec(context, &command)?;
        let mut set = |name: &str, value: &str| spec.variables.push((name.to_owned(), value.to_owned()));
        set("CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC", "1");
        set("DISABLE_AUTOUPDATER", "1");
        set("MCP_TOOL_TIMEOUT", PATIENT);
        // An approval may take its time, and a call that waits for one says nothing meanwhile.
        set("CLAUDE_CODE_MCP_TOOL_IDLE_TIMEOUT", "0");
        // Otherwise it would have to look for the portal's tools before it can use one.
        set("ENABLE_TOOL_SEARCH", "false");
        if let Some(url) = &settings.url {
            let checked = self.safe_http.check(url).await;
            let url = checked.map_err(|refused| ExternalError::NotSet(refused.to_string()))?;
            set("ANTHROPIC_BASE_URL", url.as_str().trim_end_matches('/'));
        }
        if let Some(key) = key {
            set("ANTHROPIC_API_KEY", key);
        }
        Ok(spec)
    }

    async fn work(&self, session: &mut ProgramSession<'_>, spec: &ProgramSpec) -> ExternalResult<String> {
        session::ClaudeSession::new(session).go(spec).await
    }
}
