//! What the sender needs of the events that wait. All of it is the server's own work.

use chrono::{Duration, TimeDelta};

use super::commands::whose;
use crate::{
    Db, Error, Result, Scope, SystemRole,
    ids::{WebhookEventId, WebhookId, WorkspaceId},
    sealed::{SealedSecret, Secret},
};

/// How long to wait after each try that was not taken: ten tries over three days and a bit.
const WAITS: [TimeDelta; 9] = [
    Duration::seconds(5),
    Duration::minutes(5),
    Duration::minutes(30),
    Duration::hours(2),
    Duration::hours(5),
    Duration::hours(10),
    Duration::hours(14),
    Duration::hours(20),
    Duration::hours(24),
];
/// While one sender tries a delivery, no other takes it.
const LEASE: TimeDelta = Duration::minutes(2);
/// How long events stay, to be sent again.
const KEPT: TimeDelta = Duration::days(30);
/// The longest part of an answer that is kept, in characters.
const ANSWER: usize = 500;
const BATCH: i64 = 100;

/// Something to be sent now.
#[derive(Clone, Debug)]
pub struct DueDelivery {
    pub workspace: WorkspaceId,
    pub webhook: WebhookId,
    /// Names the message: the same each time that it is sent.
    pub event: WebhookEventId,
    pub url: String,
    pub body: String,
    /// What it is signed with.
    pub secret: Secret,
    /// How many tries there have been, this one included.
    pub attempt: i32,
}

/// What came of a try.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// None where nobody answered.
    pub status: Option<u16>,
    /// The beginning of the answer, or why there was none.
    pub text: String,
}

impl Reply {
    fn is_taken(&self) -> bool {
        self.status.is_some_and(|status| (200..300).contains(&status))
    }
}

/// Hands the events that nobody has handed out to the webhooks that want them; how many events. Of several nodes each
/// event is one's.
pub async fn spread(db: &Db) -> Result<u64> {
    let mut tx = db.begin_as(SystemRole::Jobs).await?;
    let now = tx.now();
    let events = sqlx::query_scalar!(
        "UPDATE webhook_event SET spread = true
         WHERE id IN (SELECT id FROM webhook_event WHERE NOT spread ORDER BY at LIMIT $1 FOR UPDATE SKIP LOCKED)
         RETURNING id",
        BATCH,
    )
    .fetch_all(tx.conn())
    .await?;
    sqlx::query!(
        "INSERT INTO webhook_delivery (workspace_id, webhook_id, event_id, not_before)
         SELECT e.workspace_id, w.id, e.id, $2
         FROM webhook_event e
         JOIN webhook w ON w.workspace_id = e.workspace_id AND w.removed_at IS NULL AND e.kind = ANY (w.events)
             AND w.created_at <= e.at
         WHERE e.id = ANY ($1)
         ON CONFLICT DO NOTHING",
        &events,
        now,
    )
    .execute(tx.conn())
    .await?;
    tx.commit().await?;
    Ok(events.len() as u64)
}

/// Takes up to `most` deliveries that are due; each counts as tried, and comes back after a lease unless it is settled.
pub async fn due(db: &Db, most: i64) -> Result<Vec<DueDelivery>> {
    let mut tx = db.begin_as(SystemRole::Jobs).await?;
    let now = tx.now();
    let taken = sqlx::query!(
        "UPDATE webhook_delivery d SET attempts = attempts + 1, not_before = $3, tried_at = $1
         FROM (SELECT webhook_id, event_id FROM webhook_delivery
               WHERE state = 'queued' AND not_before <= $1
               ORDER BY not_before LIMIT $2 FOR UPDATE SKIP LOCKED) taken
         WHERE d.webhook_id = taken.webhook_id AND d.event_id = taken.event_id
         RETURNING d.workspace_id, d.webhook_id, d.event_id, d.attempts",
        now,
        most,
        now + LEASE,
    )
    .fetch_all(tx.conn())
    .await?;
    tx.commit().await?;
    let mut found = Vec::new();
    for row in taken {
        let (workspace, webhook) = (WorkspaceId(row.workspace_id), WebhookId(row.webhook_id));
        found.extend(whole(db, workspace, webhook, WebhookEventId(row.event_id), row.attempts).await?);
    }
    Ok(found)
}

/// What is to be sent where, read in its workspace's own scope; none where the webhook was removed meanwhile.
async fn whole(
    db: &Db,
    workspace: WorkspaceId,
    webhook: WebhookId,
    event: WebhookEventId,
    attempt: i32,
) -> Result<Option<DueDelivery>> {
    let scope = Scope::system(workspace);
    let mut tx = db.begin(&scope).await?;
    let row = sqlx::query!(
        "SELECT w.url, w.key_id, w.wrapped, w.sealed, e.body
         FROM webhook w JOIN webhook_event e ON e.workspace_id = w.workspace_id AND e.id = $3
         WHERE w.workspace_id = $1 AND w.id = $2 AND w.removed_at IS NULL",
        workspace.0,
        webhook.0,
        event.0,
    )
    .fetch_optional(tx.conn())
    .await?;
    let Some(row) = row else {
        // Nobody is told any more.
        sqlx::query!(
            "UPDATE webhook_delivery SET state = 'failed', answer = 'The webhook was removed.'
             WHERE workspace_id = $1 AND webhook_id = $2 AND event_id = $3",
            workspace.0,
            webhook.0,
            event.0,
        )
        .execute(tx.conn())
        .await?;
        tx.commit().await?;
        return Ok(None);
    };
    tx.commit().await?;
    let sealed = SealedSecret { key_id: row.key_id, wrapped: row.wrapped, sealed: row.sealed };
    let mut due = DueDelivery {
        workspace,
        webhook,
        event,
        url: row.url,
        body: row.body,
        secret: Secret::new(""),
        attempt,
    };
    match db.keyring()?.open(&whose(&scope, webhook), &sealed) {
        Ok(secret) => {
            due.secret = secret;
            Ok(Some(due))
        }
        Err(error) => {
            tracing::error!(webhook.id = %webhook, error.message = %error, "a webhook's secret does not open");
            let text = "We can’t read its secret anymore. Generate a new one.".to_owned();
            settle(db, &due, &Reply { status: None, text }).await?;
            Ok(None)
        }
    }
}

/// Writes what came of a try. What was not taken is tried again, each time after longer; after the last one it is given
/// up and the webhook shown as failing, until something is taken there again.
pub async fn settle(db: &Db, due: &DueDelivery, answered: &Reply) -> Result<()> {
    let mut tx = db.begin_as(SystemRole::Jobs).await?;
    let now = tx.now();
    let wait = usize::try_from(due.attempt - 1).ok().and_then(|tried| WAITS.get(tried));
    let (state, next) = match (answered.is_taken(), wait) {
        (true, _) => ("sent", now),
        (false, Some(wait)) => ("queued", now + *wait),
        (false, None) => ("failed", now),
    };
    let text: String = answered.text.replace('\0', "").chars().take(ANSWER).collect();
    let done = sqlx::query!(
        "UPDATE webhook_delivery SET state = $4, not_before = $5, status = $6, answer = $7
         WHERE workspace_id = $1 AND webhook_id = $2 AND event_id = $3 AND state = 'queued' AND attempts = $8",
        due.workspace.0,
        due.webhook.0,
        due.event.0,
        state,
        next,
        answered.status.map(i32::from),
        text,
        due.attempt,
    )
    .execute(tx.conn())
    .await?;
    if done.rows_affected() > 1 {
        return Err(Error::Broken("a delivery was settled several times".into()));
    }
    if state != "queued" {
        sqlx::query!(
            "UPDATE webhook SET failing_since = CASE WHEN $3 THEN coalesce(failing_since, $4::timestamptz) END
             WHERE workspace_id = $1 AND id = $2",
            due.workspace.0,
            due.webhook.0,
            state == "failed",
            now,
        )
        .execute(tx.conn())
        .await?;
    }
    tx.commit().await
}

/// Clears away what happened a month ago.
pub async fn clear(db: &Db) -> Result<()> {
    let mut tx = db.begin_as(SystemRole::Jobs).await?;
    let old = tx.now() - KEPT;
    sqlx::query!("DELETE FROM webhook_event WHERE at < $1", old).execute(tx.conn()).await?;
    tx.commit().await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_tried_for_about_three_days() {
        let all: TimeDelta = WAITS.iter().sum();
        assert!(Duration::days(3) < all && all < Duration::days(4), "{all}");
        assert!(WAITS.is_sorted());
    }
}
