//! The processes of this machine, told apart by the folder that they work in.

use std::{path::Path, time::Duration};

use rustix::process::{Pid, Signal, kill_process};

/// Those that work in a folder or below it.
pub fn working_in(folder: &Path) -> Vec<Pid> {
    let processes = std::fs::read_dir("/proc").unwrap().filter_map(Result::ok);
    let id = |entry: std::fs::DirEntry| {
        let id = entry.file_name().to_str()?.parse().ok()?;
        let cwd = std::fs::read_link(entry.path().join("cwd")).ok()?;
        cwd.starts_with(folder).then(|| Pid::from_raw(id))?
    };
    processes.filter_map(id).collect()
}

/// Kills them all, at once.
pub fn kill_in(folder: &Path) {
    let found = working_in(folder);
    assert!(!found.is_empty(), "something works there");
    for id in found {
        // It may have ended with its parent.
        let _ = kill_process(id, Signal::KILL);
    }
}

/// Waits until nothing works there any more.
pub async fn none_in(folder: &Path, within: Duration) {
    let gone = async {
        while !working_in(folder).is_empty() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(within, gone).await.expect("nothing of it is left");
}
