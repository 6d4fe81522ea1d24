//! A program that says on standard error where it listens.

use std::{
    collections::VecDeque,
    net::SocketAddr,
    process::Stdio,
    sync::{Arc, Mutex},
    time::Duration,
};

use tokio::{
    io::{AsyncBufReadExt, BufReader, Lines},
    process::{Child, ChildStderr, Command},
};

/// Far more than a start takes, even while its database recovers.
const PATIENCE: Duration = Duration::from_secs(60);
/// Lines that are kept for a report.
const KEPT: usize = 60;

/// Killed when it is dropped.
pub struct Process {
    child: Child,
    pub address: SocketAddr,
    said: Said,
}

type Said = Arc<Mutex<VecDeque<String>>>;

impl Process {
    /// Starts it and waits for the line in which `find` finds the address; otherwise what it said instead.
    pub async fn start(
        mut command: Command,
        find: impl Fn(&str) -> Option<SocketAddr>,
    ) -> Result<Self, String> {
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).kill_on_drop(true);
        let mut child = command.spawn().map_err(|error| error.to_string())?;
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let said = Said::default();
        let found = tokio::time::timeout(PATIENCE, async {
            while let Ok(Some(line)) = lines.next_line().await {
                if let Some(address) = find(&line) {
                    return Some(address);
                }
                keep(&said, line);
            }
            None
        });
        let Ok(Some(address)) = found.await else { return Err(last(&said)) };
        tokio::spawn(listen(lines, Arc::clone(&said)));
        Ok(Self { child, address, said })
    }

    /// SIGKILL; returns when it is dead.
    pub async fn kill(mut self) {
        self.child.kill().await.unwrap();
    }

    /// Whether it still runs; otherwise how it ended.
    pub fn is_alive(&mut self) -> Result<(), String> {
        match self.child.try_wait().unwrap() {
            None => Ok(()),
            Some(status) => Err(format!("{status}: {}", self.last_output())),
        }
    }

    /// The last lines that it said.
    pub fn last_output(&self) -> String {
        last(&self.said)
    }
}

async fn listen(mut lines: Lines<BufReader<ChildStderr>>, said: Said) {
    while let Ok(Some(line)) = lines.next_line().await {
        keep(&said, line);
    }
}

fn keep(said: &Said, line: String) {
    let mut said = said.lock().unwrap();
    said.push_back(line);
    if said.len() > KEPT {
        said.pop_front();
    }
}

fn last(said: &Said) -> String {
    said.lock().unwrap().iter().cloned().collect::<Vec<_>>().join("\n")
}
