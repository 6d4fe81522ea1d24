//! Takes away downloads that have expired, and what a node that died has left of one.

use std::collections::HashSet;

use chrono::{DateTime, TimeDelta, Utc};
use futures::TryStreamExt;

use crate::{
    Db, Result, SystemRole,
    exports::FOLDER,
    files::{
        self,
        store::{Entry, Key, Store, StoreLocation, StoreState, inspect},
    },
};

/// How long something that no row names is left alone: it may be on its way.
const WAITS: TimeDelta = TimeDelta::days(1);
/// How many files are looked up at a time.
const BATCH: usize = 500;

/// Removes what has expired, and what nothing names. A download whose file is gone, as after a restore, has expired as
/// well. Nothing in a store that is not the install's. Answers how many files were removed.
///
/// # Errors
/// The database's or the store's.
pub async fn clear(db: &Db, store: &Store) -> Result<u64> {
    expire(db).await?;
    if !matches!(inspect(db, store).await?, StoreState::Sound | StoreState::Incomplete { .. }) {
        return Ok(0);
    }
    missing(db, store).await?;
    Ok(expired(db, store).await? + unnamed(db, store).await?)
}

/// Whatever is past its time.
async fn expire(db: &Db) -> Result<()> {
    let mut tx = db.begin_as(SystemRole::Jobs).await?;
    let now = tx.now();
    sqlx::query!(
        "UPDATE client_export SET state = 'expired' WHERE state = 'ready' AND expires_at <= $1",
        now
    )
    .execute(tx.conn())
    .await?;
    tx.commit().await
}

/// What is said to be there and is not.
async fn missing(db: &Db, store: &Store) -> Result<()> {
    let mut tx = db.begin_as(SystemRole::Jobs).await?;
    let ready = sqlx::query!(r#"SELECT id, object AS "object!" FROM client_export WHERE state = 'ready'"#)
        .fetch_all(tx.conn())
        .await?;
    tx.commit().await?;
    for row in ready {
        let is_there = match Key::parse(&row.object) {
            Some(key) => store.exists(&key).await?,
            None => false,
        };
        if !is_there {
            let mut tx = db.begin_as(SystemRole::Jobs).await?;
            sqlx::query!(
                "UPDATE client_export SET state = 'expired' WHERE id = $1 AND state = 'ready'",
                row.id
            )
            .execute(tx.conn())
            .await?;
            tx.commit().await?;
        }
    }
    Ok(())
}

/// The files of those that have expired: first the file, so that the row names it until it is gone.
async fn expired(db: &Db, store: &Store) -> Result<u64> {
    let mut tx = db.begin_as(SystemRole::Jobs).await?;
    let past = sqlx::query!(
        r#"SELECT id, object AS "object!" FROM client_export WHERE state = 'expired' AND object IS NOT NULL"#
    )
    .fetch_all(tx.conn())
    .await?;
    tx.commit().await?;
    let mut removed = 0;
    for row in past {
        if let Some(key) = Key::parse(&row.object) {
            store.delete(&key).await?;
            removed += 1;
        }
        let mut tx = db.begin_as(SystemRole::Jobs).await?;
        sqlx::query!("UPDATE client_export SET object = NULL WHERE id = $1 AND state = 'expired'", row.id)
            .execute(tx.conn())
            .await?;
        tx.commit().await?;
    }
    Ok(removed)
}

/// What was written and never said to be ready.
async fn unnamed(db: &Db, store: &Store) -> Result<u64> {
    let before = db.now() - WAITS;
    let old = store.list(Some(FOLDER)).try_filter(|entry| {
        let old = entry.modified < before;
        async move { old }
    });
    let mut batches = std::pin::pin!(old.try_chunks(BATCH));
    let mut removed = 0;
    while let Some(batch) = batches.try_next().await.map_err(|error| error.1)? {
        for entry in without_row(db, batch).await? {
            store.delete(&entry.key).await?;
            removed += 1;
        }
    }
    broken_off(store, before)?;
    Ok(removed)
}

async fn without_row(db: &Db, batch: Vec<Entry>) -> Result<Vec<Entry>> {
    let keys: Vec<String> = batch.iter().map(|entry| entry.key.as_str().to_owned()).collect();
    let mut tx = db.begin_as(SystemRole::Jobs).await?;
    let named = sqlx::query_scalar!(
        r#"SELECT object AS "object!" FROM client_export WHERE object = ANY($1)"#,
        &keys,
    )
    .fetch_all(tx.conn())
    .await?;
    tx.commit().await?;
    let named: HashSet<String> = named.into_iter().collect();
    Ok(batch.into_iter().filter(|entry| !named.contains(entry.key.as_str())).collect())
}

/// What a crash left half-written in a folder. A bucket drops it by itself, where it is told to.
fn broken_off(store: &Store, before: DateTime<Utc>) -> Result<()> {
    let StoreLocation::Folder(folder) = store.location() else { return Ok(()) };
    let Ok(workspaces) = std::fs::read_dir(folder.join(FOLDER)) else { return Ok(()) };
    for workspace in workspaces.flatten() {
        files::commands::clear_half_written(&workspace.path(), before)?;
    }
    Ok(())
}
