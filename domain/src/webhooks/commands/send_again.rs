use chrono::{DateTime, Utc};

use super::check_found;
use crate::{
    Db, Result, Scope,
    ids::{WebhookEventId, WebhookId},
    requests::commands::operator,
    webhooks::queries,
};

/// Sends one event again, whether it was taken or given up.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn send_again(db: &Db, scope: &Scope, webhook: WebhookId, event: WebhookEventId) -> Result<()> {
    operator(scope)?;
    let mut tx = db.begin(scope).await?;
    let now = tx.now();
    let done = sqlx::query!(
        "UPDATE webhook_delivery d SET state = 'queued', attempts = 0, not_before = $4
         FROM webhook w WHERE w.workspace_id = d.workspace_id AND w.id = d.webhook_id AND w.removed_at IS NULL
           AND d.workspace_id = $1 AND d.webhook_id = $2 AND d.event_id = $3",
        scope.workspace.0,
        webhook.0,
        event.0,
        now,
    )
    .execute(tx.conn())
    .await?;
    check_found(done.rows_affected())?;
    tx.commit().await
}

/// Sends everything again that happened since and that it wants, also what happened before there was the webhook.
/// Answers how many events that are.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn send_since(db: &Db, scope: &Scope, webhook: WebhookId, since: DateTime<Utc>) -> Result<u64> {
    operator(scope)?;
    queries::get(db, scope, webhook).await?;
    let mut tx = db.begin(scope).await?;
    let now = tx.now();
    let done = sqlx::query!(
        "INSERT INTO webhook_delivery (workspace_id, webhook_id, event_id, not_before)
         SELECT w.workspace_id, w.id, e.id, $4
         FROM webhook w JOIN webhook_event e ON e.workspace_id = w.workspace_id AND e.kind = ANY (w.events)
         WHERE w.workspace_id = $1 AND w.id = $2 AND w.removed_at IS NULL AND e.at >= $3
         ON CONFLICT (webhook_id, event_id) DO UPDATE SET state = 'queued', attempts = 0, not_before = $4",
        scope.workspace.0,
        webhook.0,
        since,
        now,
    )
    .execute(tx.conn())
    .await?;
    tx.commit().await?;
    Ok(done.rows_affected())
}
