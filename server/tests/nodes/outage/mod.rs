//! What a machine does to a portal: a database that stands still, a disk that is full, a clock that was set. What is
//! acknowledged stays, no run hangs or is worked on twice, and nobody is left without words.

mod clock;
mod disk;
mod frozen;
pub mod office;

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use tempfile::TempDir;
use tokio::time::{Instant, sleep};

/// What no wait in here comes near.
pub const FOREVER: Duration = Duration::from_secs(60);

/// A folder that the user Postgres runs as can reach.
pub fn folder() -> TempDir {
    let folder = tempfile::Builder::new().prefix("tl-outage-").tempdir().unwrap();
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
    folder
}

/// Asks again and again until it is so.
pub async fn until(what: &str, is_so: impl AsyncFn() -> bool) {
    let begun = Instant::now();
    while !is_so().await {
        assert!(begun.elapsed() < FOREVER, "waited in vain: {what}");
        sleep(Duration::from_millis(50)).await;
    }
}

/// A small disk of its own, in memory. It goes when it is dropped.
pub struct Disk(PathBuf);

impl Disk {
    /// None where this machine does not let us have one, which is said.
    pub fn mount(path: &Path, megabytes: u32) -> Option<Self> {
        fs::create_dir_all(path).unwrap();
        let size = format!("size={megabytes}m,mode=755");
        let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", &size, "tmpfs"]).arg(path).output();
        match mounted {
            Ok(done) if done.status.success() => Some(Self(path.to_owned())),
            other => {
                println!("passed over: no small disk can be mounted here ({other:?}), so none is filled");
                None
            }
        }
    }

    /// Fills it up but for so many megabytes.
    pub fn fill(&self, but: u64) {
        let disk = rustix::fs::statvfs(&self.0).unwrap();
        let free = disk.f_bavail * disk.f_frsize;
        let ballast = fs::File::create(self.0.join("ballast")).unwrap();
        rustix::fs::fallocate(
            &ballast,
            rustix::fs::FallocateFlags::empty(),
            0,
            free.saturating_sub(but << 20),
        )
        .unwrap();
    }

    /// Gives the room back.
    pub fn clear(&self) {
        fs::remove_file(self.0.join("ballast")).unwrap();
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // What is still open there keeps it until it ends.
        let _ = Command::new("umount").arg("--lazy").arg(&self.0).status();
    }
}
