//! Clears what nothing names: files that were added and never sent, contents without a row.

use std::{collections::HashSet, path::Path};

use chrono::{DateTime, TimeDelta, Utc};
use futures::TryStreamExt;

use crate::{
    Db, Result, SystemRole, Tx,
    files::store::{self, Entry, Key, Store, StoreLocation, StoreState, inspect},
    ids::WorkspaceId,
};

/// How long a file waits for the form that it was added to.
const WAITS: TimeDelta = TimeDelta::days(1);
/// How many contents are looked up at a time.
const BATCH: usize = 500;

/// How much was cleared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ClearedFiles {
    pub files: u64,
    pub contents: u64,
}

/// Clears files that were added a day ago and belong to nothing, and contents of a day ago that no file has. Nothing in
/// a store that is not the install's.
///
/// # Errors
/// The database's or the store's.
pub async fn clear(db: &Db, store: &Store) -> Result<ClearedFiles> {
    let before = db.now() - WAITS;
    let mut tx = db.begin_as(SystemRole::Jobs).await?;
    let files = sqlx::query!(
        "DELETE FROM file f WHERE f.request_id IS NULL AND f.created_at < $1
           AND NOT EXISTS (SELECT FROM deliverable_version v
                           WHERE v.workspace_id = f.workspace_id AND v.client_id = f.client_id AND v.file_id = f.id)",
        before,
    )
    .execute(tx.conn())
    .await?
    .rows_affected();
    let workspaces = sqlx::query_scalar!("SELECT id FROM workspace ORDER BY id").fetch_all(tx.conn()).await?;
    tx.commit().await?;
    let mut cleared = ClearedFiles { files, contents: 0 };
    if !matches!(inspect(db, store).await?, StoreState::Sound | StoreState::Incomplete { .. }) {
        return Ok(cleared);
    }
    for workspace in workspaces {
        let workspace = WorkspaceId(workspace);
        cleared.contents += contents(db, store, workspace, before).await?;
        broken_off(store, workspace, before)?;
    }
    Ok(cleared)
}

async fn contents(db: &Db, store: &Store, workspace: WorkspaceId, before: DateTime<Utc>) -> Result<u64> {
    let old = store.list(Some(&workspace.to_string())).try_filter(|entry| {
        let old = entry.modified < before;
        async move { old }
    });
    let mut batches = std::pin::pin!(old.try_chunks(BATCH));
    let mut cleared = 0;
    while let Some(batch) = batches.try_next().await.map_err(|error| error.1)? {
        for entry in unnamed(db, workspace, batch).await? {
            cleared += u64::from(remove(db, store, workspace, &entry.key, Some(before)).await?);
        }
    }
    Ok(cleared)
}

/// Removes a content whose file was deleted, unless another file has the same.
///
/// # Errors
/// The database's or the store's.
pub(crate) async fn clear_content(
    db: &Db,
    store: &Store,
    workspace: WorkspaceId,
    sha256: &str,
) -> Result<()> {
    remove(db, store, workspace, &Key::content(workspace, sha256)?, None).await.map(drop)
}

/// The part of a key by which a file names its content.
fn hash(key: &Key) -> &str {
    key.as_str().rsplit('/').next().unwrap_or_default()
}

async fn unnamed(db: &Db, workspace: WorkspaceId, batch: Vec<Entry>) -> Result<Vec<Entry>> {
    let hashes: Vec<String> = batch.iter().map(|entry| hash(&entry.key).to_owned()).collect();
    let mut tx = db.begin_as(SystemRole::Jobs).await?;
    let named = sqlx::query_scalar!(
        "SELECT DISTINCT sha256 FROM file WHERE workspace_id = $1 AND sha256 = ANY($2)",
        workspace.0,
        &hashes,
    )
    .fetch_all(tx.conn())
    .await?;
    tx.commit().await?;
    let named: HashSet<String> = named.into_iter().collect();
    Ok(batch.into_iter().filter(|entry| !named.contains(hash(&entry.key))).collect())
}

/// Removes a content unless it has been named since, or is younger than it may be. Whoever adds a file with it waits, and
/// then stores it anew.
async fn remove(
    db: &Db,
    store: &Store,
    workspace: WorkspaceId,
    key: &Key,
    before: Option<DateTime<Utc>>,
) -> Result<bool> {
    let mut tx = db.begin_as(SystemRole::Jobs).await?;
    hold_content_in(&mut tx, key).await?;
    let named = sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT FROM file WHERE workspace_id = $1 AND sha256 = $2) AS "named!""#,
        workspace.0,
        hash(key),
    )
    .fetch_one(tx.conn())
    .await?;
    let old = match before {
        Some(before) => store.modified(key).await?.is_some_and(|at| at < before),
        None => true,
    };
    let unnamed = !named && old;
    if unnamed {
        store.delete(key).await?;
    }
    tx.commit().await?;
    Ok(unnamed)
}

/// Holds a content until the transaction ends: nobody names it meanwhile.
pub(crate) async fn hold_content_in(tx: &mut Tx, key: &Key) -> Result<()> {
    sqlx::query("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))")
        .bind(lock(key))
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Under which name a content is held while it is named or removed.
pub(super) fn lock(key: &Key) -> String {
    format!("content {key}")
}

/// What a crash left half-written in a folder. A bucket drops it by itself, where it is told to.
fn broken_off(store: &Store, workspace: WorkspaceId, before: DateTime<Utc>) -> Result<()> {
    let StoreLocation::Folder(folder) = store.location() else { return Ok(()) };
    half_written(&folder.join(workspace.to_string()), before)
}

/// The same in one folder, which need not be there.
pub(crate) fn half_written(folder: &Path, before: DateTime<Utc>) -> Result<()> {
    match clear_folder(folder, before) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(store::Error::from(error).into()),
        _ => Ok(()),
    }
}

fn clear_folder(folder: &Path, before: DateTime<Utc>) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let is_half = entry.file_name().to_string_lossy().contains('#');
        if is_half && DateTime::<Utc>::from(entry.metadata()?.modified()?) < before {
            std::fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}
