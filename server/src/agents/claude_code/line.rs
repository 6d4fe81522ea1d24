//! The line to a Claude Code.

use serde_json::Value;
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines},
    process::{ChildStdin, ChildStdout},
};

use super::message::Message;
use crate::agents::driven::{Program, Spec, Trouble};

/// Tools that need somebody at a terminal, or outlive the work.
const NOT_HERE: &str = "AskUserQuestion,EnterPlanMode,ExitPlanMode,EnterWorktree,ExitWorktree,CronCreate,CronDelete,\
                        CronList,ScheduleWakeup,Workflow";

pub(super) struct Line {
    stdin: ChildStdin,
    out: Lines<BufReader<ChildStdout>>,
    program: Program,
}

impl Line {
    /// Starts it, on a conversation that it remembers or on a new one of this id.
    pub(super) fn open(
        spec: &Spec,
        session: &str,
        remembered: bool,
        model: Option<&str>,
        instructions: &str,
    ) -> Result<Self, Trouble> {
        let mut words: Vec<&str> = vec!["--print", "--verbose", "--include-partial-messages"];
        words.extend(["--input-format", "stream-json", "--output-format", "stream-json"]);
        words.extend(["--permission-prompt-tool", "stdio", "--setting-sources", "", "--strict-mcp-config"]);
        words.extend(["--disallowedTools", NOT_HERE, "--append-system-prompt", instructions]);
        words.extend([if remembered { "--resume" } else { "--session-id" }, session]);
        words.extend(model.into_iter().flat_map(|model| ["--model", model]));
        let arguments = spec.arguments.iter().cloned().chain(words.into_iter().map(str::to_owned)).collect();
        let spec = Spec {
            program: spec.program.clone(),
            arguments,
            variables: spec.variables.clone(),
            home: spec.home.clone(),
            folder: spec.folder.clone(),
        };
        let (program, stdin, stdout) = Program::start(&spec)?;
        Ok(Self { stdin, out: BufReader::new(stdout).lines(), program })
    }

    pub(super) async fn say(&mut self, message: &Value) -> Result<(), Trouble> {
        let line = format!("{message}\n");
        let said = self.stdin.write_all(line.as_bytes()).await;
        match said {
            Ok(()) => self.stdin.flush().await.map_err(|_| self.broke()),
            Err(_) => Err(self.broke()),
        }
    }

    /// The next message. May be dropped and called again.
    pub(super) async fn next(&mut self) -> Result<Message, Trouble> {
        match self.out.next_line().await {
            // What cannot be read is nothing that matters here.
            Ok(Some(line)) => Ok(serde_json::from_str(&line).unwrap_or(Message::Other)),
            Ok(None) | Err(_) => Err(self.broke()),
        }
    }

    pub(super) fn broke(&self) -> Trouble {
        Trouble::Broke(format!("it ended. {}", self.program.complaints()))
    }
}
