//! What belongs to the install itself: its secrets and its one-time marks. Never tenant data.

use crate::{Db, Result, SystemRole, secret};

/// A key of 256 bits that this install keeps under `name`, made when it is first asked for.
pub async fn key(db: &Db, name: &str) -> Result<String> {
    let mut tx = db.begin_as(SystemRole::Auth).await?;
    sqlx::query!(
        "INSERT INTO install (key, value) VALUES ($1, $2) ON CONFLICT (key) DO NOTHING",
        name,
        secret::random_token(),
    )
    .execute(tx.conn())
    .await?;
    let value =
        sqlx::query_scalar!("SELECT value FROM install WHERE key = $1", name).fetch_one(tx.conn()).await?;
    tx.commit().await?;
    Ok(value)
}

/// Whether a workspace exists: otherwise the first operator sets one up.
pub async fn is_set_up(db: &Db) -> Result<bool> {
    let mut tx = db.begin_as(SystemRole::Auth).await?;
    let found = sqlx::query_scalar!(r#"SELECT EXISTS (SELECT 1 FROM workspace) AS "found!""#)
        .fetch_one(tx.conn())
        .await?;
    tx.commit().await?;
    Ok(found)
}

/// Writes a row, to see that the database can be written.
///
/// # Errors
/// The database's.
pub async fn probe(db: &Db) -> Result<()> {
    let mut tx = db.begin_as(SystemRole::Auth).await?;
    sqlx::query!(
        "INSERT INTO install (key, value) VALUES ('probe', $1) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        tx.now().to_rfc3339(),
    )
    .execute(tx.conn())
    .await?;
    tx.commit().await
}
