//! Persons as such. An address belongs to the one person who has shown that they read its mail (`confirmed`); before
//! that it is claimed, by any number of people who signed up with it (`claims`).

use crate::{
    Error, FieldErrors, Result, Tx,
    accounts::{passwords, read_email},
    ids::PersonId,
    names,
};

/// A person as signing in needs one.
pub(super) struct PersonRow {
    pub id: PersonId,
    pub name: String,
    pub email: String,
    pub password_hash: Option<String>,
    pub confirmed: bool,
}

/// The person to whom an address belongs.
pub(super) async fn owner_in(tx: &mut Tx, email: &str) -> Result<Option<PersonRow>> {
    let row = sqlx::query!(
        "SELECT id, name, email, password_hash, confirmed FROM person WHERE email = $1 AND confirmed",
        email
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(row.map(|row| PersonRow {
        id: PersonId(row.id),
        name: row.name,
        email: row.email,
        password_hash: row.password_hash,
        confirmed: row.confirmed,
    }))
}

/// Whom a password may belong to that is given with an address.
#[derive(Default)]
pub(super) struct Candidates {
    owner: Option<PersonRow>,
    /// Of those who only claim it: nobody's later claim takes the first one's password from them.
    first: Option<PersonRow>,
    last: Option<PersonRow>,
}

impl Candidates {
    /// Always as many, whoever there is.
    pub(super) fn all(&self) -> Vec<Option<&PersonRow>> {
        vec![self.owner.as_ref(), self.last.as_ref(), self.first.as_ref()]
    }
}

/// Everybody whose password may be given with an address.
pub(super) async fn candidates_in(tx: &mut Tx, email: &str) -> Result<Candidates> {
    let mut claims = claimants_in(tx, email).await?;
    Ok(Candidates {
        owner: owner_in(tx, email).await?,
        first: if claims.len() > 1 { claims.pop() } else { None },
        last: if claims.is_empty() { None } else { Some(claims.swap_remove(0)) },
    })
}

/// Those who claim an address and have not shown that they read its mail, the last one first.
pub(super) async fn claimants_in(tx: &mut Tx, email: &str) -> Result<Vec<PersonRow>> {
    let rows = sqlx::query!(
        "SELECT id, name, password_hash FROM person
         WHERE email = $1 AND NOT confirmed AND password_hash IS NOT NULL
         ORDER BY created_at DESC, id DESC",
        email,
    )
    .fetch_all(tx.conn())
    .await?;
    let known = rows.into_iter().map(|row| PersonRow {
        id: PersonId(row.id),
        name: row.name,
        email: email.to_owned(),
        password_hash: row.password_hash,
        confirmed: false,
    });
    Ok(known.collect())
}

/// The person of an id.
pub(super) async fn person_in(tx: &mut Tx, id: PersonId) -> Result<PersonRow> {
    let row = sqlx::query!("SELECT name, email, password_hash, confirmed FROM person WHERE id = $1", id.0)
        .fetch_optional(tx.conn())
        .await?
        .ok_or(Error::NotFound)?;
    Ok(PersonRow {
        id,
        name: row.name,
        email: row.email,
        password_hash: row.password_hash,
        confirmed: row.confirmed,
    })
}

/// A new person of this id.
pub(super) async fn create_in(
    tx: &mut Tx,
    id: PersonId,
    email: &str,
    name: &str,
    password_hash: Option<&str>,
    confirmed: bool,
) -> Result<()> {
    let now = tx.now();
    sqlx::query!(
        "INSERT INTO person (id, email, name, password_hash, confirmed, created_at) VALUES ($1, $2, $3, $4, $5, $6)",
        id.0,
        email,
        name,
        password_hash,
        confirmed,
        now,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// A new person to whom an address belongs.
pub(super) async fn create_owner_in(
    tx: &mut Tx,
    email: &str,
    name: &str,
    password_hash: Option<&str>,
) -> Result<PersonId> {
    let id = PersonId::new();
    create_in(tx, id, email, name, password_hash, true).await?;
    Ok(id)
}

/// A person's name as it was typed, or what to do about it.
pub(super) fn read_name(errors: &mut FieldErrors, field: &str, typed: &str) -> String {
    names::read(errors, field, typed, 80, "Enter your name.")
}

/// An address as it was typed, or what to do about it.
pub(super) fn check_email(errors: &mut FieldErrors, field: &str, typed: &str) -> String {
    read_email(typed).unwrap_or_else(|| {
        errors.add(field, "Enter a valid email address, like name@company.com.");
        String::new()
    })
}

/// Says what to do about a new password, if anything.
pub(super) fn check_password(errors: &mut FieldErrors, field: &str, password: &str, about: &[&str]) {
    if let Some(objection) = passwords::objection(password, about) {
        errors.add(field, objection);
    }
}
