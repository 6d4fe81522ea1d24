//! Whether there is room for more: the database on the same disk stops when it is full, and takes everything with it.

use std::path::PathBuf;

use super::{Error, Result, Store, StoreLocation};

impl Store {
    /// Whether the disk has more free than has to stay free.
    ///
    /// # Errors
    /// [`Error::Full`].
    pub async fn has_room(&self) -> Result<()> {
        let mut folders = vec![self.scratch.clone()];
        if let StoreLocation::Folder(path) = &self.location {
            folders.push(path.clone());
        }
        let floor = self.floor;
        let looked = tokio::task::spawn_blocking(move || look(&folders, floor)).await;
        looked.map_err(|error| Error::Away(Box::new(error)))?
    }
}

fn look(folders: &[PathBuf], floor: u64) -> Result<()> {
    for folder in folders {
        let disk = rustix::fs::statvfs(folder).map_err(std::io::Error::from)?;
        let free = disk.f_bavail.saturating_mul(disk.f_frsize);
        if free < floor {
            let short = format!("{} MB are free, and {} MB have to stay free", free >> 20, floor >> 20);
            return Err(Error::Full(short.into()));
        }
    }
    Ok(())
}
