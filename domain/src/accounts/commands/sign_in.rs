use super::persons::{Candidates, PersonRow, candidates_in};
use crate::{
    Db, Error, Result, SystemRole,
    accounts::{
        Membership,
        devices::Source,
        limits::{self, Limit, SIGN_IN_DEVICE, SIGN_IN_EMAIL, SIGN_IN_NETWORK, SIGN_IN_PAIR, pair, party},
        passwords::{self, HashPriority},
        queries::memberships_in,
        read_email,
    },
    ids::{PersonId, WorkspaceId},
};

const WRONG: &str = "That email and password don’t match. Try again, or reset your password.";

/// Lets a person in by e-mail and password: their places in this workspace, the first to begin with. `from`: where the
/// request comes from.
///
/// Whoever signed in from this browser before is counted and checked apart from everybody else. For all others, the
/// passwords of the address's owner and of the first and the last who claimed it are checked, real or not: neither the
/// answer nor its time tells whether an address is known.
///
/// # Errors
/// [`Error::Refused`] with the same words for an unknown address and a wrong password; [`Error::TooMany`];
/// [`Error::Busy`].
pub async fn sign_in<'a>(
    db: &Db,
    workspace: WorkspaceId,
    email: &str,
    password: &str,
    from: impl Into<Source<'a>>,
) -> Result<Vec<Membership>> {
    let (from, wrong) = (from.into(), || Error::refused(WRONG));
    let email = read_email(email).filter(|_| !password.is_empty()).ok_or_else(wrong)?;
    let mut tx = db.begin_as(SystemRole::Auth).await?;
    let candidates = candidates_in(&mut tx, &email).await?;
    // Hashing takes long: no connection waits for it.
    tx.commit().await?;
    let person = match from_known_browser(db, &candidates, password, from).await? {
        Some(Some(person)) => person,
        // What strangers have spent is not told to somebody who only mistyped.
        Some(None) => match as_stranger(db, &candidates, &email, password, from).await {
            Err(Error::TooMany { .. } | Error::Busy { .. }) => return Err(wrong()),
            tried => tried?.ok_or_else(wrong)?,
        },
        None => as_stranger(db, &candidates, &email, password, from).await?.ok_or_else(wrong)?,
    };
    let mut tx = db.begin_as(SystemRole::Auth).await?;
    let places = memberships_in(tx.conn(), workspace, person).await?;
    tx.commit().await?;
    if places.is_empty() {
        return Err(Error::refused(
            "You no longer have access. Ask the person who manages your company’s account to invite you again.",
        ));
    }
    Ok(places)
}

/// The person, where the browser is known to them and the password is theirs; nobody in the inner option where it is not;
/// none where the browser is known to nobody of this address. Only those to whom it is known are tried: whoever claims
/// another's address has a known browser, but not to its owner.
async fn from_known_browser(
    db: &Db,
    candidates: &Candidates,
    password: &str,
    from: Source<'_>,
) -> Result<Option<Option<PersonId>>> {
    let known = |person: &&PersonRow| from.device.known_to(person.id).is_some();
    let all: Vec<&PersonRow> = candidates.all().into_iter().flatten().filter(known).collect();
    let Some(browser) = all.first().and_then(|person| from.device.known_to(person.id)) else {
        return Ok(None);
    };
    let tries = all.iter().map(|person| (SIGN_IN_DEVICE, pair(&person.id.to_string(), browser)));
    let tries: Vec<(Limit, String)> = tries.collect();
    first_of(db, HashPriority::Known, &tries, &all.into_iter().map(Some).collect::<Vec<_>>(), password)
        .await
        .map(Some)
}

/// The person whose password it is, from a browser of which nothing is known.
async fn as_stranger(
    db: &Db,
    candidates: &Candidates,
    email: &str,
    password: &str,
    from: Source<'_>,
) -> Result<Option<PersonId>> {
    let network = party(from.network);
    let tries = [
        (SIGN_IN_PAIR, pair(email, &network)),
        (SIGN_IN_NETWORK, network),
        (SIGN_IN_EMAIL, email.to_owned()),
    ];
    first_of(db, HashPriority::Strangers, &tries, &candidates.all(), password).await
}

async fn first_of(
    db: &Db,
    lane: HashPriority,
    tries: &[(Limit, String)],
    people: &[Option<&PersonRow>],
    password: &str,
) -> Result<Option<PersonId>> {
    limits::hit_all(db, tries).await?;
    let hashes: Vec<Option<&str>> =
        people.iter().map(|person| person.and_then(|person| person.password_hash.as_deref())).collect();
    let found = passwords::first_of(lane, &hashes, password).await;
    // Neither the right one nor one that nobody looked at was a guess.
    if !matches!(found, Ok(None)) {
        limits::forgive_all(db, tries).await?;
    }
    Ok(found?.and_then(|at| people[at]).map(|person| person.id))
}
