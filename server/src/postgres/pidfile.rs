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

/// Removes what a postmaster that is gone left behind: its file, and its socket with that one's own lock. Postgres
/// would believe them as soon as their number belongs to any process, and does so as long as nobody has waited for
/// the dead one, which in a container may be never. A postmaster that runs keeps its own.
pub(super) fn forget_the_dead(cluster: &Path, socket: &Path) {
    match PidFile::read(cluster) {
        Some(file) if is_postmaster(file.pid, cluster) => return,
        Some(_) => tracing::info!("the database was not stopped properly; it recovers by itself"),
        None => {}
    }
    let left =
        [cluster.join("postmaster.pid"), socket.join(".s.PGSQL.5432"), socket.join(".s.PGSQL.5432.lock")];
    for file in left {
        // Mostly it is not there; what cannot be removed, Postgres names itself when it starts.
        let _ = fs::remove_file(file);
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
