//! Persons as such. An address belongs to the one person who has shown that they read its mail (`confirmed`); before
//! that it is claimed, by any number of people who signed up with it.

use crate::{
    Error, FieldErrors, Result, Tx,
    accounts::{passwords, read_email},
    ids::PersonId,
};

/// A person as signing in needs one.
pub(super) struct Known {
    pub id: PersonId,
    pub name: String,
    pub email: String,
    pub password_hash: Option<String>,
    pub confirmed: bool,
}

/// The person to whom an address belongs.
pub(super) async fn owner_in(tx: &mut Tx, email: &str) -> Result<Option<Known>> {
    let row = sqlx::query!(
        "SELECT id, name, email, password_hash, confirmed FROM person WHERE email = $1 AND confirmed",
        email
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(row.map(|row| Known {
        id: PersonId(row.id),
        name: row.name,
        email: row.email,
        password_hash: row.password_hash,
        confirmed: row.confirmed,
    }))
}

/// The last person who claimed an address and still has a password.
pub(super) async fn claimant_in(tx: &mut Tx, email: &str) -> Result<Option<Known>> {
    let row = sqlx::query!(
        "SELECT id, name, email, password_hash, confirmed FROM person
         WHERE email = $1 AND NOT confirmed AND password_hash IS NOT NULL
         ORDER BY created_at DESC LIMIT 1",
        email,
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(row.map(|row| Known {
        id: PersonId(row.id),
        name: row.name,
        email: row.email,
        password_hash: row.password_hash,
        confirmed: row.confirmed,
    }))
}

/// The person of an id.
pub(super) async fn person_in(tx: &mut Tx, id: PersonId) -> Result<Known> {
    let row = sqlx::query!("SELECT name, email, password_hash, confirmed FROM person WHERE id = $1", id.0)
        .fetch_optional(tx.conn())
        .await?
        .ok_or(Error::NotFound)?;
    Ok(Known {
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
pub(super) fn read_name<'a>(errors: &mut FieldErrors, field: &str, typed: &'a str) -> &'a str {
    let name = typed.trim();
    match name.chars().count() {
        0 => errors.add(field, "Tell us your name."),
        81.. => errors.add(field, "Use 80 characters or fewer."),
        _ if name.chars().any(char::is_control) => errors.add(field, "Use letters only, on one line."),
        _ => {}
    }
    name
}

/// An address as it was typed, or what to do about it.
pub(super) fn check_email(errors: &mut FieldErrors, field: &str, typed: &str) -> String {
    read_email(typed).unwrap_or_else(|| {
        errors.add(field, "This is not an e-mail address. It looks like name@company.com.");
        String::new()
    })
}

/// Says what to do about a new password, if anything.
pub(super) fn check_password(errors: &mut FieldErrors, field: &str, password: &str, about: &[&str]) {
    if let Some(objection) = passwords::objection(password, about) {
        errors.add(field, objection);
    }
}
