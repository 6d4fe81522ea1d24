//! From the private database to one that somebody runs as a service. Files and the master key stay where they are.

use clap::Args;
use domain::backup::{self, ClosedReason};
use tokio_util::sync::CancellationToken;

use super::archive::Draft;
use super::{Error, described, dump, load, restore};
use crate::database::{DatabaseLocation, Hold};
use crate::settings::{SecretUrl, Settings};

/// Where the install moves.
#[derive(Debug, Args)]
pub struct MoveOptions {
    /// The new database: an empty Postgres 15 or later, as postgres://user:password@host/database. Set it in the environment where the address has a password: a flag shows in the list of processes
    #[arg(long, env = "THROUGHLINE_MOVE_TO", hide_env_values = true, required_unless_present = "undo")]
    to: Option<SecretUrl>,
    /// Go on with the private database, and give up what happened in the new one
    #[arg(long)]
    undo: bool,
}

/// Moves the private database, with the server stopped. Answers what to say.
///
/// # Errors
/// [`Error`] says what to do; the install stays where it is then.
pub async fn run(settings: &Settings, options: &MoveOptions) -> Result<String, Error> {
    if settings.database_url.is_some() {
        return Err(Error::NotPrivate);
    }
    let stop = CancellationToken::new();
    let from = DatabaseLocation::open(settings, Hold::Alone, &stop).await?;
    let done = match &options.to {
        Some(to) if !options.undo => move_to(settings, &from, to).await,
        _ => undo(&from).await,
    };
    from.close().await;
    done
}

async fn move_to(settings: &Settings, from: &DatabaseLocation, to: &SecretUrl) -> Result<String, Error> {
    let stop = CancellationToken::new();
    let folder = settings.data().map_err(database_error)?;
    let path = folder.join(format!("move-{}.backup", std::process::id()));
    let mut source = from.connect(&stop).await?;
    let passing = async {
        let mut draft = Draft::create(&path).map_err(|why| Error::Writing { path: path.clone(), why })?;
        let manifest = dump::dump(&mut source, None, None, &mut draft).await?;
        draft.finish(manifest)?;
        let mut archive = super::open(&path)?;
        let target = DatabaseLocation::at(to)?;
        let mut connection = restore::ready(&target, &archive).await?;
        load::begin(&mut connection, archive.manifest(), &path).await?;
        load::load(&mut connection, &mut archive).await?;
        backup::close_by(&mut source, &ClosedReason::Moved(target.name())).await?;
        Ok::<_, Error>((described(archive.manifest()), target.name()))
    };
    let passed = passing.await;
    // It was only on its way; where there is none, it never came to be.
    let _ = std::fs::remove_file(&path);
    let (what, place) = passed?;
    Ok(format!(
        "Moved to {place}: {what}.\nSet DATABASE_URL to that address and start the server. Keep the data folder {}: files and \
         the master key are in it, and the old database, which no server starts on any more.\n",
        folder.display()
    ))
}

async fn undo(from: &DatabaseLocation) -> Result<String, Error> {
    let mut connection = from.connect(&CancellationToken::new()).await?;
    match backup::closed_by(&mut connection).await? {
        Some(ClosedReason::Moved(to)) => {
            backup::open_by(&mut connection).await?;
            Ok(format!("The private database is in use again; what happened in {to} since is not in it.\n"))
        }
        _ => Err(Error::NotMoved),
    }
}

fn database_error(reason: crate::settings::NoHome) -> Error {
    Error::Database(reason.into())
}
