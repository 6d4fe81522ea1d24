//! A forgotten password: a mail with a link, and the new password that the link lets one set.

use std::time::Duration as Span;

use chrono::Duration;

use super::{
    links,
    persons::{check_password, claimant_in, owner_in},
};
use crate::{
    Db, Error, FieldErrors, Office, OnConstraint, Result, Tx,
    accounts::{Standing, passwords, queries::places_in, read_email, sign_ins::revoke_others_in},
    ids::{PersonId, WorkspaceId},
    mail, secret,
    workspaces::Workspace,
};

/// How long a link for a new password works.
const LIFE: Duration = Duration::minutes(60);
/// Every answer takes at least this long, so that its time does not tell whether a mail was written.
const PACE: Span = Span::from_millis(250);

/// Whose password a link may set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reset {
    pub name: String,
    pub email: String,
}

/// Sends a link to whom the address belongs. Nothing tells the one who asks whether there is anybody.
///
/// # Errors
/// [`Error::Fields`] when it is no address, [`Error::TooMany`].
pub async fn ask(db: &Db, workspace: &Workspace, email: &str, address: &str) -> Result<()> {
    let over = tokio::time::Instant::now() + PACE;
    let email = read_email(email).ok_or_else(|| {
        Error::Fields(FieldErrors::one(
            "email",
            "This is not an e-mail address. It looks like name@company.com.",
        ))
    })?;
    links::asked(db, &email, address).await?;
    let mut tx = db.begin_as(Office::Auth).await?;
    let person = match owner_in(&mut tx, &email).await? {
        Some(owner) => Some(owner),
        None => claimant_in(&mut tx, &email).await?,
    };
    if let Some(person) = person {
        let token = create_in(&mut tx, person.id, LIFE).await?;
        let body = format!(
            "Hello {},\n\nset a new password here:\n\n{{link:/reset/{token}}}\n\nThe link works once, for an hour. \
             If you did not ask for it, leave it; your password stays as it is.\n\n{}\n",
            mail::plain(&person.name),
            workspace.name,
        );
        mail::queue_in(&mut tx, workspace.id, &email, "Your new password", &body).await?;
    }
    tx.commit().await?;
    tokio::time::sleep_until(over).await;
    Ok(())
}

/// A new link for a person's password: its token. For [`Office::Auth`].
pub(super) async fn create_in(tx: &mut Tx, person: PersonId, life: Duration) -> Result<String> {
    let (token, now) = (secret::random_token(), tx.now());
    sqlx::query!(
        "INSERT INTO password_reset (token_hash, person_id, created_at, expires_at) VALUES ($1, $2, $3, $4)",
        secret::hash(&token),
        person.0,
        now,
        now + life,
    )
    .execute(tx.conn())
    .await?;
    Ok(token)
}

/// What a link's form shows. Opening it changes nothing: mail scanners open every link.
///
/// # Errors
/// [`Error::NotFound`] when it is unknown, used or too old.
pub async fn open(db: &Db, token: &str, address: &str) -> Result<Reset> {
    links::tried(db, address).await?;
    let mut tx = db.begin_as(Office::Auth).await?;
    let now = tx.now();
    let row = sqlx::query!(
        "SELECT p.name, p.email FROM password_reset r JOIN person p ON p.id = r.person_id
         WHERE r.token_hash = $1 AND r.used_at IS NULL AND r.expires_at > $2",
        secret::hash(token),
        now,
    )
    .fetch_optional(tx.conn())
    .await?
    .ok_or(Error::NotFound)?;
    tx.commit().await?;
    Ok(Reset { name: row.name, email: row.email })
}

/// Sets the new password, once, and signs the person out everywhere. Their places in the workspace, for signing in.
///
/// # Errors
/// [`Error::NotFound`] as in [`open`], [`Error::Fields`] for a password that will not do.
pub async fn set(
    db: &Db,
    workspace: WorkspaceId,
    token: &str,
    password: &str,
    address: &str,
) -> Result<Vec<Standing>> {
    let reset = open(db, token, address).await?;
    let mut errors = FieldErrors::new();
    check_password(&mut errors, "password", password, &[&reset.name, &reset.email]);
    errors.check()?;
    let hash = passwords::hash(password).await?;
    let mut tx = db.begin_as(Office::Auth).await?;
    let person = use_in(&mut tx, token).await?;
    // Who set it by a mail reads the address's mail, unless it has an owner since.
    sqlx::query!(
        "UPDATE person p SET password_hash = $2, confirmed = p.confirmed OR NOT EXISTS (
             SELECT 1 FROM person o WHERE o.email = p.email AND o.confirmed)
         WHERE id = $1",
        person.0,
        hash,
    )
    .execute(tx.conn())
    .await
    .on_constraint("person_email_unique", || {
        Error::refused("Somebody just confirmed this address. Ask for a new link.")
    })?;
    revoke_others_in(&mut tx, person, None).await?;
    let places = places_in(tx.conn(), workspace, person).await?;
    tx.commit().await?;
    Ok(places)
}

/// Uses a link up, and with it all others of its person.
async fn use_in(tx: &mut Tx, token: &str) -> Result<PersonId> {
    let now = tx.now();
    let person = sqlx::query_scalar!(
        "UPDATE password_reset SET used_at = $2 WHERE token_hash = $1 AND used_at IS NULL AND expires_at > $2
         RETURNING person_id",
        secret::hash(token),
        now,
    )
    .fetch_optional(tx.conn())
    .await?
    .ok_or(Error::NotFound)?;
    let person = PersonId(person);
    end_links_in(tx, person).await?;
    Ok(person)
}

/// Ends the links by which a person's password could still be set.
pub(super) async fn end_links_in(tx: &mut Tx, person: PersonId) -> Result<()> {
    let now = tx.now();
    sqlx::query!(
        "UPDATE password_reset SET used_at = $2 WHERE person_id = $1 AND used_at IS NULL",
        person.0,
        now
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}
