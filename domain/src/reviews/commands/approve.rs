use crate::{
    Db, Error, Result, Scope, Tx,
    ids::{RequestId, ReviewId},
    requests::{
        Column,
        commands::{may_work, shift_in, start_next_held},
        lock::{self, LockedBoard, LockedRequest},
        position,
    },
    session::{Author, Part},
};

/// Approves what was delivered: the request is done, and its place goes to what is next.
///
/// # Errors
/// [`Error::Refused`] where there is nothing to review. Approving what is done already does nothing.
pub async fn approve(db: &Db, scope: &Scope, request: RequestId) -> Result<()> {
    may_work(scope)?;
    let mut tx = db.begin(scope).await?;
    let (held, row) = lock::lock_request(&mut tx, scope, request).await?;
    row.still_wanted()?;
    if row.column == Column::Done {
        return Ok(());
    }
    in_review(&row)?;
    let position = position::end_in(&mut tx, scope, held.client, Column::Done).await?;
    approve_in(&mut tx, scope, &held, &row, position).await?;
    tx.commit().await
}

pub(super) fn in_review(row: &LockedRequest) -> Result<()> {
    if row.column == Column::Review {
        return Ok(());
    }
    Err(Error::refused(
        "There’s nothing to review yet. Work is still in progress, and we’ll email you when it’s ready.",
    ))
}

/// The same on a board that is held, at a position in Done.
pub(crate) async fn approve_in(
    tx: &mut Tx,
    scope: &Scope,
    held: &LockedBoard,
    row: &LockedRequest,
    position: f64,
) -> Result<()> {
    let author = Author::of(scope);
    insert(tx, scope, row, true, "").await?;
    row.append(tx, &author, [Part::DataReview { approved: true, reason: String::new() }]).await?;
    shift_in(tx, scope, held, row, Column::Done, position, &author).await?;
    start_next_held(tx, scope, held, None).await
}

/// Writes a verdict down.
pub(super) async fn insert(
    tx: &mut Tx,
    scope: &Scope,
    row: &LockedRequest,
    approved: bool,
    reason: &str,
) -> Result<()> {
    let Some(person) = scope.person() else { return Err(Error::NotFound) };
    let now = tx.now();
    sqlx::query!(
        "INSERT INTO review (id, workspace_id, client_id, request_id, verdict, reason, reviewed_by, reviewed_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        ReviewId::new().0,
        scope.workspace.0,
        row.client.0,
        row.id.0,
        if approved { "approved" } else { "revision" },
        reason,
        person.0,
        now,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}
