//! Carrying out what is due, step by step.

use chrono::{DateTime, Utc};

use super::{content, rows};
use crate::{
    Db, Error, Result, Scope, SystemRole,
    files::store::{Store, StoreState, inspect},
    ids::{ClientId, WorkspaceId},
};

/// A client that is being erased.
#[derive(Clone, Copy, Debug)]
pub(in crate::erasures) struct ErasureTarget {
    pub(super) workspace: WorkspaceId,
    pub(super) client: ClientId,
}

impl ErasureTarget {
    /// The server at work in the client's workspace.
    pub(super) fn scope(self) -> Scope {
        Scope::system(self.workspace)
    }
}

/// Erases every client whose time has come; how many. Several servers may do it at once, and what one leaves half done
/// the next one finishes.
///
/// # Errors
/// The database's or the store's; the others are done.
pub async fn carry_out_due(db: &Db, store: &Store) -> Result<u64> {
    let (mut erased, mut failed) = (0, None);
    for target in due(db).await? {
        match carry_out(db, store, target).await {
            Ok(was) => erased += u64::from(was),
            // The others are not to wait for this one.
            Err(error) => failed = Some(error),
        }
    }
    failed.map_or(Ok(erased), Err)
}

pub(in crate::erasures) async fn due(db: &Db) -> Result<Vec<ErasureTarget>> {
    let mut tx = db.begin_as(SystemRole::Jobs).await?;
    let now = tx.now();
    let rows = sqlx::query!(
        "SELECT workspace_id, client_id FROM client_erasure WHERE done_at IS NULL AND due_at <= $1 ORDER BY due_at, client_id",
        now,
    )
    .fetch_all(tx.conn())
    .await?;
    tx.commit().await?;
    let target =
        |workspace, client| ErasureTarget { workspace: WorkspaceId(workspace), client: ClientId(client) };
    Ok(rows.into_iter().map(|row| target(row.workspace_id, row.client_id)).collect())
}

/// All steps, in their order; whether it was this call that finished.
async fn carry_out(db: &Db, store: &Store, target: ErasureTarget) -> Result<bool> {
    if !matches!(inspect(db, store).await?, StoreState::Sound | StoreState::Incomplete { .. }) {
        return Err(Error::Broken(format!(
            "the file store {} is not the install's: {} cannot be erased from here",
            store.location(),
            target.client
        )));
    }
    if !begin(db, target).await? {
        return Ok(false);
    }
    content::streams(db, target).await?;
    content::files(db, store, target).await?;
    content::exports(db, store, target).await?;
    rows::erase(db, target).await
}

/// From here on nobody of the client's is let in, and it cannot be called off; false where it was.
pub(in crate::erasures) async fn begin(db: &Db, target: ErasureTarget) -> Result<bool> {
    let mut tx = db.begin(&target.scope()).await?;
    let now: DateTime<Utc> = tx.now();
    let begun = sqlx::query!(
        "UPDATE client_erasure SET begun_at = coalesce(begun_at, $3)
         WHERE workspace_id = $1 AND client_id = $2 AND done_at IS NULL AND due_at <= $3",
        target.workspace.0,
        target.client.0,
        now,
    )
    .execute(tx.conn())
    .await?;
    sqlx::query!(
        "UPDATE client SET closed_at = coalesce(closed_at, $3) WHERE workspace_id = $1 AND id = $2",
        target.workspace.0,
        target.client.0,
        now,
    )
    .execute(tx.conn())
    .await?;
    if begun.rows_affected() == 0 {
        return Ok(false);
    }
    tx.commit().await?;
    Ok(true)
}
