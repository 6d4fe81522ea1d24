//! A database at which a newer version has been: after a roll-back, and where nodes are upgraded one after another.
//!
//! Migrations only add (`expand.rs` looks after that), so what they added may stay while this binary works. One that takes
//! something away says so by its name, `…_contract_….sql`; with such a one this binary does not start.

use sqlx::PgConnection;

use super::{Error, MIGRATIONS};

/// What the name of a migration begins with that older versions cannot work on.
pub(super) const CONTRACT: &str = "contract";

/// Whether the database has migrations of a newer version; then they are left alone.
///
/// # Errors
/// [`Error::Newer`] where one of them takes away what this version uses, or where it is older than the newest that is known
/// here: then the database belongs to another line of versions.
pub(super) async fn check(connection: &mut PgConnection) -> Result<bool, Error> {
    let known = sqlx::query("SELECT 1 WHERE to_regclass('_sqlx_migrations') IS NOT NULL");
    if known.fetch_optional(&mut *connection).await?.is_none() {
        return Ok(false);
    }
    let applied: Vec<(i64, String)> =
        sqlx::query_as("SELECT version, description FROM _sqlx_migrations ORDER BY version")
            .fetch_all(connection)
            .await?;
    let newest = MIGRATIONS.iter().map(|migration| migration.version).max().unwrap_or_default();
    let unknown: Vec<_> =
        applied.iter().filter(|(version, _)| !MIGRATIONS.version_exists(*version)).collect();
    for (version, description) in &unknown {
        if *version < newest || description.starts_with(CONTRACT) {
            return Err(Error::Newer(*version));
        }
    }
    if let Some((version, _)) = unknown.last() {
        tracing::warn!(
            migration = version,
            "a newer version has been at this database; what it added is left alone"
        );
    }
    Ok(!unknown.is_empty())
}
