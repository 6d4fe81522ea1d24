//! Where the programs are, and how one is started so that nothing of it stays.

use std::{
    net::{Ipv4Addr, TcpListener},
    path::{Path, PathBuf},
    process::Stdio,
    sync::atomic::{AtomicU16, Ordering},
};

use rustix::process::{Pid, Signal, kill_process_group};
use tokio::process::{Child, Command};

/// A program of the folder that `make test-agents` fills; says so where it is not there.
pub fn program(name: &str, path: &str) -> Option<PathBuf> {
    let folder = std::env::var("THROUGHLINE_AGENTS").expect("run this with make test-agents");
    let program = Path::new(&folder).join(path);
    if !program.exists() {
        println!("SKIPPED: {name} is not installed here ({path})");
        return None;
    }
    Some(program)
}

/// A free port, below those that are given to whoever asks for any: nobody else has it before a program listens there.
pub fn port() -> u16 {
    static TAKEN: AtomicU16 = AtomicU16::new(0);
    // Other tests run at the same time.
    let first = 20_000 + u16::try_from(std::process::id() % 5_000).unwrap();
    loop {
        let port = first + TAKEN.fetch_add(1, Ordering::Relaxed);
        if TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok() {
            return port;
        }
    }
}

/// A program and whatever it starts, killed with this.
pub struct Group(Child);

impl Group {
    /// Starts it with nothing in its environment but what is said, and its output in a file.
    pub fn start(command: &mut Command, log: &Path) -> Self {
        let out = std::fs::OpenOptions::new().create(true).append(true).open(log).unwrap();
        let started = command
            .stdin(Stdio::null())
            .stdout(out.try_clone().unwrap())
            .stderr(out)
            .process_group(0)
            .spawn();
        Self(started.unwrap())
    }

    /// As by `kill -9`, with all that it started.
    pub async fn kill(mut self) {
        self.end();
        self.0.wait().await.unwrap();
    }

    fn end(&self) {
        if let Some(pid) = self.0.id().and_then(|id| Pid::from_raw(id.cast_signed())) {
            // It may have ended by itself.
            let _ = kill_process_group(pid, Signal::KILL);
        }
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        self.end();
    }
}
