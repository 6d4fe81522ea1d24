//! Bringing the schema up to date, and telling how far it is.

use sqlx::PgConnection;
use sqlx::migrate::{Migrate, MigrateError};

use super::{Error, MIGRATIONS};

/// How far a database is, compared with this binary.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Every migration of this binary is applied and none besides.
    Current,
    /// So many are still to be applied; the server does that when it starts.
    Behind(usize),
    /// It knows a migration that this binary does not.
    Ahead(i64),
}

/// Applies what is missing. Servers that start together take turns by an advisory lock.
pub(super) async fn run(connection: &mut PgConnection) -> Result<(), Error> {
    MIGRATIONS.run(connection).await.map_err(|reason| match reason {
        MigrateError::VersionMissing(version) => Error::Newer(version),
        MigrateError::VersionMismatch(version) => Error::Edited(version),
        MigrateError::ExecuteMigration(source, version) => Error::Migration { version, source },
        other => Error::Migrate(other),
    })
}

/// Looks without changing anything.
///
/// # Errors
/// When the database fails.
pub async fn state(connection: &mut PgConnection) -> Result<State, MigrateError> {
    let known = sqlx::query("SELECT 1 WHERE to_regclass('_sqlx_migrations') IS NOT NULL");
    if known.fetch_optional(&mut *connection).await?.is_none() {
        return Ok(State::Behind(MIGRATIONS.iter().count()));
    }
    let applied = connection.list_applied_migrations("_sqlx_migrations").await?;
    if let Some(unknown) = applied.iter().find(|applied| !MIGRATIONS.version_exists(applied.version)) {
        return Ok(State::Ahead(unknown.version));
    }
    match MIGRATIONS.iter().count() - applied.len() {
        0 => Ok(State::Current),
        missing => Ok(State::Behind(missing)),
    }
}
