//! Putting a backup back. Everything that can refuse it does so before the first byte is written; what is broken off
//! afterwards leaves an install that no server starts on, and can be begun again.

use std::path::PathBuf;

use clap::Args;
use domain::backup;
use domain::files::store::{self, Key, Store};
use domain::ids::WorkspaceId;
use domain::sealed::Keyring;
use sqlx::{Connection, PgConnection};
use tokio_util::sync::CancellationToken;

use super::archive::Archive;
use super::load::{self, RestoreTarget};
use super::{Error, KeyOptions, described};
use crate::database::{DatabaseLocation, Hold};
use crate::keyring;
use crate::settings::Settings;

/// The most bytes of a store's name for its install.
const LONGEST_ID: u64 = 256;

/// What is restored, and how.
#[derive(Debug, Args)]
pub struct RestoreOptions {
    /// The backup
    file: PathBuf,
    #[command(flatten)]
    key: KeyOptions,
}

/// Restores into the install that the settings name. Answers what to say.
///
/// # Errors
/// [`Error`] says what to do.
pub async fn run(settings: &Settings, options: &RestoreOptions) -> Result<String, Error> {
    let mut archive = super::open(&options.file)?;
    load::check_version(archive.manifest())?;
    let ring = options.key.unwrap(archive.manifest().key.as_ref())?;
    if let Some(ring) = &ring {
        keyring::check_adopted(settings, ring)?.then_some(()).ok_or(Error::OtherKeys)?;
    }
    let place = DatabaseLocation::open(settings, Hold::Alone, &CancellationToken::new()).await?;
    let done = into(settings, &place, &mut archive, ring.as_ref(), options).await;
    place.close().await;
    done?;
    let about_key = match (&archive.manifest().key, ring) {
        (_, Some(_)) if settings.secret_key.is_some() => {
            "Its master key is the one of THROUGHLINE_SECRET_KEY."
        }
        (_, Some(_)) => "Its master key is in the data folder (secret.key).",
        (Some(_), None) => {
            "Its master key was left out: put secret.key or THROUGHLINE_SECRET_KEY where it belongs."
        }
        (None, None) => {
            "There was no master key in it: put secret.key or THROUGHLINE_SECRET_KEY where it belongs."
        }
    };
    Ok(format!(
        "Restored: {}.\n{about_key}\nMail and webhooks that were waiting then go out when the server starts.\n\
         Clients that were erased after {} UTC are here again. The operators’ mails “A client was erased” name them: erase \
         them again.\n",
        described(archive.manifest()),
        archive.manifest().made_at.format("%Y-%m-%d %H:%M"),
    ))
}

async fn into(
    settings: &Settings,
    place: &DatabaseLocation,
    archive: &mut Archive,
    ring: Option<&Keyring>,
    options: &RestoreOptions,
) -> Result<(), Error> {
    let mut connection = ready(place, archive).await?;
    // After the database, which makes the data folder as it should be.
    let store = &settings.file_store()?;
    let own =
        if archive.manifest().files.included { check_store(&mut connection, store).await? } else { None };
    load::begin(&mut connection, archive.manifest(), &options.file).await?;
    files(store, archive).await?;
    if let Some(ring) = ring.filter(|_| settings.secret_key.is_none()) {
        keyring::adopt(settings, ring)?;
    }
    load::load(&mut connection, archive).await?;
    // The store is the restored install's from now on.
    let id = backup::store_id_by(&mut connection).await?;
    match id {
        Some(id) if own.as_ref() != Some(&id) && archive.manifest().files.included => {
            store.put(&Key::install(), id).await?;
        }
        _ => {}
    }
    connection.close().await?;
    Ok(())
}

/// A connection to a database that the backup may go into.
pub(super) async fn ready(place: &DatabaseLocation, archive: &Archive) -> Result<PgConnection, Error> {
    let stop = CancellationToken::new();
    let mut connection = place.connect(&stop).await?;
    match load::look(&mut connection, archive.manifest()).await? {
        RestoreTarget::Ready => Ok(connection),
        RestoreTarget::Migrated if place.is_private() => {
            connection.close().await?;
            place.remake().await?;
            Ok(place.connect(&stop).await?)
        }
        RestoreTarget::Migrated => Err(Error::Migrated),
    }
}

/// Whose the store is, if it is anybody's: it has to be this install's, as the rows' files would get between another's.
async fn check_store(connection: &mut PgConnection, store: &Store) -> Result<Option<String>, Error> {
    let found = match store.beginning(&Key::install(), LONGEST_ID).await {
        Ok(bytes) => Some(String::from_utf8_lossy(&bytes).trim().to_owned()),
        Err(store::Error::Missing(_)) => None,
        Err(reason) => return Err(reason.into()),
    };
    let known = if super::schema::migrations(connection).await?.is_empty() {
        None
    } else {
        backup::store_id_by(connection).await?
    };
    if found.is_some() && found != known {
        return Err(Error::OthersStore(store.location().to_string()));
    }
    Ok(found)
}

async fn files(store: &Store, archive: &mut Archive) -> Result<(), Error> {
    let members = archive.manifest().members.clone();
    for member in members.iter().filter(|member| member.name.starts_with("files/")) {
        let mut parts = member.name.split('/').skip(1);
        let (workspace, sha256) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
        let workspace: WorkspaceId = workspace.parse().map_err(|_| Error::Unfit(member.name.clone()))?;
        // What a file is called in the store is the hash of what is in it.
        if sha256 != member.sha256 {
            return Err(Error::Unfit(format!("{} is not what it is called", member.name)));
        }
        store.put(&Key::content(workspace, sha256)?, archive.content(&member.name)?).await?;
    }
    Ok(())
}
