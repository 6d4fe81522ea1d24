//! The processes of a private cluster.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use rustix::process::{Pid, Signal, kill_process};

/// The first process of the cluster in a data folder, where one runs.
pub fn postmaster(data: &Path) -> Option<Pid> {
    let file = fs::read_to_string(data.join("postgres/postmaster.pid")).ok()?;
    Pid::from_raw(file.lines().next()?.parse().ok()?)
}

/// A cluster that stands still until this is dropped: no process of it does anything, and none of its connections ends.
pub struct Frozen(Vec<Pid>);

impl Frozen {
    pub fn freeze(data: &Path) -> Self {
        let first = postmaster(data).expect("the cluster runs");
        // Stopped, it makes no more of them.
        kill_process(first, Signal::STOP).unwrap();
        let all: Vec<Pid> = [first].into_iter().chain(children(first)).collect();
        for process in &all {
            // One may just have ended.
            let _ = kill_process(*process, Signal::STOP);
        }
        Self(all)
    }
}

impl Drop for Frozen {
    fn drop(&mut self) {
        for process in self.0.iter().rev() {
            let _ = kill_process(*process, Signal::CONT);
        }
    }
}

/// The processes that this one has started.
pub fn children(parent: Pid) -> Vec<Pid> {
    let of = |path: PathBuf| -> io::Result<Option<Pid>> {
        let stat = fs::read_to_string(path.join("stat"))?;
        // The name stands in brackets and may hold anything; behind it come the state and the parent.
        let behind = stat.rsplit_once(") ").map(|(_, behind)| behind).unwrap_or_default();
        let is_child = behind.split(' ').nth(1) == Some(&parent.as_raw_nonzero().to_string());
        let pid = path.file_name().and_then(|name| name.to_str()?.parse().ok()).and_then(Pid::from_raw);
        Ok(pid.filter(|_| is_child))
    };
    let all = fs::read_dir("/proc").into_iter().flatten().flatten();
    all.filter_map(|entry| of(entry.path()).ok().flatten()).collect()
}
