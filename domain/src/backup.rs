//! What a backup asks of the product: which files the rows name, and the marks of an install that may not be served.
//!
//! The calls take a connection of the schema's owner, and the ones about rows a role that sees all of them
//! (`throughline_backup`): a backup belongs to no tenant.

use sqlx::PgConnection;

use crate::{Result, ids::WorkspaceId};

/// Stands while a restore is under way: what is there is not whole.
const RESTORING: &str = "restoring";
/// Stands where the install has gone elsewhere: what is there is old.
const MOVED: &str = "moved_to";
/// The id of the file store, which stands there as well.
const STORE: &str = "file_store";

/// A file's bytes in the store.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct NamedFile {
    pub workspace: WorkspaceId,
    pub sha256: String,
    pub bytes: u64,
}

/// Why an install may not be served.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ClosedReason {
    /// A restore was begun and not finished: of which backup.
    Restoring(String),
    /// It was moved: where to, without a password.
    Moved(String),
}

/// The files that rows name, each once.
pub async fn files_by(conn: &mut PgConnection) -> Result<Vec<NamedFile>> {
    let rows =
        sqlx::query!("SELECT DISTINCT workspace_id, sha256, bytes FROM file ORDER BY workspace_id, sha256")
            .fetch_all(conn)
            .await?;
    let named = rows.into_iter().map(|row| NamedFile {
        workspace: WorkspaceId(row.workspace_id),
        sha256: row.sha256,
        bytes: row.bytes.cast_unsigned(),
    });
    Ok(named.collect())
}

/// The id under which the install knows its file store; none before it has any.
pub async fn store_id_by(conn: &mut PgConnection) -> Result<Option<String>> {
    Ok(sqlx::query_scalar!("SELECT value FROM install WHERE key = $1", STORE).fetch_optional(conn).await?)
}

/// Whether the install may not be served, and why. A database without a schema has nothing that speaks against it.
pub async fn closed_by(conn: &mut PgConnection) -> Result<Option<ClosedReason>> {
    let known = sqlx::query_scalar!(r#"SELECT to_regclass('install') IS NOT NULL AS "known!""#);
    if !known.fetch_one(&mut *conn).await? {
        return Ok(None);
    }
    let mark = sqlx::query!("SELECT key, value FROM install WHERE key IN ($1, $2) LIMIT 1", RESTORING, MOVED)
        .fetch_optional(conn)
        .await?;
    Ok(mark.map(|mark| match mark.key.as_str() {
        RESTORING => ClosedReason::Restoring(mark.value),
        _ => ClosedReason::Moved(mark.value),
    }))
}

/// Closes an install, until [`open_by`].
pub async fn close_by(conn: &mut PgConnection, why: &ClosedReason) -> Result<()> {
    let (key, value) = match why {
        ClosedReason::Restoring(of) => (RESTORING, of),
        ClosedReason::Moved(to) => (MOVED, to),
    };
    sqlx::query!(
        "INSERT INTO install (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = $2",
        key,
        value,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Takes the marks away.
pub async fn open_by(conn: &mut PgConnection) -> Result<()> {
    sqlx::query!("DELETE FROM install WHERE key IN ($1, $2)", RESTORING, MOVED).execute(conn).await?;
    Ok(())
}
