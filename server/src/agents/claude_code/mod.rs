//! Claude Code without a terminal: NDJSON over its standard streams, `--input-format` and `--output-format stream-json`.
//!
//! Its permission prompts come over the same streams (`--permission-prompt-tool stdio`): a `control_request` of the kind
//! `can_use_tool`, answered by a `control_response`. Nothing of a user's or a project's own settings is read.

mod line;
mod message;
mod talk;

use std::time::Duration;

use super::{
    Brain, End, Failure, Workbench,
    driven::{self, Hush, Memory, Programs, Spec, Trouble},
};
use crate::outside::Outside;

/// How often a program that dies is started again within an attempt.
const STARTS: u32 = 3;
const PAUSE: Duration = Duration::from_millis(500);
/// What is run where the agent's settings name no command.
const PROGRAM: &str = "claude";

/// The brain that has a Claude Code do the work.
pub struct ClaudeCode {
    programs: Programs,
    outside: Outside,
}

impl ClaudeCode {
    /// With the programs that may be run, and the door to addresses that people type.
    pub fn new(programs: Programs, outside: Outside) -> Self {
        Self { programs, outside }
    }

    async fn spec(&self, bench: &Workbench) -> Result<Spec, Trouble> {
        let (settings, key) = (&bench.reach().settings, &bench.reach().key);
        let command = match settings.command.as_slice() {
            [] => vec![PROGRAM.to_owned()],
            command => command.to_vec(),
        };
        let mut spec = self.programs.spec(bench, &command)?;
        let mut set = |name: &str, value: &str| spec.variables.push((name.to_owned(), value.to_owned()));
        set("CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC", "1");
        set("DISABLE_AUTOUPDATER", "1");
        if let Some(url) = &settings.url {
            let checked = self.outside.check(url).await;
            let url = checked.map_err(|refused| Trouble::NotSet(refused.to_string()))?;
            set("ANTHROPIC_BASE_URL", url.as_str().trim_end_matches('/'));
        }
        if let Some(key) = key {
            set("ANTHROPIC_API_KEY", key);
        }
        Ok(spec)
    }
}

#[async_trait::async_trait]
impl Brain for ClaudeCode {
    async fn work(&self, bench: &mut Workbench) -> Result<End, Failure> {
        if bench.has_delivered().await? {
            return Ok(End::Review);
        }
        let hush = Hush::of(bench.reach().key.clone());
        let spec = match self.spec(bench).await {
            Ok(spec) => spec,
            Err(trouble) => return Err(trouble.failure(bench.agent(), &hush)),
        };
        let mut memory: Memory = bench.kept().await?.unwrap_or_default();
        let mut said = bench.past().said(talk::PREFIX);
        let mut start = 1;
        loop {
            let talk = talk::Talk::new(bench, &hush, &mut memory, start, &mut said);
            match talk.go(&spec).await? {
                Ok(last) => {
                    let end = driven::hand_in(bench, &hush, &last).await?;
                    spec.clear().await;
                    return Ok(end);
                }
                Err(Trouble::Broke(why)) if start < STARTS => {
                    tracing::warn!(run.id = %bench.run(), error.message = hush.over(&why), "a program broke off");
                    tokio::time::sleep(PAUSE * start).await;
                    start += 1;
                }
                Err(trouble) => return Err(trouble.failure(bench.agent(), &hush)),
            }
        }
    }
}
