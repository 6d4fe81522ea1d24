//! The active limit: how many of a client's requests may be at work at once. The trigger `request_active_limit` holds it.

use sqlx::Connection;

use crate::{
    Error, Result, Scope, Tx,
    db::one_row,
    ids::{AgentId, ClientId},
    requests::lock::{LockedRequest, Terms},
};

/// How many of a client's places are taken.
pub(super) async fn taken(tx: &mut Tx, scope: &Scope, client: ClientId) -> Result<i64> {
    Ok(sqlx::query_scalar!(
        r#"SELECT count(*) AS "count!" FROM request
           WHERE workspace_id = $1 AND client_id = $2 AND withdrawn_at IS NULL
             AND board_column IN ('in_progress', 'waiting', 'review')"#,
        scope.workspace.0,
        client.0,
    )
    .fetch_one(tx.conn())
    .await?)
}

/// The database's limit is the last word; a savepoint keeps the transaction alive when it says no.
pub(super) async fn take_slot(
    tx: &mut Tx,
    scope: &Scope,
    row: &LockedRequest,
    terms: Terms,
    agent: Option<AgentId>,
    position: f64,
) -> Result<bool> {
    let now = tx.now();
    let mut point = tx.conn().begin().await?;
    let done = sqlx::query!(
        "UPDATE request SET board_column = 'in_progress', position = $5, moved_at = $6, done_at = NULL,
                started_at = coalesce(started_at, $6), cycle_hours = coalesce(cycle_hours, $7), agent_id = $8
         WHERE workspace_id = $1 AND client_id = $2 AND id = $3 AND board_column = $4 AND withdrawn_at IS NULL",
        scope.workspace.0,
        row.client.0,
        row.id.0,
        row.column.as_str(),
        position,
        now,
        terms.cycle_hours,
        agent.map(|id| id.0),
    )
    .execute(&mut *point)
    .await
    .map_err(Error::from);
    match done {
        Ok(done) => {
            one_row(done.rows_affected())?;
            point.commit().await?;
            Ok(true)
        }
        Err(error)
            if matches!(error.constraint(), Some("request_active_limit" | "request_needs_subscription")) =>
        {
            point.rollback().await?;
            Ok(false)
        }
        Err(error) => Err(error),
    }
}
