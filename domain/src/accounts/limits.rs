//! How often somebody may try, counted in the database: a restart forgives nobody, and several servers count together.
//!
//! A limit counts by what a stranger cannot spend for somebody else (their network, their own client, a browser that is
//! known), and only after what was sent has been found to hold. Where one has to count by an address of mail alone, it
//! leaves its owner a way.

use chrono::{DateTime, Duration, Utc};

use crate::{Db, Error, Result, SystemRole};

/// How many tries a window of time has.
#[derive(Clone, Copy, Debug)]
pub struct Limit {
    /// What is tried; the first part of the counter's key.
    pub what: &'static str,
    /// Minutes after which the count begins anew.
    pub minutes: i64,
    /// The most tries in them.
    pub most: i32,
}

/// Wrong passwords of one person from one browser in which they have signed in before.
pub const SIGN_IN_DEVICE: Limit = Limit { what: "sign_in/device", minutes: 15, most: 10 };
/// Wrong passwords for one address of mail from one network, in browsers that are not known.
pub const SIGN_IN_PAIR: Limit = Limit { what: "sign_in/pair", minutes: 15, most: 10 };
/// The same from all networks together: what a crowd of machines may guess. Its person comes in by a known browser, or
/// by a new password.
pub const SIGN_IN_EMAIL: Limit = Limit { what: "sign_in/email", minutes: 60, most: 100 };
/// Wrong passwords from one network: an office shares one.
pub const SIGN_IN_NETWORK: Limit = Limit { what: "sign_in/network", minutes: 15, most: 60 };
/// Wrong passwords of somebody who has shown who they are otherwise: signed in, or by a link to their mail.
pub const PASSWORD_PERSON: Limit = Limit { what: "password/person", minutes: 15, most: 10 };
/// Sign-ups that hold, with one address of mail from one network.
pub const SIGN_UP_PAIR: Limit = Limit { what: "sign_up/pair", minutes: 60, most: 10 };
/// Sign-ups that hold, from one network.
pub const SIGN_UP_NETWORK: Limit = Limit { what: "sign_up/network", minutes: 60, most: 60 };
/// Mails with a link, asked for from one network.
pub const LINK_NETWORK: Limit = Limit { what: "link/network", minutes: 60, most: 60 };
/// Mails for a new password to one address, asked for from one network.
pub const RESET_PAIR: Limit = Limit { what: "reset/pair", minutes: 60, most: 5 };
/// The same from all networks together. Past it nothing is refused and nothing written: the mails of this window are in
/// the mailbox, and their links outlive it.
pub const RESET_EMAIL: Limit = Limit { what: "reset/email", minutes: 20, most: 10 };
/// Mails to confirm an address, sent again from one network.
pub const CONFIRM_PAIR: Limit = Limit { what: "confirm/pair", minutes: 60, most: 5 };
/// Mails to confirm one address, sign-ups included; past it none is written.
pub const CONFIRM_EMAIL: Limit = Limit { what: "confirm/email", minutes: 60, most: 10 };
/// Links and codes from one network that open nothing. One that does always opens.
pub const MISSED_NETWORK: Limit = Limit { what: "missed/network", minutes: 15, most: 120 };
/// Invitations of one client or, for operators, one workspace.
pub const INVITATIONS: Limit = Limit { what: "invitation", minutes: 60, most: 40 };
/// The same to one address of mail.
pub const INVITATION_PAIR: Limit = Limit { what: "invitation/pair", minutes: 60, most: 5 };

/// Counts a try of `who`.
///
/// # Errors
/// [`Error::TooMany`] past the limit; the try is counted all the same.
pub async fn hit(db: &Db, limit: Limit, who: &str) -> Result<()> {
    let mut tx = db.begin_as(SystemRole::Auth).await?;
    let (start, rest) = window(tx.now(), limit.minutes);
    let hits = sqlx::query_scalar!(
        "INSERT INTO rate_limit AS r (key, window_start) VALUES ($1, $2)
         ON CONFLICT (key, window_start) DO UPDATE SET hits = r.hits + 1
         RETURNING hits",
        key(limit, who),
        start,
    )
    .fetch_one(tx.conn())
    .await?;
    tx.commit().await?;
    if hits > limit.most { Err(Error::TooMany { retry_after: rest }) } else { Ok(()) }
}

/// Counts a try of `who`, and whether it is within the limit.
pub async fn is_within(db: &Db, limit: Limit, who: &str) -> Result<bool> {
    match hit(db, limit, who).await {
        Err(Error::TooMany { .. }) => Ok(false),
        counted => counted.map(|()| true),
    }
}

/// Counts a try against each of these, the narrowest first.
///
/// # Errors
/// [`Error::TooMany`] past one of them; those after it are not counted.
pub async fn hit_all(db: &Db, tries: &[(Limit, String)]) -> Result<()> {
    for (limit, who) in tries {
        hit(db, *limit, who).await?;
    }
    Ok(())
}

/// Takes one try back from each.
pub async fn forgive_all(db: &Db, tries: &[(Limit, String)]) -> Result<()> {
    for (limit, who) in tries {
        forgive(db, *limit, who).await?;
    }
    Ok(())
}

/// Forgets the wrong passwords for an address: its owner has come in by their mail.
pub async fn forget_sign_ins(db: &Db, email: &str) -> Result<()> {
    let mut tx = db.begin_as(SystemRole::Auth).await?;
    sqlx::query!(
        "DELETE FROM rate_limit WHERE key = $1 OR starts_with(key, $2)",
        key(SIGN_IN_EMAIL, email),
        key(SIGN_IN_PAIR, &pair(email, "")),
    )
    .execute(tx.conn())
    .await?;
    tx.commit().await
}

/// Somebody's tries at something: an address of mail from a network, or for a client.
pub(super) fn pair(whose: &str, from: &str) -> String {
    format!("{whose} {from}")
}

/// Takes back one try of `who`, which turned out to be no guess.
pub async fn forgive(db: &Db, limit: Limit, who: &str) -> Result<()> {
    let mut tx = db.begin_as(SystemRole::Auth).await?;
    let (start, _) = window(tx.now(), limit.minutes);
    sqlx::query!(
        "UPDATE rate_limit SET hits = hits - 1 WHERE key = $1 AND window_start = $2 AND hits > 0",
        key(limit, who),
        start,
    )
    .execute(tx.conn())
    .await?;
    tx.commit().await
}

fn key(limit: Limit, who: &str) -> String {
    // Someone may type a book where an address is asked for.
    format!("{}/{}", limit.what, who.chars().take(320).collect::<String>())
}

/// When the present window began, and the seconds until the next.
fn window(now: DateTime<Utc>, minutes: i64) -> (DateTime<Utc>, u32) {
    let length = minutes * 60;
    let into = now.timestamp().rem_euclid(length);
    let start = DateTime::from_timestamp(now.timestamp() - into, 0).unwrap_or(now);
    (start, u32::try_from(length - into).unwrap_or(u32::MAX))
}

/// The part of a network address that one party holds: a whole IPv4 address, the first half of an IPv6 one.
pub fn party(address: &str) -> String {
    match address.parse() {
        Ok(std::net::IpAddr::V6(v6)) => match v6.to_ipv4_mapped() {
            Some(v4) => v4.to_string(),
            None => v6.segments()[..4].iter().map(|part| format!("{part:x}")).collect::<Vec<_>>().join(":"),
        },
        _ => address.to_owned(),
    }
}

/// Clears away counts that no limit looks at any more.
pub(super) async fn clear_in(tx: &mut crate::Tx) -> Result<()> {
    let old = tx.now() - Duration::days(1);
    sqlx::query!("DELETE FROM rate_limit WHERE window_start < $1", old).execute(tx.conn()).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_says_how_long_it_lasts() {
        let at = DateTime::from_timestamp(15 * 60 * 100 + 40, 0).unwrap();
        let (start, rest) = window(at, 15);
        assert_eq!((start.timestamp(), rest), (15 * 60 * 100, 15 * 60 - 40));
    }

    #[test]
    fn one_party_is_one_network() {
        assert_eq!(party("203.0.113.7"), "203.0.113.7");
        assert_eq!(party("::ffff:203.0.113.7"), "203.0.113.7");
        assert_eq!(party("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2");
    }
}
