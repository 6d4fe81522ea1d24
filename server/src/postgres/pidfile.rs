//! `postmaster.pid`, in which a running Postgres says who and where it is.

use std::fs;
use std::path::{Path, PathBuf};

use rustix::process::Pid;

/// How far the cluster is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Status {
    /// Starting, or recovering from a crash.
    Starting,
    /// Answering.
    Ready,
    /// On its way out.
    Stopping,
}

/// What the file says. Line by line: process, data folder, start, port, socket folder, address, memory, status.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PidFile {
    /// The postmaster.
    pub(super) pid: Pid,
    /// Where its socket is.
    pub(super) socket: PathBuf,
    /// How far it is.
    pub(super) status: Status,
}

impl PidFile {
    /// Reads a cluster's file, if it has a whole one.
    pub(super) fn read(cluster: &Path) -> Option<Self> {
        Self::parse(&fs::read_to_string(cluster.join("postmaster.pid")).ok()?)
    }

    fn parse(text: &str) -> Option<Self> {
        let lines: Vec<&str> = text.lines().map(str::trim).collect();
        // Single-user mode writes its process negated: nobody can connect to that.
        let pid = Pid::from_raw(lines.first()?.parse::<i32>().ok().filter(|pid| *pid > 0)?)?;
        let status = match lines.get(7).copied() {
            Some("ready" | "standby") => Status::Ready,
            Some("stopping") => Status::Stopping,
            _ => Status::Starting,
        };
        Some(Self { pid, socket: lines.get(4).copied().unwrap_or_default().into(), status })
    }
}

/// Whether the process is alive and the postmaster of this cluster. Numbers are used again, after a restart of the
/// machine or of a container at once, so being alive is not enough.
pub(super) fn is_postmaster(pid: Pid, cluster: &Path) -> bool {
    if rustix::process::test_kill_process(pid) == Err(rustix::io::Errno::SRCH) {
        return false;
    }
    match fs::read(format!("/proc/{pid}/cmdline")) {
        // Of a process that has ended but was not waited for, this is empty.
        Ok(line) => line.split(|byte| *byte == 0).any(|word| word == cluster.as_os_str().as_encoded_bytes()),
        // Without /proc, or hidden there: believe the file.
        Err(_) => !Path::new("/proc/self/cmdline").exists(),
    }
}

/// Removes the file of a process that is not this cluster's. Postgres would believe it as soon as its number is in
/// use by any process of the same user.
pub(super) fn forget_if_stale(cluster: &Path) {
    if PidFile::read(cluster).is_some_and(|file| !is_postmaster(file.pid, cluster)) {
        tracing::info!("the database was not stopped properly; it recovers by itself");
        // If it cannot be removed, Postgres says so itself when it starts.
        let _ = fs::remove_file(cluster.join("postmaster.pid"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lines_are_read() {
        let text = "42\n/data/postgres\n1763881234\n5432\n/tmp/s\n\n  1  2\nready   \n";
        let file = PidFile::parse(text).expect("it is whole");
        assert_eq!(
            (file.pid.as_raw_nonzero().get(), file.socket.as_path(), file.status),
            (42, Path::new("/tmp/s"), Status::Ready)
        );
        assert_eq!(PidFile::parse("42\n/data\n").map(|file| file.status), Some(Status::Starting));
        assert_eq!(PidFile::parse("-42\n"), None);
        assert_eq!(PidFile::parse(""), None);
    }

    #[test]
    fn another_process_with_that_number_is_not_a_postmaster() {
        let me = rustix::process::getpid();
        assert!(!is_postmaster(me, Path::new("/nowhere/postgres")));
    }
}
