use chrono::TimeDelta;

use crate::{
    Db, Result, Scope, SystemRole,
    audit::{self, NewEntry},
    ids::{ClientId, WorkspaceId},
};

/// How long the people of a client that has left may still read and download.
pub const READABLE: TimeDelta = TimeDelta::days(90);

/// Closes the clients that left so long ago: nobody of theirs is let in any more. How many.
///
/// # Errors
/// The database's.
pub async fn close_due(db: &Db) -> Result<usize> {
    let mut tx = db.begin_as(SystemRole::Jobs).await?;
    let now = tx.now();
    let closed = sqlx::query!(
        "UPDATE client SET closed_at = $1 WHERE archived_at <= $2 AND closed_at IS NULL RETURNING id, workspace_id, name",
        now,
        now - READABLE,
    )
    .fetch_all(tx.conn())
    .await?;
    for row in &closed {
        let server = Scope::system(WorkspaceId(row.workspace_id));
        tx.enter(&server).await?;
        let entry = NewEntry::done("close_client", row.name.as_str()).of(ClientId(row.id));
        audit::commands::record_in(&mut tx, &server, entry).await?;
    }
    tx.commit().await?;
    Ok(closed.len())
}
