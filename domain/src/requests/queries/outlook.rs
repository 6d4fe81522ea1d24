use crate::{
    Db, Error, Result, Scope,
    requests::{Outlook, WaitReason},
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
        r#"SELECT c.board_stream, c.archived_at, s.next_offset, sub.state AS "state?", sub.pause_wanted_at IS NOT NULL AS "pausing!",
                  (sub.network IS NOT NULL AND (sub.starts = 'at_once' OR sub.price_minor = 0)
                   AND NOT EXISTS (SELECT FROM membership m JOIN person p ON p.id = m.person_id
                                   WHERE m.workspace_id = c.workspace_id AND m.client_id = c.id AND m.role = 'owner'
                                     AND m.removed_at IS NULL AND p.confirmed)) AS "unconfirmed?",
                  EXISTS (SELECT FROM subscription past
                          WHERE past.workspace_id = c.workspace_id AND past.client_id = c.id) AS "had!"
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
        Some("active") if row.pausing => Some(WaitReason::Pausing),
        Some("active") => None,
        Some("awaiting_payment") if row.unconfirmed == Some(true) => Some(WaitReason::ForAddress),
        Some("awaiting_payment") => Some(WaitReason::ForPayment),
        Some("paused") => Some(WaitReason::OnPause),
        _ if row.had => Some(WaitReason::ForSubscription),
        _ => Some(WaitReason::ForFirst),
    };
    let left_at = row.archived_at.map(|at| at.timestamp_millis());
    Ok(Outlook { board_stream: row.board_stream, next: row.next_offset.cast_unsigned(), waits, left_at })
}
