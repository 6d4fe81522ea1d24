use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{Delivery, DeliveryState, Webhook};
use crate::{
    Db, Error, Result, Scope, Tx,
    ids::{WebhookEventId, WebhookId},
    requests::commands::operator,
};

/// The most deliveries that one call answers.
const MOST: i64 = 50;

/// The workspace's webhooks, oldest first.
///
/// # Errors
/// [`Error::NotFound`] for everyone but operators.
pub async fn list(db: &Db, scope: &Scope) -> Result<Vec<Webhook>> {
    operator(scope)?;
    let mut tx = db.begin(scope).await?;
    let found = load(&mut tx, scope, None).await?;
    tx.commit().await?;
    Ok(found)
}

/// One of them.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn get(db: &Db, scope: &Scope, webhook: WebhookId) -> Result<Webhook> {
    operator(scope)?;
    let mut tx = db.begin(scope).await?;
    let found = load(&mut tx, scope, Some(webhook)).await?;
    tx.commit().await?;
    found.into_iter().next().ok_or(Error::NotFound)
}

struct WebhookRow {
    id: Uuid,
    url: String,
    events: Vec<String>,
    created_at: DateTime<Utc>,
    failing_since: Option<DateTime<Utc>>,
    waiting: i64,
}

async fn load(tx: &mut Tx, scope: &Scope, webhook: Option<WebhookId>) -> Result<Vec<Webhook>> {
    let rows = sqlx::query_as!(
        WebhookRow,
        r#"SELECT w.id, w.url, w.events, w.created_at, w.failing_since,
                  (SELECT count(*) FROM webhook_delivery d
                   WHERE d.workspace_id = w.workspace_id AND d.webhook_id = w.id AND d.state = 'queued') AS "waiting!"
           FROM webhook w
           WHERE w.workspace_id = $1 AND w.removed_at IS NULL AND ($2::uuid IS NULL OR w.id = $2)
           ORDER BY w.created_at, w.id"#,
        scope.workspace.0,
        webhook.map(|id| id.0),
    )
    .fetch_all(tx.conn())
    .await?;
    let read = |row: WebhookRow| Webhook {
        id: WebhookId(row.id),
        url: row.url,
        events: row.events.iter().filter_map(|word| word.parse().ok()).collect(),
        created_at: row.created_at.timestamp_millis(),
        failing_since: row.failing_since.map(|at| at.timestamp_millis()),
        waiting: row.waiting.cast_unsigned(),
    };
    Ok(rows.into_iter().map(read).collect())
}

/// What was sent to a webhook lately, the newest event first.
///
/// # Errors
/// [`Error::NotFound`] for everyone but operators.
pub async fn deliveries(db: &Db, scope: &Scope, webhook: WebhookId) -> Result<Vec<Delivery>> {
    operator(scope)?;
    let mut tx = db.begin(scope).await?;
    let rows = sqlx::query!(
        r#"SELECT d.event_id, e.kind, e.at, e.body, d.state AS "state: DeliveryState", d.attempts, d.not_before, d.tried_at, d.status, d.answer
         FROM webhook_delivery d JOIN webhook_event e ON e.workspace_id = d.workspace_id AND e.id = d.event_id
         WHERE d.workspace_id = $1 AND d.webhook_id = $2
         ORDER BY e.at DESC, e.id DESC LIMIT $3"#,
        scope.workspace.0,
        webhook.0,
        MOST,
    )
    .fetch_all(tx.conn())
    .await?;
    tx.commit().await?;
    let deliveries = rows.into_iter().map(|row| Delivery {
        event: WebhookEventId(row.event_id),
        kind: row.kind,
        at: row.at.timestamp_millis(),
        state: row.state,
        attempts: row.attempts.cast_unsigned(),
        next_at: row.not_before.timestamp_millis(),
        tried_at: row.tried_at.map(|at| at.timestamp_millis()),
        status: row.status.and_then(|status| u16::try_from(status).ok()),
        answer: row.answer,
        body: row.body,
    });
    Ok(deliveries.collect())
}
