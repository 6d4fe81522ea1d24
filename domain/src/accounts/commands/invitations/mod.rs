//! Invitations: a mail to one address, for one role, that works once, for a week.

use chrono::Duration;

mod accept;

pub use accept::{Acceptance, Invitation, accept, open};

use super::{people::check_manager, persons::check_email};
use crate::{
    Db, Error, FieldErrors, Result, Role, Scope, SystemRole, Tx,
    accounts::limits::{self, INVITATION_PAIR, INVITATIONS, pair},
    audit::{self, NewEntry},
    billing,
    ids::InvitationId,
    mail, secret,
};

/// How long an invitation's link works.
const LIFE: Duration = Duration::days(7);

/// Invites an address to the scope's client or, without one, to the desk. Inviting it again sends a new link and ends
/// the one before.
///
/// # Errors
/// [`Error::Fields`] for what is no address or a colleague already, [`Error::Refused`] without the right to,
/// [`Error::TooMany`].
pub async fn invite(db: &Db, scope: &Scope, email: &str, role: Role) -> Result<()> {
    check_manager(scope)?;
    if (role == Role::Operator) != scope.client.is_none() {
        return Err(Error::Fields(FieldErrors::one("role", "Choose a role.")));
    }
    let mut errors = FieldErrors::new();
    let email = check_email(&mut errors, "email", email);
    errors.check()?;
    count(db, scope, &email).await?;
    let mut tx = db.begin(scope).await?;
    invite_in(&mut tx, scope, &email, role).await?;
    tx.commit().await
}

/// The same within a transaction; the address was read and the try counted before.
///
/// # Errors
/// [`Error::Fields`] for a colleague already.
pub(crate) async fn invite_in(tx: &mut Tx, scope: &Scope, email: &str, role: Role) -> Result<()> {
    check_confirmed(tx, scope).await?;
    if is_here(tx, scope, email).await? {
        return Err(Error::Fields(FieldErrors::one(
            "email",
            "They already have access. You can change their role in the list.",
        )));
    }
    end_in(tx, scope, email).await?;
    let (id, token) = (InvitationId::new(), secret::random_token());
    let now = tx.now();
    sqlx::query!(
        "INSERT INTO invitation (id, workspace_id, client_id, email, role, token_hash, invited_by, created_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        id.0,
        scope.workspace.0,
        scope.client.map(|client| client.0),
        email,
        role.as_str(),
        secret::hash(&token),
        scope.person().map(|person| person.0),
        now,
        now + LIFE,
    )
    .execute(tx.conn())
    .await?;
    let entry = NewEntry { after: Some(role.as_str().to_owned()), ..NewEntry::done("invite", email) };
    audit::commands::record_in(tx, scope, entry).await?;
    if let (Some(client), Role::Owner | Role::Billing) = (scope.client, role) {
        billing::commands::mail_unsent_in(tx, scope, client).await?;
    }
    send_in(tx, scope, email, &token).await
}

/// Sends an open invitation again, with a new link; the one before ends.
///
/// # Errors
/// [`Error::NotFound`] when it is answered or revoked, [`Error::TooMany`].
pub async fn resend(db: &Db, scope: &Scope, id: InvitationId) -> Result<()> {
    check_manager(scope)?;
    let mut tx = db.begin(scope).await?;
    check_confirmed(&mut tx, scope).await?;
    let (token, now) = (secret::random_token(), tx.now());
    let email = sqlx::query_scalar!(
        "UPDATE invitation SET token_hash = $4, expires_at = $5
         WHERE id = $1 AND workspace_id = $2 AND client_id IS NOT DISTINCT FROM $3
           AND accepted_at IS NULL AND revoked_at IS NULL
         RETURNING email",
        id.0,
        scope.workspace.0,
        scope.client.map(|client| client.0),
        secret::hash(&token),
        now + LIFE,
    )
    .fetch_optional(tx.conn())
    .await?
    .ok_or(Error::NotFound)?;
    count(db, scope, &email).await?;
    send_in(&mut tx, scope, &email, &token).await?;
    audit::commands::record_in(&mut tx, scope, NewEntry::done("resend_invitation", email.as_str())).await?;
    tx.commit().await
}

/// Takes an open invitation back: its link ends.
///
/// # Errors
/// [`Error::NotFound`] when it is answered or revoked.
pub async fn revoke(db: &Db, scope: &Scope, id: InvitationId) -> Result<()> {
    check_manager(scope)?;
    let mut tx = db.begin(scope).await?;
    let now = tx.now();
    let email = sqlx::query_scalar!(
        "UPDATE invitation SET revoked_at = $4
         WHERE id = $1 AND workspace_id = $2 AND client_id IS NOT DISTINCT FROM $3
           AND accepted_at IS NULL AND revoked_at IS NULL
         RETURNING email",
        id.0,
        scope.workspace.0,
        scope.client.map(|client| client.0),
        now,
    )
    .fetch_optional(tx.conn())
    .await?
    .ok_or(Error::NotFound)?;
    audit::commands::record_in(&mut tx, scope, NewEntry::done("revoke_invitation", email)).await?;
    tx.commit().await
}

/// Counts a try to invite an address.
///
/// # Errors
/// [`Error::TooMany`].
pub(crate) async fn count(db: &Db, scope: &Scope, email: &str) -> Result<()> {
    let whose = scope.client.map_or(scope.workspace.to_string(), |client| client.to_string());
    limits::hit_all(db, &[(INVITATION_PAIR, pair(email, &whose)), (INVITATIONS, whose)]).await
}

/// Refuses whoever has not shown that their address is theirs: it may be somebody else's, who would not know the people
/// that come.
async fn check_confirmed(tx: &mut Tx, scope: &Scope) -> Result<()> {
    let Some(person) = scope.person() else { return Ok(()) };
    let confirmed = sqlx::query_scalar!("SELECT confirmed FROM person WHERE id = $1", person.0)
        .fetch_optional(tx.conn())
        .await?;
    if confirmed == Some(true) {
        return Ok(());
    }
    Err(Error::refused(
        "Confirm your email address first: open the link in the mail that we sent you. Your account page sends it again.",
    ))
}

async fn is_here(tx: &mut Tx, scope: &Scope, email: &str) -> Result<bool> {
    let here = sqlx::query_scalar!(
        r#"SELECT EXISTS (
               SELECT 1 FROM membership m JOIN person p ON p.id = m.person_id
               WHERE m.workspace_id = $1 AND m.client_id IS NOT DISTINCT FROM $2 AND m.removed_at IS NULL
                 AND p.email = $3) AS "here!""#,
        scope.workspace.0,
        scope.client.map(|client| client.0),
        email,
    )
    .fetch_one(tx.conn())
    .await?;
    Ok(here)
}

async fn end_in(tx: &mut Tx, scope: &Scope, email: &str) -> Result<()> {
    let now = tx.now();
    sqlx::query!(
        "UPDATE invitation SET revoked_at = $4
         WHERE workspace_id = $1 AND client_id IS NOT DISTINCT FROM $2 AND email = $3
           AND accepted_at IS NULL AND revoked_at IS NULL",
        scope.workspace.0,
        scope.client.map(|client| client.0),
        email,
        now,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

async fn send_in(tx: &mut Tx, scope: &Scope, email: &str, token: &str) -> Result<()> {
    let row = sqlx::query!(
        r#"SELECT w.name, (SELECT c.name FROM client c WHERE c.id = $2) AS client FROM workspace w WHERE w.id = $1"#,
        scope.workspace.0,
        scope.client.map(|client| client.0),
    )
    .fetch_one(tx.conn())
    .await?;
    let who = match &scope.actor {
        crate::Actor::Person { name, .. } => name.clone(),
        _ => row.name.clone(),
    };
    let (who, workspace) = (mail::plain(&who), mail::plain(&row.name));
    let place =
        row.client.map_or(workspace.clone(), |client| format!("{} at {workspace}", mail::plain(&client)));
    // A client's words reach nobody who has not shown that they want mail from here.
    let named = scope.role() != Some(Role::Owner) || is_confirmed(tx, scope, email).await?;
    let (subject, text) = if named {
        (
            format!("{who} invited you to {place}"),
            format!("{who} invited you to join {place}.\n\nAccept the invitation:"),
        )
    } else {
        (
            format!("You’re invited to {workspace}"),
            format!(
                "Someone who works with {workspace} invited you. See who it is and accept the invitation:"
            ),
        )
    };
    let body = format!(
        "Hi,\n\n{text}\n\n{{link:/invitations/{token}}}\n\n\
         The link is just for you. It works once and expires in seven days.\n\n{}\n",
        row.name,
    );
    mail::commands::queue_in(tx, scope.workspace, email, &subject, &body).await
}

/// Whether the address belongs to somebody who has shown that they read its mail, anywhere on this install.
async fn is_confirmed(tx: &mut Tx, scope: &Scope, email: &str) -> Result<bool> {
    tx.enter_as(SystemRole::Auth).await?;
    let confirmed = sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT 1 FROM person WHERE email = $1 AND confirmed) AS "confirmed!""#,
        email
    )
    .fetch_one(tx.conn())
    .await?;
    tx.enter(scope).await?;
    Ok(confirmed)
}
