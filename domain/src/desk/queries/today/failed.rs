use chrono::TimeDelta;

use super::READ;
use crate::{
    Result, Scope, Tx,
    desk::FailedRun,
    ids::{ClientId, RequestId},
};

/// What failed before this is on the board alone.
const RECENT: TimeDelta = TimeDelta::days(30);

/// Work that failed lately, that nobody took up again and that still holds its place.
pub(super) async fn read(tx: &mut Tx, scope: &Scope) -> Result<Vec<FailedRun>> {
    let since = tx.now() - RECENT;
    let rows = sqlx::query!(
        r#"SELECT run.request_id, run.client_id, c.name AS client_name, r.number, r.title, a.name AS agent,
                  run.failure, run.failure_reason, run.ended_at AS "ended_at!"
           FROM run
           JOIN request r ON r.workspace_id = run.workspace_id AND r.client_id = run.client_id AND r.id = run.request_id
           JOIN client c ON c.workspace_id = run.workspace_id AND c.id = run.client_id
           JOIN agent a ON a.workspace_id = run.workspace_id AND a.id = run.agent_id
           WHERE run.workspace_id = $1 AND run.parent_id IS NULL AND run.state = 'failed' AND run.ended_at > $2 AND r.withdrawn_at IS NULL
             AND r.board_column IN ('in_progress', 'waiting')
             AND NOT EXISTS (SELECT FROM run later
                             WHERE later.workspace_id = run.workspace_id AND later.client_id = run.client_id
                               AND later.request_id = run.request_id AND later.parent_id IS NULL
                               AND (later.queued_at, later.id) > (run.queued_at, run.id))
           ORDER BY run.ended_at DESC LIMIT $3"#,
        scope.workspace.0,
        since,
        READ,
    )
    .fetch_all(tx.conn())
    .await?;
    let failed = rows.into_iter().map(|row| FailedRun {
        request: RequestId(row.request_id),
        client: ClientId(row.client_id),
        client_name: row.client_name,
        number: row.number.cast_unsigned(),
        title: row.title,
        agent: row.agent,
        reason: row.failure_reason.or(row.failure).unwrap_or_default(),
        at: row.ended_at,
    });
    Ok(failed.collect())
}
