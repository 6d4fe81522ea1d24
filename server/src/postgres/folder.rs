//! The folders of the private cluster: its data, and the place of its socket.

use std::fs::{self, DirBuilder};
use std::io::ErrorKind;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::error::At;
use super::{Account, Error};

/// What a Unix socket's path may be long, on the stricter of the systems we run on, without its closing zero byte.
const SOCKET_PATH: usize = 103;

/// The data folder, absolute and without links.
#[derive(Debug, Clone)]
pub struct Folder(PathBuf);

impl Folder {
    /// The data folder, made if it is missing.
    ///
    /// # Errors
    /// When it cannot be made, or the user that Postgres runs as cannot reach it.
    pub fn open(path: &Path) -> Result<(Self, Account), Error> {
        let account = Account::of(&path.join("postgres"))?;
        if !path.exists() {
            if let Some(parent) = path.parent() {
                fs::create_dir_all(parent).at("cannot make the folder", parent)?;
            }
            DirBuilder::new()
                .mode(account.folder_mode())
                .recursive(true)
                .create(path)
                .at("cannot make the folder", path)?;
        }
        let folder = Self(path.canonicalize().at("cannot open the folder", path)?);
        account.reaches(&folder.cluster())?;
        Ok((folder, account))
    }

    /// The folder itself.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Postgres's own data.
    pub fn cluster(&self) -> PathBuf {
        self.0.join("postgres")
    }

    /// Whether the cluster has been made.
    pub fn has_cluster(&self) -> bool {
        self.cluster().join("PG_VERSION").exists()
    }

    /// What Postgres prints.
    pub(super) fn log(&self) -> PathBuf {
        self.0.join("postgres.log")
    }

    /// The file that one server at a time holds.
    pub(super) fn lock(&self) -> PathBuf {
        self.0.join("postgres.lock")
    }

    /// The socket's folder, made private to `account`. Its name follows from the data folder, so that a restarted
    /// Postgres is found at the same place; it lies outside the data because such a path has to be short.
    pub(super) fn socket(&self, account: &Account) -> Result<PathBuf, Error> {
        let digest = Sha256::digest(self.0.as_os_str().as_bytes());
        let name: String = digest.iter().take(6).map(|byte| format!("{byte:02x}")).collect();
        let folder = std::env::temp_dir().join(format!("throughline-{}-{name}", account.uid));
        if folder.join(".s.PGSQL.5432").as_os_str().len() > SOCKET_PATH {
            return Err(Error::SocketPath(folder));
        }
        match DirBuilder::new().mode(0o700).create(&folder) {
            Ok(()) => account.own(&folder)?,
            Err(reason) if reason.kind() == ErrorKind::AlreadyExists => {}
            Err(reason) => return Err(reason).at("cannot make the folder", folder),
        }
        // Everyone may write to the temporary folder: what stands there under our name may be a trap.
        let about = fs::symlink_metadata(&folder).at("cannot look at", &folder)?;
        let private = about.is_dir() && about.uid() == account.uid && about.mode() & 0o077 == 0;
        if private { Ok(folder) } else { Err(Error::SocketFolder(folder)) }
    }
}
