//! Showing that an address is one's own, by a link in a mail to it.

use chrono::Duration;

use super::{
    links,
    persons::{Known, owner_in, person_in},
};
use crate::{
    Db, Error, FieldErrors, Office, OnConstraint, Result, Tx,
    accounts::{
        Standing,
        limits::{self, SIGN_IN_EMAIL},
        passwords,
        queries::places_in,
    },
    ids::{MembershipId, PersonId, WorkspaceId},
    mail, secret,
    workspaces::Workspace,
};

/// How long a link works.
const LIFE: Duration = Duration::days(7);

/// What the page behind a link shows, to whoever reads the address's mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Confirmation {
    pub person: PersonId,
    pub name: String,
    pub email: String,
    /// The address belongs to somebody already: the password of that account joins the two.
    pub joins: bool,
}

/// Writes the mail that follows a sign-up. It is the only thing that differs for an address that is known: the page
/// never does.
pub(super) async fn send_in(tx: &mut Tx, workspace: &Workspace, person: &Known) -> Result<()> {
    let (token, now) = (secret::random_token(), tx.now());
    sqlx::query!(
        "INSERT INTO confirmation (token_hash, person_id, created_at, expires_at) VALUES ($1, $2, $3, $4)",
        secret::hash(&token),
        person.id.0,
        now,
        now + LIFE,
    )
    .execute(tx.conn())
    .await?;
    let (subject, text) = match owner_in(tx, &person.email).await? {
        Some(_) => (
            "You have an account here already",
            "somebody, most likely you, signed up with this address, which has an account here already. To keep both in \
             one place, go on here with the password of your account:",
        ),
        None => (
            "Confirm your address",
            "welcome. Please confirm that this address is yours, so that nobody else can use it:",
        ),
    };
    let body = format!(
        "Hello {},\n\n{text}\n\n{{link:/confirm/{token}}}\n\nThe link works for seven days. \
         If you did not sign up, leave it; nothing happens without it.\n\n{}\n",
        mail::plain(&person.name),
        workspace.name,
    );
    mail::queue_in(tx, workspace.id, &person.email, subject, &body).await
}

/// Sends the mail again.
///
/// # Errors
/// [`Error::Refused`] when there is nothing left to confirm, [`Error::TooMany`].
pub async fn resend(db: &Db, workspace: &Workspace, person: PersonId, address: &str) -> Result<()> {
    let mut tx = db.begin_as(Office::Auth).await?;
    let known = person_in(&mut tx, person).await?;
    tx.commit().await?;
    if known.confirmed {
        return Err(Error::refused("Your address is confirmed already."));
    }
    links::asked(db, &known.email, address).await?;
    let mut tx = db.begin_as(Office::Auth).await?;
    send_in(&mut tx, workspace, &known).await?;
    tx.commit().await
}

/// What the page behind a link shows. Opening it changes nothing.
///
/// # Errors
/// [`Error::NotFound`] when it is unknown, used or too old.
pub async fn open(db: &Db, token: &str, address: &str) -> Result<Confirmation> {
    links::tried(db, address).await?;
    let mut tx = db.begin_as(Office::Auth).await?;
    let now = tx.now();
    let row = sqlx::query!(
        r#"SELECT p.id, p.name, p.email,
                  EXISTS (SELECT 1 FROM person o WHERE o.email = p.email AND o.confirmed AND o.id <> p.id) AS "joins!"
           FROM confirmation c JOIN person p ON p.id = c.person_id
           WHERE c.token_hash = $1 AND c.used_at IS NULL AND c.expires_at > $2"#,
        secret::hash(token),
        now,
    )
    .fetch_optional(tx.conn())
    .await?
    .ok_or(Error::NotFound)?;
    tx.commit().await?;
    Ok(Confirmation { person: PersonId(row.id), name: row.name, email: row.email, joins: row.joins })
}

/// Makes the address the person's own or, where it has an owner, gives the owner the person's places. Their places in
/// the workspace, for signing in.
///
/// The link alone is not enough: whoever signs up with another's address would otherwise have it confirmed by a click
/// of its owner, and keep a password to it. So the one who confirms is either signed in as that person (`by`), or
/// knows the password: of the sign-up or, to join the two, of the owner.
///
/// # Errors
/// [`Error::NotFound`] as in [`open`], [`Error::Fields`] for a wrong password, [`Error::TooMany`].
pub async fn confirm(
    db: &Db,
    workspace: WorkspaceId,
    token: &str,
    by: Option<PersonId>,
    password: &str,
    address: &str,
) -> Result<Vec<Standing>> {
    let asked = open(db, token, address).await?;
    let mut tx = db.begin_as(Office::Auth).await?;
    let person = person_in(&mut tx, asked.person).await?;
    let owner = owner_in(&mut tx, &asked.email).await?.filter(|owner| owner.id != person.id);
    tx.commit().await?;
    let prover = owner.as_ref().unwrap_or(&person);
    if by != Some(prover.id) {
        check_password(db, prover, password).await?;
    }
    let mut tx = db.begin_as(Office::Auth).await?;
    use_in(&mut tx, token).await?;
    match &owner {
        Some(owner) => join_in(&mut tx, person.id, owner.id).await?,
        None => own_in(&mut tx, person.id).await?,
    }
    let places = places_in(tx.conn(), workspace, prover.id).await?;
    tx.commit().await?;
    Ok(places)
}

async fn check_password(db: &Db, person: &Known, password: &str) -> Result<()> {
    limits::hit(db, SIGN_IN_EMAIL, &person.email).await?;
    if passwords::verify(person.password_hash.as_deref(), password).await? {
        return limits::forgive(db, SIGN_IN_EMAIL, &person.email).await;
    }
    Err(Error::Fields(FieldErrors::one(
        "password",
        "This is not the password. Try again, or ask for a new one.",
    )))
}

async fn use_in(tx: &mut Tx, token: &str) -> Result<()> {
    let now = tx.now();
    let used = sqlx::query!(
        "UPDATE confirmation SET used_at = $2 WHERE token_hash = $1 AND used_at IS NULL AND expires_at > $2",
        secret::hash(token),
        now,
    )
    .execute(tx.conn())
    .await?
    .rows_affected();
    if used == 1 { Ok(()) } else { Err(Error::NotFound) }
}

async fn own_in(tx: &mut Tx, person: PersonId) -> Result<()> {
    sqlx::query!("UPDATE person SET confirmed = true WHERE id = $1", person.0)
        .execute(tx.conn())
        .await
        .on_constraint("person_email_unique", || {
            Error::refused(
                "This address was confirmed for another account a moment ago. Open the link again.",
            )
        })?;
    Ok(())
}

/// Gives `owner` the places of `claimant`, who keeps their name on what they wrote and can no longer sign in.
async fn join_in(tx: &mut Tx, claimant: PersonId, owner: PersonId) -> Result<()> {
    let now = tx.now();
    let places = sqlx::query!(
        "UPDATE membership SET removed_at = $2 WHERE person_id = $1 AND removed_at IS NULL
         RETURNING workspace_id, client_id, role",
        claimant.0,
        now,
    )
    .fetch_all(tx.conn())
    .await?;
    for place in places {
        sqlx::query!(
            "INSERT INTO membership (id, workspace_id, client_id, person_id, role, created_at)
             VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING",
            MembershipId::new().0,
            place.workspace_id,
            place.client_id,
            owner.0,
            place.role,
            now,
        )
        .execute(tx.conn())
        .await?;
    }
    sqlx::query!("UPDATE person SET password_hash = NULL WHERE id = $1", claimant.0)
        .execute(tx.conn())
        .await?;
    sqlx::query!("DELETE FROM sign_in WHERE person_id = $1", claimant.0).execute(tx.conn()).await?;
    Ok(())
}
