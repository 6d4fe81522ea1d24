//! What a person changes about themselves.

use super::{
    persons::{check_password, person_in, read_name},
    resets::end_links_in,
};
use crate::{
    Db, Error, FieldErrors, Result, SystemRole,
    accounts::{
        limits::{self, PASSWORD_PERSON},
        passwords::{self, HashPriority},
        sign_ins::revoke_others_in,
    },
    calendar,
    ids::PersonId,
};

/// Whether the person has shown that they read their address's mail.
pub async fn is_confirmed(db: &Db, person: PersonId) -> Result<bool> {
    let mut tx = db.begin_as(SystemRole::Auth).await?;
    let person = person_in(&mut tx, person).await?;
    tx.commit().await?;
    Ok(person.confirmed)
}

/// Changes what a person is called. What they wrote before keeps the name it was written under.
///
/// # Errors
/// [`Error::Fields`].
pub async fn rename(db: &Db, person: PersonId, name: &str) -> Result<()> {
    let mut errors = FieldErrors::new();
    let name = read_name(&mut errors, "name", name);
    errors.check()?;
    let mut tx = db.begin_as(SystemRole::Auth).await?;
    let changed = sqlx::query!("UPDATE person SET name = $2 WHERE id = $1", person.0, name)
        .execute(tx.conn())
        .await?
        .rows_affected();
    tx.commit().await?;
    if changed == 1 { Ok(()) } else { Err(Error::NotFound) }
}

/// Chooses the time zone in which a person reads times, by its IANA name; an empty one leaves it to their browser.
///
/// # Errors
/// [`Error::Fields`] for a name that is no zone's.
pub async fn choose_zone(db: &Db, person: PersonId, zone: &str) -> Result<()> {
    if zone.is_empty() {
        return set_zone(db, person, None, false).await;
    }
    let zone =
        calendar::zone(zone).map_err(|error| Error::Fields(FieldErrors::one("zone", error.to_string())))?;
    set_zone(db, person, Some(zone.name()), true).await
}

async fn set_zone(db: &Db, person: PersonId, zone: Option<&str>, chosen: bool) -> Result<()> {
    let mut tx = db.begin_as(SystemRole::Auth).await?;
    sqlx::query!(
        "UPDATE person SET zone = coalesce($2, zone), zone_chosen = $3 WHERE id = $1",
        person.0,
        zone,
        chosen,
    )
    .execute(tx.conn())
    .await?;
    tx.commit().await
}

/// Remembers the zone that a person's browser says it is in, unless they chose one: their mails say times in it.
pub async fn remember_zone(db: &Db, person: PersonId, zone: chrono_tz::Tz) -> Result<()> {
    let mut tx = db.begin_as(SystemRole::Auth).await?;
    sqlx::query!("UPDATE person SET zone = $2 WHERE id = $1 AND NOT zone_chosen", person.0, zone.name())
        .execute(tx.conn())
        .await?;
    tx.commit().await
}

/// Changes a password for whoever knows the old one, and signs the person out everywhere but in the browser `keep`.
///
/// # Errors
/// [`Error::Fields`] for a wrong old or a weak new one, [`Error::TooMany`].
pub async fn change_password(db: &Db, person: PersonId, old: &str, new: &str, keep: &[u8]) -> Result<()> {
    let mut tx = db.begin_as(SystemRole::Auth).await?;
    let known = person_in(&mut tx, person).await?;
    tx.commit().await?;
    // Counted by the person, who is signed in: what strangers try at the address is no reason to keep them waiting.
    let who = person.to_string();
    limits::hit(db, PASSWORD_PERSON, &who).await?;
    if !passwords::verify(HashPriority::Known, known.password_hash.as_deref(), old).await? {
        return Err(Error::Fields(FieldErrors::one("old", "That isn’t your current password.")));
    }
    limits::forgive(db, PASSWORD_PERSON, &who).await?;
    let mut errors = FieldErrors::new();
    check_password(&mut errors, "password", new, &[&known.name, &known.email]);
    errors.check()?;
    let hash = passwords::hash(HashPriority::Known, new).await?;
    let mut tx = db.begin_as(SystemRole::Auth).await?;
    let changed = sqlx::query!(
        "UPDATE person SET password_hash = $2 WHERE id = $1 AND password_hash IS NOT DISTINCT FROM $3",
        person.0,
        hash,
        known.password_hash,
    )
    .execute(tx.conn())
    .await?
    .rows_affected();
    if changed == 0 {
        return Err(Error::refused(
            "Your password was just changed on another device. Sign in with the new one.",
        ));
    }
    revoke_others_in(&mut tx, person, Some(keep)).await?;
    end_links_in(&mut tx, person).await?;
    tx.commit().await
}
