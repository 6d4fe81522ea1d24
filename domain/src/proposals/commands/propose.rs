use chrono::TimeDelta;
use sqlx::types::Json;

use crate::{
    Db, Error, FieldErrors, Result, Scope, Tx,
    audit::{AuditOutcome, NewEntry},
    ids::{ProposalId, TokenId},
    live_hints, mail,
    proposals::{Action, action::Effect},
    requests::commands::operator,
    session::Author,
};

/// The longest reason, in characters.
const REASON: usize = 2_000;
/// How long a proposal may be decided on: whoever is away for a week decides it anew.
const OPEN_FOR: TimeDelta = TimeDelta::days(7);

/// Proposes an action: it stands on the desk, operators get a mail, and nothing is done yet. Answers with what the audit
/// log is to say of it.
///
/// # Errors
/// [`Error::NotFound`] for what the scope does not see, and for everyone but operators; [`Error::Refused`] where the
/// action makes no sense as things stand; field `reason`.
pub async fn propose(
    db: &Db,
    scope: &Scope,
    token: TokenId,
    action: &Action,
    reason: &str,
) -> Result<(ProposalId, NewEntry)> {
    operator(scope)?;
    let reason = reason.replace('\0', "").trim().to_owned();
    if reason.chars().count() > REASON {
        let words = format!("Shorten the reason to {REASON} characters.");
        return Err(Error::Fields(FieldErrors::one("reason", words)));
    }
    let meaning = action.meaning(db, scope).await?;
    let mut tx = db.begin(scope).await?;
    let id = insert(&mut tx, scope, token, action, &meaning, &reason).await?;
    live_hints::publish_to_desk(&mut tx, scope, "proposal").await?;
    mail_operators(&mut tx, scope, &meaning, &reason).await?;
    tx.commit().await?;
    let entry = NewEntry { client: meaning.client, ..NewEntry::done(action.name(), meaning.words) };
    Ok((id, entry.with_outcome(AuditOutcome::Proposed, reason)))
}

async fn insert(
    tx: &mut Tx,
    scope: &Scope,
    token: TokenId,
    action: &Action,
    meaning: &Effect,
    reason: &str,
) -> Result<ProposalId> {
    let (id, now) = (ProposalId::new(), tx.now());
    sqlx::query!(
        "INSERT INTO proposal (id, workspace_id, client_id, what, action, words, reason, proposed_by, token_id,
                               expires_at, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        id.0,
        scope.workspace.0,
        meaning.client.map(|id| id.0),
        action.name(),
        Json(action) as _,
        meaning.words,
        reason,
        Author::of(scope).name,
        token.0,
        now + OPEN_FOR,
        now,
    )
    .execute(tx.conn())
    .await?;
    Ok(id)
}

async fn mail_operators(tx: &mut Tx, scope: &Scope, meaning: &Effect, reason: &str) -> Result<()> {
    let words = meaning.words.as_str();
    let by = Author::of(scope).name;
    let why = if reason.is_empty() { String::new() } else { format!("\n\nWhy: {}", mail::plain(reason)) };
    let body = format!(
        "{} wants to do this on your behalf:\n\n{}{why}\n\nNothing happens until you approve it on your desk: {{link:/desk}}\n",
        mail::plain(&by),
        mail::plain(words),
    );
    let subject = format!("Needs your approval: {words}");
    mail::commands::queue_to_operators_about_in(tx, scope, meaning.client, &subject, &body).await
}
