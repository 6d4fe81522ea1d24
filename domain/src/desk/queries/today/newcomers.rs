use chrono::TimeDelta;

use super::READ;
use crate::{Result, Scope, Tx, desk::NewClient, ids::ClientId};

/// How long a client counts as new.
const NEW: TimeDelta = TimeDelta::days(7);

/// Clients who came in the last week.
pub(super) async fn read(tx: &mut Tx, scope: &Scope) -> Result<Vec<NewClient>> {
    let since = tx.now() - NEW;
    let rows = sqlx::query!(
        r#"SELECT c.id, c.name, c.created_at, s.name AS "offer?", s.state AS "state?"
           FROM client c
           LEFT JOIN LATERAL (
               SELECT name, state FROM subscription
               WHERE workspace_id = c.workspace_id AND client_id = c.id
               ORDER BY (state = 'ended'), created_at DESC LIMIT 1) s ON true
           WHERE c.workspace_id = $1 AND c.created_at > $2 AND c.archived_at IS NULL
           ORDER BY c.created_at DESC, c.id DESC LIMIT $3"#,
        scope.workspace.0,
        since,
        READ,
    )
    .fetch_all(tx.conn())
    .await?;
    let clients = rows.into_iter().map(|row| NewClient {
        client: ClientId(row.id),
        name: row.name,
        offer: row.offer,
        has_ended: row.state.as_deref() == Some("ended"),
        awaits_payment: row.state.as_deref() == Some("awaiting_payment"),
        at: row.created_at,
    });
    Ok(clients.collect())
}
