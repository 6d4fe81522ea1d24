//! Programs of the server's machine that work as agents.

use std::{
    collections::VecDeque,
    io,
    path::{Path, PathBuf},
    process::Stdio,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use rustix::process::{Pid, Signal, kill_process_group};
use tokio::{
    io::{AsyncReadExt, BufReader},
    process::{Child, ChildStdin, ChildStdout, Command},
    runtime::Handle,
};

use super::{ExternalError, ToolGateway, orphans, scratch::Scratch};
use crate::AttemptContext;

/// How much of what a program complains of is kept, in bytes.
const COMPLAINTS: usize = 4_000;
/// How long a program has to end by itself once nobody speaks to it any more.
const GRACE: Duration = Duration::from_secs(1);

/// Which programs may work as agents, and where.
#[derive(Clone, Debug)]
pub struct Programs {
    allowed: Arc<[String]>,
    folder: PathBuf,
    gateway: ToolGateway,
}

/// A program to be started.
pub(crate) struct ProgramSpec {
    pub(crate) program: String,
    pub(crate) arguments: Vec<String>,
    /// All of its environment but for PATH, HOME, TMPDIR and the language.
    pub(crate) variables: Vec<(String, String)>,
    /// Its own, for this agent and client: what it remembers of one client's work it does not find with another's.
    pub(crate) home: PathBuf,
    /// The run's own.
    pub(crate) folder: PathBuf,
}

impl ProgramSpec {
    /// Makes its folders, for nobody else to look into.
    pub(crate) fn folders(&self) -> io::Result<()> {
        make(&self.home).and_then(|()| make(&self.folder))
    }

    /// Removes the run's folder: what was to be kept of it is delivered.
    pub(crate) async fn clear(&self) {
        if let Err(error) = tokio::fs::remove_dir_all(&self.folder).await {
            tracing::warn!(error.message = %error, "a run's folder could not be removed");
        }
    }
}

impl Programs {
    /// `allowed`: names or paths as agents' settings write them. Whoever runs a workspace sets commands, whoever runs the
    /// machine says which. `folder`: where homes and working folders are made. `gateway`: how they reach the server.
    pub fn new(allowed: impl IntoIterator<Item = String>, folder: PathBuf, gateway: ToolGateway) -> Self {
        Self { allowed: allowed.into_iter().collect(), folder, gateway }
    }

    pub(super) fn gateway(&self) -> &ToolGateway {
        &self.gateway
    }

    /// The program of a command. What stands before it as `NAME=value` is set in its environment, with the agent's key in
    /// place of `{key}`.
    pub(crate) fn spec(
        &self,
        context: &AttemptContext,
        command: &[String],
    ) -> Result<ProgramSpec, ExternalError> {
        let key = context.reach().key.as_deref().unwrap_or_default();
        let mut words = command.iter().peekable();
        let mut variables = Vec::new();
        while let Some((name, value)) = words.peek().and_then(|word| assignment(word)) {
            variables.push((name.to_owned(), value.replace("{key}", key)));
            words.next();
        }
        let Some(program) = words.next() else {
            return Err(ExternalError::NotSet("No command is set for this agent.".to_owned()));
        };
        if !self.allowed.contains(program) {
            return Err(ExternalError::NotSet(format!(
                "{program} isn’t allowed on this server. Add it to THROUGHLINE_AGENT_PROGRAMS."
            )));
        }
        let (agent, client) = (context.claimed.agent.0.simple(), context.claimed.client.0.simple());
        let own = self.folder.join(agent.to_string()).join(client.to_string());
        Ok(ProgramSpec {
            program: program.clone(),
            arguments: words.cloned().collect(),
            variables,
            home: own.join("home"),
            folder: own.join("runs").join(context.run().0.simple().to_string()),
        })
    }
}

/// `NAME=value` in two.
fn assignment(word: &str) -> Option<(&str, &str)> {
    let (name, value) = word.split_once('=')?;
    let is_name = |b: u8| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_';
    (name.bytes().all(is_name) && !name.is_empty()).then_some((name, value))
}

/// A program that runs. It and all that it started end with this.
pub(crate) struct Program {
    /// Until it is dropped.
    running: Option<(Child, Scratch)>,
    complaints: Arc<Mutex<VecDeque<u8>>>,
}

impl Program {
    /// Starts it: itself, and what it is spoken to by.
    pub(crate) fn start(spec: &ProgramSpec) -> Result<(Self, ChildStdin, ChildStdout), ExternalError> {
        let not_set =
            |why: &str| ExternalError::NotSet(format!("{} could not be started: {why}", spec.program));
        let started = spec.folders().and_then(|()| spawn(spec));
        let (mut child, scratch) = started.map_err(|error| not_set(&error.to_string()))?;
        let (Some(stdin), Some(stdout), Some(stderr)) =
            (child.stdin.take(), child.stdout.take(), child.stderr.take())
        else {
            return Err(not_set("it has no standard streams"));
        };
        let complaints = Arc::<Mutex<VecDeque<u8>>>::default();
        tokio::spawn(keep_last_lines(BufReader::new(stderr), Arc::clone(&complaints)));
        Ok((Self { running: Some((child, scratch)), complaints }, stdin, stdout))
    }

    /// The end of what it complained of.
    pub(crate) fn complaints(&self) -> String {
        let kept = self.complaints.lock().unwrap_or_else(PoisonError::into_inner);
        String::from_utf8_lossy(&kept.iter().copied().collect::<Vec<u8>>()).trim().to_owned()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // The scratch goes after the group, whichever way.
        let Some((mut child, scratch)) = self.running.take() else { return };
        let group = Group(child.id().and_then(|id| Pid::from_raw(id.cast_signed())));
        // Without a runtime, or one that ends before, the group goes at once.
        if let Ok(runtime) = Handle::try_current() {
            runtime.spawn(async move {
                let ended = tokio::time::timeout(GRACE, child.wait()).await;
                drop(group);
                if ended.is_err() {
                    // Killed, it is not long in coming.
                    let _ = child.wait().await;
                }
                // Nobody writes there any more.
                tokio::task::spawn_blocking(|| drop(scratch));
            });
        }
    }
}

/// A program and whatever it started, killed with this.
struct Group(Option<Pid>);

impl Drop for Group {
    fn drop(&mut self) {
        if let Some(group) = self.0 {
            // It may be gone already.
            let _ = kill_process_group(group, Signal::KILL);
        }
    }
}

fn make(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

fn spawn(spec: &ProgramSpec) -> io::Result<(Child, Scratch)> {
    let (mark, server) = orphans::mark();
    let scratch = Scratch::new()?;
    let child = Command::new(&spec.program)
        .args(&spec.arguments)
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("LANG", "C.UTF-8")
        .env("HOME", &spec.home)
        .env("TMPDIR", scratch.path())
        .envs(spec.variables.iter().map(|(name, value)| (name, value)))
        .env(mark, server)
        .current_dir(&spec.folder)
        .process_group(0)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    Ok((child, scratch))
}

async fn keep_last_lines(mut stderr: impl tokio::io::AsyncRead + Unpin, kept: Arc<Mutex<VecDeque<u8>>>) {
    let mut bytes = [0; 4096];
    while let Ok(count) = stderr.read(&mut bytes).await
        && count > 0
    {
        let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.extend(&bytes[..count]);
        let over = kept.len().saturating_sub(COMPLAINTS);
        kept.drain(..over);
    }
}

#[cfg(test)]
mod tests {
    use super::assignment;

    #[test]
    fn what_is_set_is_told_from_a_program() {
        assert_eq!(assignment("ANTHROPIC_API_KEY={key}"), Some(("ANTHROPIC_API_KEY", "{key}")));
        assert_eq!(assignment("A="), Some(("A", "")));
        for program in ["hermes-acp", "/opt/a=b/agent", "--model=x", "=x"] {
            assert_eq!(assignment(program), None, "{program}");
        }
    }
}
