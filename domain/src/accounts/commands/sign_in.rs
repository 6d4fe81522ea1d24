use super::persons::{Known, claimant_in, owner_in};
use crate::{
    Db, Error, Office, Result,
    accounts::{
        Standing,
        limits::{self, SIGN_IN_ADDRESS, SIGN_IN_EMAIL, party},
        passwords,
        queries::places_in,
        read_email,
    },
    ids::WorkspaceId,
};

const WRONG: &str = "This e-mail and password do not belong together. Check both, or ask for a new password.";

/// Lets a person in by e-mail and password: their places in this workspace, the first to begin with. `address`: where
/// the request comes from.
///
/// Two passwords are always checked, of the address's owner and of the last who claimed it, real or not: neither the
/// answer nor its time tells whether an address is known.
///
/// # Errors
/// [`Error::Refused`] with the same words for an unknown address and a wrong password; [`Error::TooMany`].
pub async fn sign_in(
    db: &Db,
    workspace: WorkspaceId,
    email: &str,
    password: &str,
    address: &str,
) -> Result<Vec<Standing>> {
    let email = read_email(email).unwrap_or_default();
    let from = party(address);
    limits::hit(db, SIGN_IN_ADDRESS, &from).await?;
    limits::hit(db, SIGN_IN_EMAIL, &email).await?;
    let mut tx = db.begin_as(Office::Auth).await?;
    let (owner, claimant) = (owner_in(&mut tx, &email).await?, claimant_in(&mut tx, &email).await?);
    // Hashing takes long: no connection waits for it.
    tx.commit().await?;
    let (owner, claimant) = (matching(owner, password).await?, matching(claimant, password).await?);
    let person = owner.or(claimant).ok_or_else(|| Error::refused(WRONG))?;
    limits::forgive(db, SIGN_IN_ADDRESS, &from).await?;
    limits::forgive(db, SIGN_IN_EMAIL, &email).await?;
    let mut tx = db.begin_as(Office::Auth).await?;
    let places = places_in(tx.conn(), workspace, person.id).await?;
    tx.commit().await?;
    if places.is_empty() {
        return Err(Error::refused(
            "You have no place here any more. Whoever manages your company's account can invite you again.",
        ));
    }
    Ok(places)
}

async fn matching(person: Option<Known>, password: &str) -> Result<Option<Known>> {
    let hash = person.as_ref().and_then(|person| person.password_hash.as_deref());
    Ok(if passwords::verify(hash, password).await? { person } else { None })
}
