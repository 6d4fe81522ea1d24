//! How the packing ends.

use super::{VALID, claim::Claim, progress::lost, queries::client_name_in};
use crate::{
    Db, Result, Tx,
    audit::{self, AuditOutcome, NewEntry},
    files::store::Key,
    live_hints, mail,
};

/// Why there is none, where the disk is full.
pub(super) const NO_ROOM: &str =
    "There isn’t enough room to prepare a download right now. We’ve been told. Try again later.";
/// Why there is none, for every other reason.
pub(super) const FAILED: &str = "Something went wrong on our end. Nothing was lost. Try again.";

/// It lies under `key` and may be downloaded: those before it are no longer needed.
///
/// # Errors
/// Where another node has it by now; then it is not to be used.
pub(super) async fn mark_ready(db: &Db, claim: &Claim, key: &Key, bytes: u64) -> Result<()> {
    let scope = claim.scope();
    let mut tx = db.begin(&scope).await?;
    let now = tx.now();
    let until = now + VALID;
    let held = sqlx::query!(
        "UPDATE client_export SET state = 'ready', done = total, object = $5, bytes = $6, ready_at = $7, expires_at = $8,
                                  lease_until = NULL
         WHERE workspace_id = $1 AND client_id = $2 AND id = $3 AND attempt = $4 AND state = 'working'",
        claim.workspace.0,
        claim.client.0,
        claim.export.0,
        claim.attempt,
        key.as_str(),
        i64::try_from(bytes).unwrap_or(i64::MAX),
        now,
        until,
    )
    .execute(tx.conn())
    .await?
    .rows_affected();
    if held != 1 {
        return Err(lost());
    }
    sqlx::query!(
        "UPDATE client_export SET state = 'expired'
         WHERE workspace_id = $1 AND client_id = $2 AND id <> $3 AND state = 'ready'",
        claim.workspace.0,
        claim.client.0,
        claim.export.0,
    )
    .execute(tx.conn())
    .await?;
    let name = client_name_in(&mut tx, &scope, claim.client).await?;
    audit::commands::record_in(
        &mut tx,
        &scope,
        NewEntry::done("finish_export", name.as_str()).of(claim.client),
    )
    .await?;
    let until = mail::time(until);
    notify(&mut tx, claim, &name, "is ready", |link| {
        format!(
            "Hi,\n\nYour download is ready. Sign in to get it:\n{link}\n\nIt’s available until {until}. After that, you can \
             prepare a new one.\n"
        )
    })
    .await?;
    live_hints::publish(&mut tx, &scope, claim.client, "export", None).await?;
    tx.commit().await
}

/// There will be none; `why` in the words of who asked.
pub(super) async fn mark_failed(db: &Db, claim: &Claim, why: &str) -> Result<()> {
    let scope = claim.scope();
    let mut tx = db.begin(&scope).await?;
    let held = sqlx::query!(
        "UPDATE client_export SET state = 'failed', failure = $5, lease_until = NULL
         WHERE workspace_id = $1 AND client_id = $2 AND id = $3 AND attempt = $4 AND state = 'working'",
        claim.workspace.0,
        claim.client.0,
        claim.export.0,
        claim.attempt,
        why,
    )
    .execute(tx.conn())
    .await?
    .rows_affected();
    if held != 1 {
        return tx.commit().await;
    }
    let name = client_name_in(&mut tx, &scope, claim.client).await?;
    let entry = NewEntry::done("finish_export", name.as_str())
        .of(claim.client)
        .with_outcome(AuditOutcome::Refused, why);
    audit::commands::record_in(&mut tx, &scope, entry).await?;
    notify(&mut tx, claim, &name, "couldn’t be prepared", |link| {
        format!("Hi,\n\nWe couldn’t prepare your download. {why}\n{link}\n")
    })
    .await?;
    live_hints::publish(&mut tx, &scope, claim.client, "export", None).await?;
    tx.commit().await
}

/// Writes to whoever asked, once the address is known to be theirs. The link leads to a page that asks to sign in.
async fn notify(
    tx: &mut Tx,
    claim: &Claim,
    client_name: &str,
    what: &str,
    body: impl FnOnce(&str) -> String,
) -> Result<()> {
    let asked = sqlx::query!(
        "SELECT p.email, e.from_desk FROM client_export e JOIN person p ON p.id = e.asked_by
         WHERE e.workspace_id = $1 AND e.client_id = $2 AND e.id = $3 AND p.confirmed",
        claim.workspace.0,
        claim.client.0,
        claim.export.0,
    )
    .fetch_optional(tx.conn())
    .await?;
    let Some(asked) = asked else { return Ok(()) };
    let (link, subject) = if asked.from_desk {
        let subject = format!("The download for {} {what}", mail::plain(client_name));
        (format!("{{link:/desk/clients/{}/data}}", claim.client), subject)
    } else {
        ("{link:/portal/data}".to_owned(), format!("Your download {what}"))
    };
    mail::commands::queue_in(tx, claim.workspace, &asked.email, &subject, &body(&link)).await
}
