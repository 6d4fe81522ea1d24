//! Showing that an address is one's own, by a link in a mail to it.

use chrono::Duration;

use super::{
    claims::{self, Answers, Claim},
    links,
    persons::{PersonRow, owner_in, person_in},
};
use crate::{
    Db, Error, FieldErrors, Result, SystemRole, Tx,
    accounts::{
        Membership,
        devices::Source,
        limits::{self, CONFIRM_EMAIL, CONFIRM_PAIR, PASSWORD_PERSON},
        passwords::{self, HashPriority},
        queries::memberships_in,
    },
    billing,
    ids::{PersonId, WorkspaceId},
    mail, names, secret,
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
    /// What was signed up with it.
    pub company: Option<String>,
    /// The address belongs to somebody already: the password of that account joins the two.
    pub joins: bool,
    /// What else was signed up with it, where the address is nobody's yet.
    pub claims: Vec<Claim>,
}

/// Writes the mail that follows a sign-up. It is the only thing that differs for an address that is known: the page
/// never does.
pub(super) async fn send_in(tx: &mut Tx, workspace: &Workspace, person: &PersonRow) -> Result<()> {
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
        Some(owner) => {
            let company = company_in(tx, person.id).await?.unwrap_or_default();
            let text = format!(
                "Hi {},\n\nSomeone (probably you) just signed up “{}” with this email, and it already has an account. \
                 To combine the two, use this link and enter your existing password. If it wasn’t you, say so there:",
                mail::plain(names::first_name(&owner.name)),
                mail::plain(&company),
            );
            ("You already have an account", text)
        }
        // Nobody has shown that they want mail here: not a word of whoever typed the address.
        None => (
            "Confirm your email",
            "Hi,\n\nSomeone (probably you) just signed up with this email. Please confirm that it’s yours, so no one else \
             can use it. If it wasn’t you, say so there:"
                .to_owned(),
        ),
    };
    let body = format!(
        "{text}\n\n{{link:/confirm/{token}}}\n\nThe link works for seven days. Nothing happens unless you use it.\n\n{}\n",
        workspace.name,
    );
    mail::commands::queue_in(tx, workspace.id, &person.email, subject, &body).await
}

/// What a person signed up.
async fn company_in(tx: &mut Tx, person: PersonId) -> Result<Option<String>> {
    Ok(sqlx::query_scalar!(
        "SELECT c.name FROM membership m JOIN client c ON c.id = m.client_id
         WHERE m.person_id = $1 AND m.removed_at IS NULL ORDER BY m.created_at LIMIT 1",
        person.0,
    )
    .fetch_optional(tx.conn())
    .await?)
}

/// Sends the mail again.
///
/// # Errors
/// [`Error::Refused`] when there is nothing left to confirm, [`Error::TooMany`].
pub async fn resend<'a>(
    db: &Db,
    workspace: &Workspace,
    person: PersonId,
    from: impl Into<Source<'a>>,
) -> Result<()> {
    let mut tx = db.begin_as(SystemRole::Auth).await?;
    let known = person_in(&mut tx, person).await?;
    tx.commit().await?;
    if known.confirmed {
        return Err(Error::refused("Your email is already confirmed."));
    }
    if !links::count_request(db, CONFIRM_PAIR, CONFIRM_EMAIL, &known.email, from.into().network).await? {
        return Ok(());
    }
    let mut tx = db.begin_as(SystemRole::Auth).await?;
    send_in(&mut tx, workspace, &known).await?;
    tx.commit().await
}

/// What the page behind a link shows. Opening it changes nothing.
///
/// # Errors
/// [`Error::NotFound`] when it is unknown, used or too old.
pub async fn open<'a>(db: &Db, token: &str, from: impl Into<Source<'a>>) -> Result<Confirmation> {
    match find(db, token).await {
        Err(Error::NotFound) => Err(links::check_missed(db, token, from.into().network).await),
        found => found,
    }
}

async fn find(db: &Db, token: &str) -> Result<Confirmation> {
    if !links::is_token(token) {
        return Err(Error::NotFound);
    }
    let mut tx = db.begin_as(SystemRole::Auth).await?;
    let now = tx.now();
    let row = sqlx::query!(
        r#"SELECT p.id, p.name, p.email,
                  EXISTS (SELECT 1 FROM person o WHERE o.email = p.email AND o.confirmed AND o.id <> p.id) AS "joins!"
           FROM confirmation c JOIN person p ON p.id = c.person_id
           WHERE c.token_hash = $1 AND c.used_at IS NULL AND c.expires_at > $2 AND NOT p.confirmed"#,
        secret::hash(token),
        now,
    )
    .fetch_optional(tx.conn())
    .await?
    .ok_or(Error::NotFound)?;
    let person = PersonId(row.id);
    // Where there is an owner, each claim has a mail of its own by which it joins.
    let claims =
        if row.joins { Vec::new() } else { claims::list_in(&mut tx, &row.email, Some(person)).await? };
    let company = company_in(&mut tx, person).await?;
    tx.commit().await?;
    Ok(Confirmation { person, name: row.name, email: row.email, company, joins: row.joins, claims })
}

/// Makes the address the person's own or, where it has an owner, gives the owner the person's places. Their places in
/// the workspace, for signing in.
///
/// The link alone is not enough: whoever signs up with another's address would otherwise have it confirmed by a click
/// of its owner, and keep a password to it. So the one who confirms is either signed in as that person (`by`), or
/// knows the password: of the sign-up or, to join the two, of the owner. `answers`: of the other claims on the address.
///
/// # Errors
/// [`Error::NotFound`] as in [`open`], [`Error::Fields`] for a wrong password and for claims that are not answered,
/// [`Error::TooMany`].
pub async fn confirm<'a>(
    db: &Db,
    workspace: WorkspaceId,
    token: &str,
    by: Option<PersonId>,
    password: &str,
    answers: Answers<'_>,
    from: impl Into<Source<'a>>,
) -> Result<Vec<Membership>> {
    let asked = open(db, token, from).await?;
    let mut tx = db.begin_as(SystemRole::Auth).await?;
    let person = person_in(&mut tx, asked.person).await?;
    let owner = owner_in(&mut tx, &asked.email).await?.filter(|owner| owner.id != person.id);
    tx.commit().await?;
    let prover = owner.as_ref().unwrap_or(&person);
    let mine = answers.mine(&asked.claims)?;
    if by != Some(prover.id) {
        check_password(db, prover, password).await?;
    }
    let mut tx = db.begin_as(SystemRole::Auth).await?;
    use_in(&mut tx, token).await?;
    match &owner {
        Some(owner) => claims::join_in(&mut tx, person.id, owner.id).await?,
        None => {
            claims::own_in(&mut tx, person.id).await?;
            claims::settle_in(&mut tx, &person.email, Some(person.id), &mine).await?;
        }
    }
    let places = memberships_in(tx.conn(), workspace, prover.id).await?;
    billing::commands::owners_confirmed_in(&mut tx, workspace, &places).await?;
    tx.commit().await?;
    Ok(places)
}

/// Says that a sign-up was not the address's own person: whoever did it is out. The link is enough, it takes nothing from
/// the one who reads the mail.
///
/// # Errors
/// [`Error::NotFound`] as in [`open`].
pub async fn disown<'a>(db: &Db, token: &str, from: impl Into<Source<'a>>) -> Result<()> {
    let asked = open(db, token, from).await?;
    let mut tx = db.begin_as(SystemRole::Auth).await?;
    use_in(&mut tx, token).await?;
    let owner = owner_in(&mut tx, &asked.email).await?.map(|owner| owner.id);
    claims::release_in(&mut tx, asked.person, owner).await?;
    tx.commit().await
}

async fn check_password(db: &Db, person: &PersonRow, password: &str) -> Result<()> {
    // Only whoever holds a link to the address's mail comes here.
    let who = person.id.to_string();
    limits::hit(db, PASSWORD_PERSON, &who).await?;
    if passwords::verify(HashPriority::Known, person.password_hash.as_deref(), password).await? {
        return limits::forgive(db, PASSWORD_PERSON, &who).await;
    }
    Err(Error::Fields(FieldErrors::one("password", "That password isn’t right. Try again, or reset it.")))
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
