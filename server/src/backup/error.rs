use std::path::PathBuf;

use domain::backup::ClosedReason;
use domain::files::store;

use super::archive;
use crate::{database, keyring::NoKey, settings::NoFiles};

/// Why a backup was not made, or not put back, in words that say what to do.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Nothing of the install has been touched.
    #[error("{} cannot be used: {why}", .path.display())]
    Archive { path: PathBuf, why: archive::Error },
    #[error("the backup cannot be read: {0}")]
    Reading(#[from] archive::Error),
    #[error("{} cannot be written: {why}", .path.display())]
    Writing { path: PathBuf, why: std::io::Error },
    #[error(
        "say what is to become of the master key, without which the keys of agents and webhooks cannot be read: put a passphrase into THROUGHLINE_PASSPHRASE or a file (--passphrase-file), or leave the key out (--without-key) and keep it elsewhere"
    )]
    NoPassphrase,
    #[error("the terminal cannot be read: {0}")]
    Terminal(#[source] std::io::Error),
    #[error("{} cannot be read: {why}", .path.display())]
    PassphraseFile { path: PathBuf, why: std::io::Error },
    #[error(
        "the database is from before backups were made by this command. Start this version of throughline once, or run `throughline migrate`, and back up then"
    )]
    TooOld,
    #[error(
        "the backup would miss rows of {0}: the role throughline_backup does not see all of them. Nothing was written"
    )]
    Hidden(String),
    #[error("{}", database::closed(.0))]
    Closed(ClosedReason),
    #[error(
        "it was made by a newer version of throughline ({version}, with migration {migration}). Restore it with that version. Nothing was written"
    )]
    Newer { version: String, migration: i64 },
    #[error(
        "there is somebody's data in this install already (the table {0} has rows). Restore into an empty one: another data folder, or another database. Nothing was written"
    )]
    Occupied(String),
    #[error(
        "the database has tables that are not Throughline's: {0}. Use a database of its own. Nothing was written"
    )]
    Foreign(String),
    #[error("a server is running on this database. Stop it first. Nothing was written")]
    InUse,
    #[error(
        "the database was migrated further than the backup, and nobody's data is in it. Make it anew first: DROP DATABASE and CREATE DATABASE, with the same owner. Nothing was written"
    )]
    Migrated,
    #[error(
        "the file store at {0} belongs to another install. Name another one in THROUGHLINE_FILES, or empty it. Nothing was written"
    )]
    OthersStore(String),
    #[error("the backup does not fit its own schema: {0}")]
    Unfit(String),
    #[error(
        "the master keys of THROUGHLINE_SECRET_KEY do not open what is sealed in the backup. Put its keys there, or leave the setting empty, and they go into the data folder. Nothing was written"
    )]
    OtherKeys,
    #[error(
        "only the private database is moved. Between two databases use `throughline backup` and `throughline restore`"
    )]
    NotPrivate,
    #[error("this install was not moved: there is nothing to undo")]
    NotMoved,
    #[error(transparent)]
    Key(#[from] NoKey),
    #[error(transparent)]
    Database(#[from] database::Error),
    #[error(transparent)]
    Domain(#[from] domain::Error),
    #[error(transparent)]
    Store(#[from] store::Error),
    #[error(transparent)]
    Files(#[from] NoFiles),
    #[error("the database failed: {0}")]
    Sql(#[from] sqlx::Error),
    #[error(transparent)]
    Io(#[from] std::io::Error),
}
