//! Why the private cluster is not there, each in words that say what to do.

use std::io;
use std::path::PathBuf;

use super::{Closed, OLDEST, install};

/// What can go wrong between an empty folder and a running cluster.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No binaries were found at all.
    #[error(
        "no Postgres {OLDEST} or later was found on this machine. Install one with `{}`, set PG_BIN to the folder of its binaries, or set DATABASE_URL",
        install::command()
    )]
    NotInstalled,
    /// The cluster was made by a version that is not installed (any more).
    #[error("{} was made by Postgres {major}, which is not installed. Install that version, set PG_BIN to the folder of its binaries, or move the data by pg_upgrade", .folder.display())]
    OtherVersion {
        /// The cluster.
        folder: PathBuf,
        /// The version that made it.
        major: u32,
    },
    /// Somebody else's cluster lies in the data folder.
    #[error("{} belongs to another user (uid {uid}), and Postgres only starts for the owner of its files. Run as that user, or set THROUGHLINE_DATA to another folder", .folder.display())]
    OtherOwner {
        /// The cluster.
        folder: PathBuf,
        /// Its owner.
        uid: u32,
    },
    /// Postgres refuses to run as root, and there is nobody else to run it as.
    #[error(
        "Postgres does not run as root, and neither a user 'postgres' nor 'nobody' exists here. Create one, or run throughline as an ordinary user"
    )]
    NoAccount,
    /// The user that Postgres runs as cannot reach its files.
    #[error(transparent)]
    Closed(#[from] Closed),
    /// Another server uses the folder.
    #[error("another throughline ({holder}) already uses {}. Stop it, or set THROUGHLINE_DATA to another folder", .folder.display())]
    InUse {
        /// The data folder.
        folder: PathBuf,
        /// Who holds it, as it wrote itself down.
        holder: String,
    },
    /// The socket's folder cannot be trusted.
    #[error("{} exists already and is not a private folder of the user that Postgres runs as. Remove it, or set TMPDIR to another folder", .0.display())]
    SocketFolder(PathBuf),
    /// The socket's path is longer than the operating system allows.
    #[error("{} is too long for a Unix socket. Set TMPDIR to a shorter folder, such as /tmp", .0.display())]
    SocketPath(PathBuf),
    /// `initdb` failed.
    #[error("initdb could not create the database in {}: {said}", .folder.display())]
    Initdb {
        /// Where it should have been.
        folder: PathBuf,
        /// The end of what it printed.
        said: String,
    },
    /// `postgres` ended before it was ready.
    #[error("Postgres did not start: {said}\nIts log is {}", .log.display())]
    Start {
        /// The end of what it printed.
        said: String,
        /// Its log.
        log: PathBuf,
    },
    /// The server was told to stop while the cluster started.
    #[error("stopped before the database was ready")]
    Interrupted,
    /// A file or folder could not be read or made.
    #[error("{what} {}: {source}", .path.display())]
    Io {
        /// What was tried.
        what: &'static str,
        /// With which path.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// The fresh cluster refused a command.
    #[error("the new database could not be created")]
    Sql(#[from] sqlx::Error),
}

/// Names what was tried and where, for an error of the operating system.
pub(super) trait At<T> {
    /// Turns it into an [`Error::Io`].
    fn at(self, what: &'static str, path: impl Into<PathBuf>) -> Result<T, Error>;
}

impl<T> At<T> for io::Result<T> {
    fn at(self, what: &'static str, path: impl Into<PathBuf>) -> Result<T, Error> {
        self.map_err(|source| Error::Io { what, path: path.into(), source })
    }
}

/// The last lines of what a program printed, for a message.
pub(super) fn tail(printed: &str) -> String {
    let lines: Vec<&str> = printed.lines().filter(|line| !line.trim().is_empty()).collect();
    lines[lines.len().saturating_sub(6)..].join("\n")
}
