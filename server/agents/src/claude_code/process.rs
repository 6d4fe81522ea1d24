//! The line to a Claude Code.

use std::{
    io::{self, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

use serde_json::Value;
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines},
    process::{ChildStdin, ChildStdout},
};

use super::message::StreamMessage;
use crate::external::{ExternalError, Program, ProgramSpec, ToolAccess};

/// Tools that need somebody at a terminal, or outlive the work.
const NOT_HERE: &str = "AskUserQuestion,EnterPlanMode,ExitPlanMode,EnterWorktree,ExitWorktree,CronCreate,CronDelete,\
                        CronList,ScheduleWakeup,Workflow";

/// How it begins.
pub(super) struct StartOptions<'a> {
    /// The id of its conversation, and whether it remembers it.
    pub(super) session: &'a str,
    pub(super) remembered: bool,
    pub(super) model: Option<&'a str>,
    pub(super) instructions: &'a str,
}

pub(super) struct ClaudeProcess {
    stdin: ChildStdin,
    out: Lines<BufReader<ChildStdout>>,
    program: Program,
    servers: Option<McpConfigFile>,
}

impl ClaudeProcess {
    /// Starts it, with the portal's tools.
    pub(super) fn open(
        spec: &ProgramSpec,
        start: &StartOptions<'_>,
        access: &ToolAccess,
    ) -> Result<Self, ExternalError> {
        let StartOptions { session, remembered, model, instructions } = *start;
        let written = spec.folders().and_then(|()| McpConfigFile::write(&spec.folder, &access.servers()));
        let servers = written
            .map_err(|error| ExternalError::NotSet(format!("its folder cannot be written: {error}")))?;
        let (file, ours, asks) =
            (servers.0.display().to_string(), ToolAccess::tools(""), ToolAccess::tools("approve_tool_use"));
        let mut words: Vec<&str> = vec!["--print", "--verbose", "--include-partial-messages"];
        words.extend(["--input-format", "stream-json", "--output-format", "stream-json"]);
        words.extend(["--setting-sources", "", "--strict-mcp-config", "--mcp-config", &file]);
        words.extend(["--permission-prompt-tool", &asks, "--allowedTools", &ours]);
        words.extend(["--disallowedTools", NOT_HERE, "--append-system-prompt", instructions]);
        words.extend([if remembered { "--resume" } else { "--session-id" }, session]);
        words.extend(model.into_iter().flat_map(|model| ["--model", model]));
        let arguments = spec.arguments.iter().cloned().chain(words.into_iter().map(str::to_owned)).collect();
        let spec = ProgramSpec {
            program: spec.program.clone(),
            arguments,
            variables: spec.variables.clone(),
            home: spec.home.clone(),
            folder: spec.folder.clone(),
        };
        let (program, stdin, stdout) = Program::start(&spec)?;
        Ok(Self { stdin, out: BufReader::new(stdout).lines(), program, servers: Some(servers) })
    }

    /// It has read what it was given.
    pub(super) fn is_ready(&mut self) {
        self.servers = None;
    }

    pub(super) async fn send(&mut self, message: &Value) -> Result<(), ExternalError> {
        let line = format!("{message}\n");
        let said = self.stdin.write_all(line.as_bytes()).await;
        match said {
            Ok(()) => self.stdin.flush().await.map_err(|_| self.broke()),
            Err(_) => Err(self.broke()),
        }
    }

    /// The next message. May be dropped and called again.
    pub(super) async fn next(&mut self) -> Result<StreamMessage, ExternalError> {
        match self.out.next_line().await {
            // What cannot be read is nothing that matters here.
            Ok(Some(line)) => Ok(serde_json::from_str(&line).unwrap_or(StreamMessage::Other)),
            Ok(None) | Err(_) => Err(self.broke()),
        }
    }

    pub(super) fn broke(&self) -> ExternalError {
        ExternalError::Broke(format!("it ended. {}", self.program.complaints()))
    }
}

/// The file from which it reads where the portal's tools are and what lets it in, which `ps` would show to everyone as an
/// argument. It is removed with this.
struct McpConfigFile(PathBuf);

impl McpConfigFile {
    fn write(folder: &Path, servers: &Value) -> io::Result<Self> {
        let file = Self(folder.join(".throughline.json"));
        // One that an attempt before left behind when it was killed.
        let _ = std::fs::remove_file(&file.0);
        let mut open = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&file.0)?;
        open.write_all(servers.to_string().as_bytes())?;
        Ok(file)
    }
}

impl Drop for McpConfigFile {
    fn drop(&mut self) {
        // It may have been removed together with its folder.
        let _ = std::fs::remove_file(&self.0);
    }
}
