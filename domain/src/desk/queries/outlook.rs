use crate::{Db, Error, Result, Scope, desk::Outlook};

/// Where the desk's hints go on from. Read it before the rows that a page shows: what changes after it is then heard of.
///
/// # Errors
/// [`Error::NotFound`] for a scope that is not the whole workspace.
pub async fn outlook(db: &Db, scope: &Scope) -> Result<Outlook> {
    if !scope.is_wide() {
        return Err(Error::NotFound);
    }
    let mut tx = db.begin(scope).await?;
    let row = sqlx::query!(
        "SELECT w.desk_stream, s.next_offset
         FROM workspace w JOIN stream s ON s.workspace_id = w.id AND s.id = w.desk_stream
         WHERE w.id = $1",
        scope.workspace.0,
    )
    .fetch_optional(tx.conn())
    .await?
    .ok_or(Error::NotFound)?;
    tx.commit().await?;
    Ok(Outlook { stream: row.desk_stream, next: row.next_offset.cast_unsigned() })
}
