use base64::{Engine as _, engine::general_purpose::STANDARD};
use chrono::{DateTime, Utc};

use super::Kind;
use crate::{
    Db, Error, FieldErrors, Result, Scope, Tx,
    audit::{self, Deed},
    ids::{WebhookEventId, WebhookId},
    requests::{clock, commands::operator},
    sealed::{For, Keyring, Sealed, Secret},
    secret::random_bytes,
};

/// The longest address, in characters.
const URL: usize = 2_000;
/// The most webhooks of a workspace.
const MOST: i64 = 20;

/// A webhook to be. Whoever calls has made sure of the address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewWebhook {
    pub url: String,
    pub events: Vec<Kind>,
}

/// Makes a webhook. Its secret is answered this once, as `whsec_…`.
///
/// # Errors
/// Fields `url` and `events`; [`Error::Refused`] for more than twenty; [`Error::NotFound`] for everyone but operators.
pub async fn create(db: &Db, scope: &Scope, new: &NewWebhook) -> Result<(WebhookId, String)> {
    operator(scope)?;
    let events = checked(new)?;
    let (id, secret) = (WebhookId::new(), fresh());
    let sealed = seal(db, scope, id, &secret)?;
    let mut tx = db.begin(scope).await?;
    let now = tx.now();
    let made = sqlx::query!(
        "INSERT INTO webhook (id, workspace_id, url, events, key_id, wrapped, sealed, created_at)
         SELECT $1, $2, $3, $4, $5, $6, $7, $8
         WHERE (SELECT count(*) FROM webhook WHERE workspace_id = $2 AND removed_at IS NULL) < $9",
        id.0,
        scope.workspace.0,
        new.url.trim(),
        &events,
        sealed.key_id,
        sealed.wrapped,
        sealed.sealed,
        now,
        MOST,
    )
    .execute(tx.conn())
    .await?;
    if made.rows_affected() == 0 {
        return Err(Error::refused(
            "You’ve reached the limit of 20 webhooks. Remove one you no longer need.",
        ));
    }
    let deed = Deed { detail: events.join(", "), ..Deed::done("create_webhook", new.url.trim()) };
    audit::done_in(&mut tx, scope, deed).await?;
    tx.commit().await?;
    Ok((id, secret))
}

/// Changes where it leads and what it is told.
///
/// # Errors
/// As [`create`].
pub async fn edit(db: &Db, scope: &Scope, webhook: WebhookId, new: &NewWebhook) -> Result<()> {
    operator(scope)?;
    let events = checked(new)?;
    let mut tx = db.begin(scope).await?;
    let done = sqlx::query!(
        "UPDATE webhook SET url = $3, events = $4, failing_since = NULL
         WHERE workspace_id = $1 AND id = $2 AND removed_at IS NULL",
        scope.workspace.0,
        webhook.0,
        new.url.trim(),
        &events,
    )
    .execute(tx.conn())
    .await?;
    found(done.rows_affected())?;
    let deed = Deed { detail: events.join(", "), ..Deed::done("edit_webhook", new.url.trim()) };
    audit::done_in(&mut tx, scope, deed).await?;
    tx.commit().await
}

/// Gives it another secret, which is answered this once. The one before counts no more.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn rotate(db: &Db, scope: &Scope, webhook: WebhookId) -> Result<String> {
    operator(scope)?;
    let secret = fresh();
    let sealed = seal(db, scope, webhook, &secret)?;
    let mut tx = db.begin(scope).await?;
    let done = sqlx::query!(
        "UPDATE webhook SET key_id = $3, wrapped = $4, sealed = $5
         WHERE workspace_id = $1 AND id = $2 AND removed_at IS NULL",
        scope.workspace.0,
        webhook.0,
        sealed.key_id,
        sealed.wrapped,
        sealed.sealed,
    )
    .execute(tx.conn())
    .await?;
    found(done.rows_affected())?;
    let deed = Deed::done("rotate_webhook_secret", url_in(&mut tx, scope, webhook).await?);
    audit::done_in(&mut tx, scope, deed).await?;
    tx.commit().await?;
    Ok(secret)
}

/// Removes it; nothing more is sent there.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn remove(db: &Db, scope: &Scope, webhook: WebhookId) -> Result<()> {
    operator(scope)?;
    let mut tx = db.begin(scope).await?;
    let now = tx.now();
    let done = sqlx::query!(
        "UPDATE webhook SET removed_at = $3 WHERE workspace_id = $1 AND id = $2 AND removed_at IS NULL",
        scope.workspace.0,
        webhook.0,
        now,
    )
    .execute(tx.conn())
    .await?;
    found(done.rows_affected())?;
    let deed = Deed::done("remove_webhook", url_in(&mut tx, scope, webhook).await?);
    audit::done_in(&mut tx, scope, deed).await?;
    tx.commit().await
}

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
    found(done.rows_affected())?;
    tx.commit().await
}

/// Sends everything again that happened since and that it wants, also what happened before there was the webhook.
/// Answers how many events that are.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn send_since(db: &Db, scope: &Scope, webhook: WebhookId, since: DateTime<Utc>) -> Result<u64> {
    operator(scope)?;
    super::get(db, scope, webhook).await?;
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

/// Where it leads, for the audit log.
async fn url_in(tx: &mut Tx, scope: &Scope, webhook: WebhookId) -> Result<String> {
    Ok(sqlx::query_scalar!(
        "SELECT url FROM webhook WHERE workspace_id = $1 AND id = $2",
        scope.workspace.0,
        webhook.0
    )
    .fetch_one(tx.conn())
    .await?)
}

fn found(affected: u64) -> Result<()> {
    if affected == 0 { Err(Error::NotFound) } else { clock::one_row(affected) }
}

fn checked(new: &NewWebhook) -> Result<Vec<String>> {
    let mut events: Vec<String> = new.events.iter().map(|kind| kind.as_str().to_owned()).collect();
    events.sort_unstable();
    events.dedup();
    let mut errors = FieldErrors::new();
    match new.url.trim().chars().count() {
        0 => errors.add("url", "Enter the URL, like https://example.com/hook."),
        length if length > URL => errors.add("url", "Shorten the address to 2,000 characters."),
        _ => {}
    }
    if events.is_empty() {
        errors.add("events", "Choose at least one event.");
    }
    errors.check().map(|()| events)
}

/// A secret as the Standard Webhooks scheme writes them.
fn fresh() -> String {
    format!("whsec_{}", STANDARD.encode(random_bytes()))
}

fn seal(db: &Db, scope: &Scope, webhook: WebhookId, secret: &str) -> Result<Sealed> {
    db.keyring()?.seal(&whose(scope, webhook), &Secret::new(secret))
}

/// What the secret belongs to.
pub(super) fn whose(scope: &Scope, webhook: WebhookId) -> For {
    For::new(scope.workspace, &format!("webhook/{}", webhook.0))
}

/// Seals the workspace's secrets under the current master key: how many, and how many no key here opens.
pub(crate) async fn reseal_in(tx: &mut Tx, scope: &Scope, ring: &Keyring) -> Result<(u64, u64)> {
    let (mut done, mut unopened) = (0, 0);
    let rows = sqlx::query!(
        "SELECT id, key_id, wrapped, sealed FROM webhook WHERE workspace_id = $1 AND key_id <> $2 AND removed_at IS NULL
         ORDER BY id FOR UPDATE",
        scope.workspace.0,
        ring.name(),
    )
    .fetch_all(tx.conn())
    .await?;
    for row in rows {
        let sealed = Sealed { key_id: row.key_id, wrapped: row.wrapped, sealed: row.sealed };
        match ring.renewed(&whose(scope, WebhookId(row.id)), &sealed) {
            Ok(Some(renewed)) => done += reseal_one(tx, scope, row.id, &renewed).await?,
            Ok(None) => {}
            Err(_) => unopened += 1,
        }
    }
    Ok((done, unopened))
}

async fn reseal_one(tx: &mut Tx, scope: &Scope, webhook: uuid::Uuid, renewed: &Sealed) -> Result<u64> {
    let done = sqlx::query!(
        "UPDATE webhook SET key_id = $3, wrapped = $4, sealed = $5 WHERE workspace_id = $1 AND id = $2",
        scope.workspace.0,
        webhook,
        renewed.key_id,
        renewed.wrapped,
        renewed.sealed,
    )
    .execute(tx.conn())
    .await?;
    Ok(done.rows_affected())
}
