//! `throughline backup`, `restore` and `move`: an install as one file, while it is in use, and back.
//!
//! Postgres's own tools would need a superuser: row-level security is forced, so a dump by the owner has no rows in it.

pub mod archive;
mod dump;
mod error;
mod key;
mod load;
mod moving;
mod prompt;
mod restore;
mod schema;

use std::path::PathBuf;

use clap::Args;
use tokio_util::sync::CancellationToken;

pub use error::Error;
pub use key::KeyOptions;
pub use moving::{MoveOptions, run as move_install};
pub use restore::{RestoreOptions, run as restore};

use archive::{Archive, Draft, Manifest};

use crate::database::{DatabaseLocation, Hold};
use crate::settings::Settings;

/// What is backed up, and where to.
#[derive(Debug, Args)]
pub struct BackupOptions {
    /// The backup: a file that is not there yet, or with --check one that is
    file: PathBuf,
    /// Write nothing: read a backup from end to end, and count
    #[arg(long)]
    check: bool,
    #[command(flatten)]
    key: KeyOptions,
}

/// Makes a backup or looks into one. Answers what to say, and whether all that the rows name is in it.
///
/// # Errors
/// [`Error`] says what to do; nothing is left of a backup that failed.
pub async fn run(settings: &Settings, options: &BackupOptions) -> Result<(String, bool), Error> {
    if options.check { check(options) } else { make(settings, options).await }
}

async fn make(settings: &Settings, options: &BackupOptions) -> Result<(String, bool), Error> {
    let (key, about_key) = options.key.wrap(settings)?;
    let place = DatabaseLocation::open(settings, Hold::Shared, &CancellationToken::new()).await?;
    let made = write(&place, settings, key, options).await;
    place.close().await;
    let (manifest, bytes) = made?;
    let mut said = format!("{} ({})\n{about_key}\n", described(&manifest), size(bytes));
    said += &missing(&manifest);
    said += &unreadable(&manifest);
    said += "Clients' words and files are in it as they are: keep it like the database itself.\n";
    Ok((said, manifest.files.missing.is_empty()))
}

async fn write(
    place: &DatabaseLocation,
    settings: &Settings,
    key: Option<domain::sealed::WrappedKeys>,
    options: &BackupOptions,
) -> Result<(Manifest, u64), Error> {
    let writing = |why| Error::Writing { path: options.file.clone(), why };
    let mut connection = place.connect(&CancellationToken::new()).await?;
    // After the database, which makes the data folder as it should be.
    let store = settings.file_store()?;
    let mut draft = Draft::create(&options.file).map_err(writing)?;
    let manifest = dump::dump(&mut connection, Some(&store), key, &mut draft).await?;
    let bytes = draft.finish(manifest.clone())?;
    Ok((manifest, bytes))
}

fn check(options: &BackupOptions) -> Result<(String, bool), Error> {
    let archive = open(&options.file)?;
    let manifest = archive.manifest();
    let about_key = options.key.try_unwrap(manifest.key.as_ref())?;
    let mut said = format!("{}\n{about_key}\n", described(manifest));
    for table in manifest.tables.iter().filter(|table| table.rows > 0) {
        said += &format!("  {:<28} {:>10} rows\n", table.name, table.rows);
    }
    said += &missing(manifest);
    said += &unreadable(manifest);
    Ok((said, manifest.files.missing.is_empty()))
}

/// That this version cannot restore it: a newer one was here and was rolled back.
fn unreadable(manifest: &Manifest) -> String {
    match load::check_version(manifest) {
        Ok(()) => String::new(),
        Err(reason) => format!("This version cannot restore it: {reason}\n"),
    }
}

/// A backup that was read from end to end.
fn open(path: &std::path::Path) -> Result<Archive, Error> {
    Archive::open(path).map_err(|why| Error::Archive { path: path.to_owned(), why })
}

/// What is in it, in one line.
fn described(manifest: &Manifest) -> String {
    let files = match &manifest.files {
        files if files.included => format!("{} files", files.count),
        _ => "no files".to_owned(),
    };
    format!(
        "Throughline {} as of {} UTC: {} tables with {} rows, {files}",
        manifest.version,
        manifest.made_at.format("%Y-%m-%d %H:%M:%S"),
        manifest.tables.len(),
        manifest.rows(),
    )
}

fn missing(manifest: &Manifest) -> String {
    let missing = &manifest.files.missing;
    let Some(first) = missing.first() else { return String::new() };
    let count = missing.len();
    format!(
        "{count} of the files that the database names are not in the file store, and so not in the backup; the first is {first}. \
         `throughline doctor` says more.\n"
    )
}

fn size(bytes: u64) -> String {
    match bytes {
        ..1_000_000 => format!("{} kB", bytes.div_ceil(1_000)),
        _ => format!("{} MB", bytes.div_ceil(1_000_000)),
    }
}
