//! One server at a time looks after the cluster of a data folder.

use std::fs::{self, File, TryLockError};
use std::io::{Seek, Write};

use super::error::At;
use super::{Error, Folder};

/// Holds the data folder until it is dropped or the process ends, however it ends.
#[derive(Debug)]
pub(super) struct Lock {
    _file: File,
}

impl Lock {
    /// Takes the folder; `None` when another process has it.
    pub(super) fn take(folder: &Folder) -> Result<Option<Self>, Error> {
        let path = folder.lock();
        let open = File::options().create(true).truncate(false).write(true).open(&path);
        let mut file = open.at("cannot open", &path)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Ok(None),
            Err(TryLockError::Error(reason)) => return Err(reason).at("cannot lock", path),
        }
        // Only for the message that the next one gets.
        file.set_len(0).and_then(|()| file.rewind()).at("cannot write", &path)?;
        writeln!(file, "process {}", std::process::id()).at("cannot write", &path)?;
        Ok(Some(Self { _file: file }))
    }

    /// Why the folder cannot be had.
    pub(super) fn refusal(folder: &Folder) -> Error {
        let holder = fs::read_to_string(folder.lock()).unwrap_or_default();
        let holder = if holder.trim().is_empty() { "a process that just started" } else { holder.trim() };
        Error::InUse { folder: folder.path().to_owned(), holder: holder.to_owned() }
    }
}
