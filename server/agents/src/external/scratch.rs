//! Where a program writes what it needs for a moment.
//!
//! Programs put there what belongs to one client's work, the variables that they were started with among it, so each has
//! a folder that nobody else finds. Its path is short, for some make sockets in it.

use std::{
    ffi::OsStr,
    fs::{self, Permissions},
    io,
    os::unix::fs::{MetadataExt, PermissionsExt},
    path::Path,
};

use rustix::process::getuid;
use tempfile::{Builder, TempDir};

use super::orphans;

/// Begins its name; whose it is follows, and behind a dot what makes it one of many.
const NAME: &str = "throughline-";

/// Removed with this.
pub(super) struct Scratch(TempDir);

impl Scratch {
    pub(super) fn new() -> io::Result<Self> {
        Self::new_in(&std::env::temp_dir())
    }

    fn new_in(folder: &Path) -> io::Result<Self> {
        let (_, server) = orphans::mark();
        let prefix = format!("{NAME}{server}.");
        Builder::new().prefix(&prefix).permissions(Permissions::from_mode(0o700)).tempdir_in(folder).map(Self)
    }

    pub(super) fn path(&self) -> &Path {
        self.0.path()
    }
}

/// Removes what servers that live no more could not.
pub(super) fn clear() -> io::Result<()> {
    clear_in(&std::env::temp_dir())
}

fn clear_in(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)?.flatten() {
        let is_left = server_of(&entry.file_name()).is_some_and(|server| !orphans::lives(&server));
        // The folder is everybody's: whoever takes such a name has nothing removed by it but the like of his own.
        if is_left
            && entry.metadata().is_ok_and(|it| it.is_dir() && it.uid() == getuid().as_raw())
            && let Err(error) = fs::remove_dir_all(entry.path())
        {
            tracing::debug!(error.message = %error, "a program's folder could not be removed");
        }
    }
    Ok(())
}

fn server_of(name: &OsStr) -> Option<String> {
    let (server, _) = name.to_str()?.strip_prefix(NAME)?.rsplit_once('.')?;
    Some(server.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_dead_server_left_goes_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let ours = Scratch::new_in(folder.path()).unwrap();
        let (_, server) = orphans::mark();
        let (id, rest) = server.split_once('-').unwrap();
        let (_, space) = rest.split_once('-').unwrap();
        let named = |name: &str| Builder::new().prefix(name).tempdir_in(folder.path()).unwrap();
        let dead = named(&format!("{NAME}{id}-1-{space}."));
        fs::write(dead.path().join("key"), "secret").unwrap();
        let others = [named(&format!("{NAME}{id}-1-elsewhere.")), named(NAME), named("else.")];
        clear_in(folder.path()).unwrap();
        assert!(!dead.path().exists());
        assert!(others.iter().map(TempDir::path).chain([ours.path()]).all(Path::exists));
        let path = ours.path().to_owned();
        assert_eq!(path.metadata().unwrap().mode() & 0o777, 0o700);
        drop(ours);
        assert!(!path.exists());
    }
}
