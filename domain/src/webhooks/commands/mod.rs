//! Setting webhooks up, and having something sent again.

mod enqueue;
mod reseal;
mod send_again;

pub(crate) use enqueue::{enqueue, with_fields};
pub(crate) use reseal::reseal_in;
pub use send_again::{send_again, send_since};

use base64::{Engine as _, engine::general_purpose::STANDARD};

use super::NewWebhook;
use crate::{
    Db, Error, FieldErrors, Result, Scope, Tx,
    audit::{self, NewEntry},
    db::one_row,
    ids::WebhookId,
    requests::commands::operator,
    sealed::{SealContext, SealedSecret, Secret},
    secret::random_bytes,
};

/// The longest address, in characters.
const URL: usize = 2_000;
/// The most webhooks of a workspace.
const MOST: i64 = 20;

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
    let entry = NewEntry { detail: events.join(", "), ..NewEntry::done("create_webhook", new.url.trim()) };
    audit::commands::record_in(&mut tx, scope, entry).await?;
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
    check_found(done.rows_affected())?;
    let entry = NewEntry { detail: events.join(", "), ..NewEntry::done("edit_webhook", new.url.trim()) };
    audit::commands::record_in(&mut tx, scope, entry).await?;
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
    check_found(done.rows_affected())?;
    let entry = NewEntry::done("rotate_webhook_secret", url_in(&mut tx, scope, webhook).await?);
    audit::commands::record_in(&mut tx, scope, entry).await?;
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
    check_found(done.rows_affected())?;
    let entry = NewEntry::done("remove_webhook", url_in(&mut tx, scope, webhook).await?);
    audit::commands::record_in(&mut tx, scope, entry).await?;
    tx.commit().await
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

fn check_found(affected: u64) -> Result<()> {
    if affected == 0 { Err(Error::NotFound) } else { one_row(affected) }
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

fn seal(db: &Db, scope: &Scope, webhook: WebhookId, secret: &str) -> Result<SealedSecret> {
    db.keyring()?.seal(&whose(scope, webhook), &Secret::new(secret))
}

/// What the secret belongs to.
pub(in crate::webhooks) fn whose(scope: &Scope, webhook: WebhookId) -> SealContext {
    SealContext::new(scope.workspace, &format!("webhook/{}", webhook.0))
}
