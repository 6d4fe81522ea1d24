use super::may_work;
use crate::{
    Db, Error, Result, Role, Scope, Tx,
    db::one_row,
    ids::RequestId,
    requests::{
        Column, Position,
        lock::{self, LockedBoard, LockedRequest},
        position,
    },
};

/// Puts a request at another place of its column: members in Backlog and Up next, operators anywhere.
///
/// # Errors
/// [`Error::Refused`] where its order is not the client's to change.
pub async fn reorder(db: &Db, scope: &Scope, request: RequestId, to: Position) -> Result<()> {
    may_work(scope)?;
    let mut tx = db.begin(scope).await?;
    let (held, row) = lock::lock_request(&mut tx, scope, request).await?;
    row.still_wanted()?;
    let free = matches!(row.column, Column::Backlog | Column::UpNext);
    if !free && scope.role() != Some(Role::Operator) {
        return Err(Error::refused("Work has already started, so its order no longer matters."));
    }
    let position = position::position_in(&mut tx, scope, &row, row.column, to).await?;
    put_in(&mut tx, scope, &held, &row, position).await?;
    tx.commit().await
}

/// Puts a card at a position of its own column.
pub(super) async fn put_in(
    tx: &mut Tx,
    scope: &Scope,
    held: &LockedBoard,
    row: &LockedRequest,
    position: f64,
) -> Result<()> {
    let done = sqlx::query!(
        "UPDATE request SET position = $4 WHERE workspace_id = $1 AND client_id = $2 AND id = $3",
        scope.workspace.0,
        held.client.0,
        row.id.0,
        position,
    )
    .execute(tx.conn())
    .await?;
    one_row(done.rows_affected())?;
    held.changed(tx, scope, "request", row.number).await
}
