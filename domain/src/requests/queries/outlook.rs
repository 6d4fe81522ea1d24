use crate::{
    Db, Error, Result, Scope,
    requests::{Outlook, Waits},
};

/// Where a client's board can be followed from, and whether work is done under its subscription now. Read it before the
/// rows that a page shows: what changes after it is then heard of.
///
/// # Errors
/// [`Error::NotFound`] without a client in the scope.
pub async fn outlook(db: &Db, scope: &Scope) -> Result<Outlook> {
    let Some(client) = scope.client else { return Err(Error::NotFound) };
    let mut tx = db.begin(scope).await?;
    let row = sqlx::query!(
        r#"SELECT c.board_stream, s.next_offset, sub.state AS "state?"
           FROM client c
           JOIN stream s ON s.workspace_id = c.workspace_id AND s.id = c.board_stream
           LEFT JOIN subscription sub ON sub.client_id = c.id AND sub.state <> 'ended'
           WHERE c.workspace_id = $1 AND c.id = $2"#,
        scope.workspace.0,
        client.0,
    )
    .fetch_optional(tx.conn())
    .await?
    .ok_or(Error::NotFound)?;
    tx.commit().await?;
    let waits = match row.state.as_deref() {
        Some("active") => None,
        Some("awaiting_payment") => Some(Waits::ForPayment),
        Some("paused") => Some(Waits::OnPause),
        _ => Some(Waits::ForSubscription),
    };
    Ok(Outlook { board_stream: row.board_stream, next: row.next_offset.cast_unsigned(), waits })
}
