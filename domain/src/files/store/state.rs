//! Whether this node's store is the one that the database speaks of.
//!
//! The install has an id, which stands in the database and in the store. A node with a store of its own, be it for lack
//! of a setting, is noticed by that at once, before the first file is missed.

use futures::{StreamExt, TryStreamExt, stream};
use sqlx::{Connection, PgConnection};
use uuid::Uuid;

use super::{Error, Key, Store};
use crate::{Db, Result, SystemRole, db::set_system_role, ids::WorkspaceId, secret};

/// Under which name the install keeps the store's id.
const ID: &str = "file_store";
/// How many of the newest files are looked for.
const SAMPLE: i64 = 20;
/// How many of them at once.
const AT_ONCE: usize = 4;
/// The most bytes of an id.
const LONGEST_ID: u64 = 256;

/// What was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StoreState {
    /// It is the install's store, and the newest files are in it.
    Sound,
    /// It is the install's store, but of the newest files some are missing.
    Incomplete { missing: usize, of: usize },
    /// It is another store than the one that the install's files are in.
    Elsewhere { id: String },
    /// It does not answer.
    Away { reason: String },
}

/// Looks at the store, and makes it the install's where the install has none yet.
///
/// # Errors
/// The database's.
pub async fn inspect(db: &Db, store: &Store) -> Result<StoreState> {
    let (known, newest) = {
        let mut tx = db.begin_as(SystemRole::Jobs).await?;
        let newest = newest(tx.conn()).await?;
        tx.commit().await?;
        let mut tx = db.begin_as(SystemRole::Auth).await?;
        let known = known(tx.conn()).await?;
        tx.commit().await?;
        (known, newest)
    };
    let found = match look(store, known.as_deref(), &newest).await {
        Ok(found) => found,
        Err(error) => return Ok(away(&error)),
    };
    match (&known, &found.id) {
        (Some(known), Some(id)) if known == id => Ok(found.sample()),
        (None, _) => first(db, store, &found).await,
        // Its files were moved here by hand.
        (Some(known), None) if found.is_all_here() => {
            let named = store.put(&Key::install(), known.clone()).await;
            Ok(named.map_or_else(|error| away(&error), |()| found.sample()))
        }
        (Some(known), _) => Ok(StoreState::Elsewhere { id: known.clone() }),
    }
}

/// Makes this store the install's, unless another node was faster.
async fn first(db: &Db, store: &Store, found: &Found) -> Result<StoreState> {
    let mut tx = db.begin_as(SystemRole::Auth).await?;
    // One node at a time: two that begin together must not both take their own store for the install's.
    sqlx::query("SELECT pg_advisory_xact_lock(hashtextextended('file store', 0))").execute(tx.conn()).await?;
    let id = match known(tx.conn()).await? {
        Some(id) => id,
        None => {
            let id = found.id.clone().unwrap_or_else(secret::random_token);
            if let Err(error) = store.put(&Key::install(), id.clone()).await {
                return Ok(away(&error));
            }
            sqlx::query!("INSERT INTO install (key, value) VALUES ($1, $2)", ID, id)
                .execute(tx.conn())
                .await?;
            id
        }
    };
    tx.commit().await?;
    Ok(match look(store, Some(&id), &[]).await {
        Err(error) => away(&error),
        Ok(named) if named.id.as_ref() == Some(&id) => found.sample(),
        Ok(_) => StoreState::Elsewhere { id },
    })
}

fn away(error: &Error) -> StoreState {
    StoreState::Away { reason: error.to_string() }
}

/// Looks at the store and changes nothing, by a connection of whoever may take the roles.
///
/// # Errors
/// The database's.
pub async fn inspect_by(conn: &mut PgConnection, store: &Store) -> Result<StoreState> {
    let mut tx = conn.begin().await?;
    set_system_role(&mut tx, SystemRole::Auth).await?;
    let known = known(&mut tx).await?;
    set_system_role(&mut tx, SystemRole::Jobs).await?;
    let newest = newest(&mut tx).await?;
    tx.commit().await?;
    Ok(match look(store, known.as_deref(), &newest).await {
        Err(error) => away(&error),
        Ok(found) => match known {
            Some(known)
                if found.id.as_ref() != Some(&known) && !(found.id.is_none() && found.is_all_here()) =>
            {
                StoreState::Elsewhere { id: known }
            }
            _ => found.sample(),
        },
    })
}

/// What the store shows of itself.
struct Found {
    id: Option<String>,
    missing: usize,
    of: usize,
}

impl Found {
    /// Files are named, and those that were looked for are here.
    fn is_all_here(&self) -> bool {
        self.of > 0 && self.missing == 0
    }

    fn sample(&self) -> StoreState {
        match self.missing {
            0 => StoreState::Sound,
            missing => StoreState::Incomplete { missing, of: self.of },
        }
    }
}

async fn look(store: &Store, known: Option<&str>, newest: &[(Key, u64)]) -> super::Result<Found> {
    let id = match store.beginning(&Key::install(), LONGEST_ID).await {
        Ok(bytes) => Some(String::from_utf8_lossy(&bytes).trim().to_owned()),
        Err(Error::Missing(_)) => None,
        Err(error) => return Err(error),
    };
    // Another store has none of them; there is nothing to look for.
    if id.is_some() && known.is_some() && id.as_deref() != known {
        return Ok(Found { id, missing: newest.len(), of: newest.len() });
    }
    // Owned, as a future that borrows from the list cannot be sent to another thread.
    let missing = stream::iter(newest.to_vec())
        .map(|(key, bytes)| async move { Ok::<_, Error>(store.size(&key).await? != Some(bytes)) })
        .buffer_unordered(AT_ONCE)
        .try_fold(0, |missing, is_missing| async move { Ok(missing + usize::from(is_missing)) })
        .await?;
    Ok(Found { id, missing, of: newest.len() })
}

async fn known(conn: &mut PgConnection) -> Result<Option<String>> {
    Ok(sqlx::query_scalar!("SELECT value FROM install WHERE key = $1", ID).fetch_optional(conn).await?)
}

/// The newest files, with their bytes.
async fn newest(conn: &mut PgConnection) -> Result<Vec<(Key, u64)>> {
    let rows = sqlx::query!(
        "SELECT workspace_id, sha256, bytes FROM file ORDER BY created_at DESC, id LIMIT $1",
        SAMPLE,
    )
    .fetch_all(conn)
    .await?;
    let keyed = rows.into_iter().filter_map(|row| {
        let workspace: Uuid = row.workspace_id;
        Some((Key::content(WorkspaceId(workspace), &row.sha256).ok()?, row.bytes.cast_unsigned()))
    });
    Ok(keyed.collect())
}
