//! How often somebody may try, counted in the database: a restart forgives nobody, and several servers count together.

use chrono::{DateTime, Duration, Utc};

use crate::{Db, Error, Office, Result};

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

/// Wrong passwords for one address of mail.
pub const SIGN_IN_EMAIL: Limit = Limit { what: "sign_in/email", minutes: 15, most: 10 };
/// Wrong passwords from one address of the network: an office shares one.
pub const SIGN_IN_ADDRESS: Limit = Limit { what: "sign_in/address", minutes: 15, most: 60 };
/// Sign-ups with one address of mail.
pub const SIGN_UP_EMAIL: Limit = Limit { what: "sign_up/email", minutes: 60, most: 10 };
/// Sign-ups from one address of the network.
pub const SIGN_UP_ADDRESS: Limit = Limit { what: "sign_up/address", minutes: 60, most: 60 };
/// Mails with a link, to one address.
pub const LINK_EMAIL: Limit = Limit { what: "link/email", minutes: 60, most: 5 };
/// Mails with a link, asked for from one address of the network.
pub const LINK_ADDRESS: Limit = Limit { what: "link/address", minutes: 60, most: 60 };
/// Links that were opened from one address of the network, right or wrong.
pub const TOKEN_ADDRESS: Limit = Limit { what: "token/address", minutes: 15, most: 120 };
/// Invitations of one client or, for operators, one workspace.
pub const INVITATIONS: Limit = Limit { what: "invitation", minutes: 60, most: 40 };

/// Counts a try of `who`.
///
/// # Errors
/// [`Error::TooMany`] past the limit; the try is counted all the same.
pub async fn hit(db: &Db, limit: Limit, who: &str) -> Result<()> {
    let mut tx = db.begin_as(Office::Auth).await?;
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

/// Takes back one try of `who`, which turned out to be no guess.
pub async fn forgive(db: &Db, limit: Limit, who: &str) -> Result<()> {
    let mut tx = db.begin_as(Office::Auth).await?;
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
