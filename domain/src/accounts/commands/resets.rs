//! A forgotten password: a mail with a link, and the new password that the link lets one set.

use std::time::Duration as Span;

use chrono::Duration;

use super::{
    claims::{self, Answers, Claim},
    links,
    persons::{PersonRow, check_password, claimants_in, owner_in},
};
use crate::{
    Db, Error, FieldErrors, Result, SystemRole, Tx,
    accounts::{
        Membership,
        devices::Source,
        limits::{self, RESET_EMAIL, RESET_PAIR},
        passwords::{self, HashPriority},
        queries::{all_memberships_in, memberships_in},
        read_email,
        sign_ins::revoke_others_in,
    },
    billing,
    format::Locale,
    ids::{PersonId, WorkspaceId},
    mail,
    names::first_name,
    secret,
    workspaces::Workspace,
};

/// How long a link for a new password works.
const LIFE: Duration = Duration::minutes(60);
/// Every answer takes at least this long, so that its time does not tell whether a mail was written.
const PACE: Span = Span::from_millis(250);

/// Whose password a link may set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PasswordReset {
    pub name: String,
    pub email: String,
    /// What others, or the person, signed up with the address without confirming it.
    pub claims: Vec<Claim>,
}

/// What came of a link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ResetOutcome {
    /// The password is set: the person's places in the workspace, for signing in.
    Set(Vec<Membership>),
    /// Nothing that was signed up with the address was theirs: there is no password to set, and nobody has the address.
    TakenBack,
}

/// Sends a link to whom the address belongs. Nothing tells the one who asks whether there is anybody.
///
/// # Errors
/// [`Error::Fields`] when it is no address, [`Error::TooMany`].
pub async fn ask<'a>(db: &Db, workspace: &Workspace, email: &str, from: impl Into<Source<'a>>) -> Result<()> {
    let over = tokio::time::Instant::now() + PACE;
    let email = read_email(email).ok_or_else(|| {
        Error::Fields(FieldErrors::one("email", "Enter a valid email address, like name@company.com."))
    })?;
    if links::count_request(db, RESET_PAIR, RESET_EMAIL, &email, from.into().network).await? {
        send(db, workspace, &email).await?;
    }
    tokio::time::sleep_until(over).await;
    Ok(())
}

async fn send(db: &Db, workspace: &Workspace, email: &str) -> Result<()> {
    let mut tx = db.begin_as(SystemRole::Auth).await?;
    let owner = owner_in(&mut tx, email).await?;
    let hello = match &owner {
        Some(owner) => greeting_in(&mut tx, owner, workspace.locale).await?,
        // Nobody has shown that they want mail here: not a word of whoever typed the address.
        None => "Hi,\n\n".to_owned(),
    };
    let person = match owner {
        Some(owner) => Some(owner),
        None => claimants_in(&mut tx, email).await?.into_iter().next(),
    };
    if let Some(person) = person {
        let token = create_in(&mut tx, person.id, LIFE).await?;
        let body = format!(
            "{hello}Use this link to set a new password:\n\n{{link:/reset/{token}}}\n\nIt works once and expires in an hour. \
             If you didn’t ask for this, you can ignore this email. Your password won’t change.\n\n{}\n",
            workspace.name,
        );
        mail::commands::queue_in(&mut tx, workspace.id, email, "Reset your password", &body).await?;
    }
    tx.commit().await
}

/// To the owner of an address, and to what the password lets them in.
async fn greeting_in(tx: &mut Tx, owner: &PersonRow, locale: Locale) -> Result<String> {
    let places = all_memberships_in(tx.conn(), owner.id).await?;
    let companies: Vec<String> =
        places.into_iter().filter_map(|place| place.client).map(|(_, name)| mail::plain(&name)).collect();
    let whose = if companies.is_empty() {
        String::new()
    } else {
        format!("This is about your account for {}. ", locale.list(&companies))
    };
    Ok(format!("Hi {},\n\n{whose}", mail::plain(first_name(&owner.name))))
}

/// A new link for a person's password: its token. For [`SystemRole::Auth`].
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
pub async fn open<'a>(db: &Db, token: &str, from: impl Into<Source<'a>>) -> Result<PasswordReset> {
    match find(db, token).await {
        Err(Error::NotFound) => Err(links::check_missed(db, token, from.into().network).await),
        found => found,
    }
}

async fn find(db: &Db, token: &str) -> Result<PasswordReset> {
    if !links::is_token(token) {
        return Err(Error::NotFound);
    }
    let mut tx = db.begin_as(SystemRole::Auth).await?;
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
    let claims = claims::list_in(&mut tx, &row.email, None).await?;
    tx.commit().await?;
    Ok(PasswordReset { name: row.name, email: row.email, claims })
}

/// Sets the new password, once, signs the person out everywhere and settles what was signed up with the address: the link
/// shows that its mail is theirs.
///
/// # Errors
/// [`Error::NotFound`] as in [`open`], [`Error::Fields`] for a password that will not do and for claims that are not
/// answered.
pub async fn set<'a>(
    db: &Db,
    workspace: WorkspaceId,
    token: &str,
    password: &str,
    answers: Answers<'_>,
    from: impl Into<Source<'a>>,
) -> Result<ResetOutcome> {
    let reset = open(db, token, from).await?;
    let mut tx = db.begin_as(SystemRole::Auth).await?;
    let owned = owner_in(&mut tx, &reset.email).await?.is_some();
    tx.commit().await?;
    let mine = answers.mine(&reset.claims);
    // One that has no place any more is asked about nothing: it is nobody's.
    let sets = owned || mine.as_ref().map_or(true, |mine| !mine.is_empty());
    let mut errors = match &mine {
        Err(Error::Fields(errors)) => errors.clone(),
        _ => FieldErrors::new(),
    };
    if sets {
        check_password(&mut errors, "password", password, &[&reset.name, &reset.email]);
    }
    errors.check()?;
    let mine = mine?;
    let hash = if sets { Some(passwords::hash(HashPriority::Known, password).await?) } else { None };
    let mut tx = db.begin_as(SystemRole::Auth).await?;
    use_in(&mut tx, token).await?;
    let owner = match owner_in(&mut tx, &reset.email).await? {
        Some(owner) => Some(owner.id),
        None => mine.first().copied(),
    };
    claims::settle_in(&mut tx, &reset.email, owner, &mine).await?;
    let done = match (owner, hash) {
        (Some(person), Some(hash)) => ResetOutcome::Set(own_in(&mut tx, workspace, person, &hash).await?),
        _ => ResetOutcome::TakenBack,
    };
    tx.commit().await?;
    limits::forget_sign_ins(db, &reset.email).await?;
    Ok(done)
}

/// The person has the address and the password, and is signed out everywhere: their places.
async fn own_in(
    tx: &mut Tx,
    workspace: WorkspaceId,
    person: PersonId,
    hash: &str,
) -> Result<Vec<Membership>> {
    claims::own_in(tx, person).await?;
    sqlx::query!("UPDATE person SET password_hash = $2 WHERE id = $1", person.0, hash)
        .execute(tx.conn())
        .await?;
    end_links_in(tx, person).await?;
    revoke_others_in(tx, person, None).await?;
    let places = memberships_in(tx.conn(), workspace, person).await?;
    billing::commands::owners_confirmed_in(tx, workspace, &places).await?;
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
