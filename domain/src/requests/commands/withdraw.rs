use super::{may_work, park_in, start_next_held};
use crate::{
    Db, Error, Result, Scope,
    db::one_row,
    ids::RequestId,
    requests::{Column, lock, position},
    session::{Author, Part},
};

/// Takes a request back. One that is being worked on is parked first, and its place goes to what is next. It keeps its
/// number and its conversation, and no longer stands on the board.
///
/// # Errors
/// [`Error::Refused`] once it is done. Withdrawing it again does nothing.
pub async fn withdraw(db: &Db, scope: &Scope, request: RequestId) -> Result<()> {
    may_work(scope)?;
    let mut tx = db.begin(scope).await?;
    let (held, mut row) = lock::lock_request(&mut tx, scope, request).await?;
    if row.withdrawn {
        return Ok(());
    }
    if row.column == Column::Done {
        return Err(Error::refused("This one’s already approved. For anything else, send a new request."));
    }
    let author = Author::of(scope);
    if row.column.is_active() {
        let position = position::end_in(&mut tx, scope, held.client, Column::Backlog).await?;
        park_in(&mut tx, scope, &held, &row, Column::Backlog, position, &author).await?;
        row = lock::find_in(&mut tx, scope, held.client, request).await?;
    }
    let now = tx.now();
    let done = sqlx::query!(
        "UPDATE request SET withdrawn_at = $4 WHERE workspace_id = $1 AND client_id = $2 AND id = $3",
        scope.workspace.0,
        held.client.0,
        request.0,
        now,
    )
    .execute(tx.conn())
    .await?;
    one_row(done.rows_affected())?;
    row.append(&mut tx, &author, [Part::DataWithdrawn {}]).await?;
    held.changed(&mut tx, scope, "request", row.number).await?;
    start_next_held(&mut tx, scope, &held, None).await?;
    tx.commit().await
}
