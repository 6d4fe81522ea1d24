//! Browsers that are signed in. The key is the hash of what the browser's cookie carries.

use chrono::{DateTime, Utc};
use serde_json::Value;

use crate::{Db, Office, Result, ids::PersonId};

/// What a browser's sign-in holds.
pub struct SignIn {
    pub data: Value,
    pub expires_at: DateTime<Utc>,
}

/// Keeps a browser's data; `false` when it is to be new and the key is taken.
pub async fn save(db: &Db, key: &[u8], sign_in: &SignIn, person: Option<PersonId>, fresh: bool) -> Result<bool> {
    let mut tx = db.begin_as(Office::Auth).await?;
    let now = tx.now();
    let saved = sqlx::query!(
        "INSERT INTO sign_in (key, person_id, data, created_at, seen_at, expires_at) VALUES ($1, $2, $3, $4, $4, $5)
         ON CONFLICT (key) DO UPDATE
         SET person_id = excluded.person_id, data = excluded.data, seen_at = excluded.seen_at, expires_at = excluded.expires_at
         WHERE NOT $6",
        key,
        person.map(|person| person.0),
        sign_in.data,
        now,
        sign_in.expires_at,
        fresh,
    )
    .execute(tx.conn())
    .await?
    .rows_affected();
    tx.commit().await?;
    Ok(saved == 1)
}

/// The data of a browser whose sign-in has not run out.
pub async fn load(db: &Db, key: &[u8]) -> Result<Option<SignIn>> {
    let mut tx = db.begin_as(Office::Auth).await?;
    let now = tx.now();
    let row = sqlx::query!("SELECT data, expires_at FROM sign_in WHERE key = $1 AND expires_at > $2", key, now)
        .fetch_optional(tx.conn())
        .await?;
    tx.commit().await?;
    Ok(row.map(|row| SignIn { data: row.data, expires_at: row.expires_at }))
}

/// Forgets a browser.
pub async fn delete(db: &Db, key: &[u8]) -> Result<()> {
    let mut tx = db.begin_as(Office::Auth).await?;
    sqlx::query!("DELETE FROM sign_in WHERE key = $1", key).execute(tx.conn()).await?;
    tx.commit().await
}
