//! Browsers that are signed in. The key is the hash of what the browser's cookie carries.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Duration, Utc};
use serde_json::Value;

use super::SignedInBrowser;
use crate::{
    Db, Error, Result, Scope, SystemRole, Tx,
    audit::{self, ActedThrough, NewEntry},
    ids::PersonId,
    secret, workspaces,
};

/// However often it is used, a sign-in ends after this.
const LONGEST: Duration = Duration::days(90);

/// What a browser's sign-in holds.
pub struct SignIn {
    pub data: Value,
    /// What the browser calls itself.
    pub agent: String,
    pub expires_at: DateTime<Utc>,
}

/// The key of a browser whose cookie carries `id`.
pub fn key(id: &str) -> Vec<u8> {
    secret::hash(id)
}

/// Begins to keep a browser's data; `false` when the key is taken.
pub async fn create(db: &Db, key: &[u8], sign_in: &SignIn, person: Option<PersonId>) -> Result<bool> {
    let mut tx = db.begin_as(SystemRole::Auth).await?;
    let now = tx.now();
    let made = sqlx::query!(
        "INSERT INTO sign_in (key, person_id, data, agent, created_at, seen_at, expires_at) VALUES ($1, $2, $3, $4, $5, $5, $6)
         ON CONFLICT (key) DO NOTHING",
        key,
        person.map(|person| person.0),
        sign_in.data,
        sign_in.agent,
        now,
        sign_in.expires_at,
    )
    .execute(tx.conn())
    .await?
    .rows_affected();
    tx.commit().await?;
    Ok(made == 1)
}

/// Keeps a browser's data as it is now. One that was signed out meanwhile stays signed out.
pub async fn save(db: &Db, key: &[u8], sign_in: &SignIn, person: Option<PersonId>) -> Result<()> {
    let mut tx = db.begin_as(SystemRole::Auth).await?;
    let now = tx.now();
    sqlx::query!(
        "UPDATE sign_in SET person_id = $2, data = $3, agent = $4, seen_at = $5, expires_at = $6 WHERE key = $1",
        key,
        person.map(|person| person.0),
        sign_in.data,
        sign_in.agent,
        now,
        sign_in.expires_at,
    )
    .execute(tx.conn())
    .await?;
    tx.commit().await
}

/// The data of a browser whose sign-in has not run out.
pub async fn load(db: &Db, key: &[u8]) -> Result<Option<SignIn>> {
    let mut tx = db.begin_as(SystemRole::Auth).await?;
    let now = tx.now();
    let row = sqlx::query!(
        "SELECT data, agent, expires_at FROM sign_in WHERE key = $1 AND expires_at > $2 AND created_at > $3",
        key,
        now,
        now - LONGEST,
    )
    .fetch_optional(tx.conn())
    .await?;
    tx.commit().await?;
    Ok(row.map(|row| SignIn { data: row.data, agent: row.agent, expires_at: row.expires_at }))
}

/// Forgets a browser.
pub async fn delete(db: &Db, key: &[u8]) -> Result<()> {
    let mut tx = db.begin_as(SystemRole::Auth).await?;
    sqlx::query!("DELETE FROM sign_in WHERE key = $1", key).execute(tx.conn()).await?;
    tx.commit().await
}

/// A form's name for a browser: its key, which is a hash already.
fn handle(key: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(key)
}

/// Where a person is signed in, the last seen first. `here`: the key of the browser that asks.
pub async fn list(db: &Db, person: PersonId, here: Option<&[u8]>) -> Result<Vec<SignedInBrowser>> {
    let mut tx = db.begin_as(SystemRole::Auth).await?;
    let now = tx.now();
    let rows = sqlx::query!(
        "SELECT key, agent, created_at, seen_at FROM sign_in WHERE person_id = $1 AND expires_at > $2
         ORDER BY seen_at DESC LIMIT 50",
        person.0,
        now,
    )
    .fetch_all(tx.conn())
    .await?;
    tx.commit().await?;
    let browsers = rows.into_iter().map(|row| SignedInBrowser {
        handle: handle(&row.key),
        here: here == Some(row.key.as_slice()),
        agent: row.agent,
        since: row.created_at.timestamp_millis(),
        seen: row.seen_at.timestamp_millis(),
    });
    Ok(browsers.collect())
}

/// Signs one browser of a person out.
///
/// # Errors
/// [`Error::NotFound`] where it is not theirs, or signed out already.
pub async fn revoke(db: &Db, person: PersonId, name: &str) -> Result<()> {
    let key = URL_SAFE_NO_PAD.decode(name).map_err(|_| Error::NotFound)?;
    let mut tx = db.begin_as(SystemRole::Auth).await?;
    let gone = sqlx::query!("DELETE FROM sign_in WHERE person_id = $1 AND key = $2", person.0, key)
        .execute(tx.conn())
        .await?
        .rows_affected();
    tx.commit().await?;
    if gone == 1 { Ok(()) } else { Err(Error::NotFound) }
}

/// Signs a person out everywhere but in the browser `keep`.
pub async fn revoke_others(db: &Db, person: PersonId, keep: Option<&[u8]>) -> Result<()> {
    let mut tx = db.begin_as(SystemRole::Auth).await?;
    revoke_others_in(&mut tx, person, keep).await?;
    tx.commit().await
}

/// The same as part of a change; for [`SystemRole::Auth`].
pub(super) async fn revoke_others_in(tx: &mut Tx, person: PersonId, keep: Option<&[u8]>) -> Result<()> {
    sqlx::query!("DELETE FROM sign_in WHERE person_id = $1 AND key IS DISTINCT FROM $2", person.0, keep)
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// What a rotation of the sign-ins ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EndedSignIns {
    /// Browsers in which somebody was signed in.
    pub browsers: u64,
    /// Links by which a password could have been set.
    pub links: u64,
}

/// Signs everybody out of every browser, and ends the links in mails by which somebody could set a password, in one
/// transaction. Passwords stay. Each workspace's audit tells of it.
pub async fn rotate(db: &Db) -> Result<EndedSignIns> {
    let mut tx = db.begin_as(SystemRole::Auth).await?;
    let now = tx.now();
    let browsers = sqlx::query_scalar!(
        r#"WITH gone AS (DELETE FROM sign_in RETURNING person_id)
           SELECT count(*) AS "count!" FROM gone WHERE person_id IS NOT NULL"#
    )
    .fetch_one(tx.conn())
    .await?;
    let links =
        sqlx::query!("UPDATE password_reset SET used_at = $1 WHERE used_at IS NULL AND expires_at > $1", now)
            .execute(tx.conn())
            .await?
            .rows_affected();
    let ended = EndedSignIns { browsers: browsers.unsigned_abs(), links };
    tx.enter_as(SystemRole::Jobs).await?;
    for workspace in workspaces::queries::ids_in(&mut tx).await? {
        let scope = Scope::system(workspace);
        tx.enter(&scope).await?;
        let detail = format!("{browsers} browsers, {links} links to set a password");
        let entry = NewEntry { detail, ..NewEntry::done("rotate_sign_ins", "everybody") };
        audit::commands::write_in(&mut tx, &scope, &ActedThrough::default(), &entry).await?;
    }
    tx.commit().await?;
    Ok(ended)
}
