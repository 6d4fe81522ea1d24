//! Reaching the database, which may still be starting.

use std::time::Duration;

use sessions::Backoff;
use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions, PgConnection};
use tokio::time::{Instant, timeout};
use tokio_util::sync::CancellationToken;

use super::Error;
use crate::settings::SecretUrl;

/// How long a database may take to appear, for machines on which everything starts at once.
const PATIENCE: Duration = Duration::from_secs(30);
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(2);
/// How long one attempt may take: a host that drops packets never answers.
const ATTEMPT: Duration = Duration::from_secs(5);

/// Reads the setting.
///
/// # Errors
/// When it is not the address of a Postgres.
pub fn options(url: &SecretUrl) -> Result<PgConnectOptions, Error> {
    let address = url.reveal();
    if !matches!(address.scheme(), "postgres" | "postgresql") {
        return Err(Error::Address);
    }
    PgConnectOptions::from_url(address).map_err(|_| Error::Address)
}

/// One attempt, at most five seconds.
///
/// # Errors
/// As the connection does; a silent host counts as [`sqlx::Error::PoolTimedOut`].
pub async fn once(options: &PgConnectOptions) -> Result<PgConnection, sqlx::Error> {
    timeout(ATTEMPT, options.connect()).await.unwrap_or(Err(sqlx::Error::PoolTimedOut))
}

/// Tries until it answers, with growing pauses. A refusal that waiting cannot mend ends it at once.
pub(super) async fn patiently(
    options: &PgConnectOptions,
    stop: &CancellationToken,
) -> Result<PgConnection, Error> {
    let (begun, mut backoff) = (Instant::now(), Backoff::new(FIRST_PAUSE, LONGEST_PAUSE));
    loop {
        let source = match stop.run_until_cancelled(once(options)).await.ok_or(Error::Interrupted)? {
            Ok(connection) => return Ok(connection),
            Err(source) => source,
        };
        if !may_pass(&source) {
            return Err(Error::Refused { place: place(options), source });
        }
        if begun.elapsed() > PATIENCE {
            return Err(Error::Unreachable { place: place(options), seconds: PATIENCE.as_secs(), source });
        }
        tracing::warn!(place = place(options), reason = %source, "the database does not answer yet");
        stop.run_until_cancelled(backoff.pause()).await.ok_or(Error::Interrupted)?;
    }
}

/// Whether waiting may help: nobody listens yet, Postgres starts or stops, or all its places are taken.
fn may_pass(reason: &sqlx::Error) -> bool {
    match reason {
        sqlx::Error::Io(_) | sqlx::Error::PoolTimedOut => true,
        sqlx::Error::Database(said) => {
            said.code().is_some_and(|code| code.starts_with("57P") || code == "53300")
        }
        _ => false,
    }
}

/// Where it is, without user and password.
pub(super) fn place(options: &PgConnectOptions) -> String {
    let database = options.get_database().unwrap_or_else(|| options.get_username());
    match options.get_socket() {
        Some(socket) => format!("{}/{database}", socket.display()),
        None => format!("{}:{}/{database}", options.get_host(), options.get_port()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_that_is_none_is_refused_without_repeating_it() {
        for text in ["mysql://u:hush@h/d", "postgres://u:hush@h:5432/d?sslmode=nonsense"] {
            let url: SecretUrl = text.parse().expect("it is a URL");
            let said = options(&url).map(|_| ()).expect_err("it is no Postgres").to_string();
            assert!(!said.contains("hush"), "{said}");
        }
    }

    #[tokio::test]
    async fn a_stop_ends_the_wait() {
        let stop = CancellationToken::new();
        let nobody = PgConnectOptions::new_without_pgpass().host("127.0.0.1").port(9);
        let wait = tokio::spawn({
            let stop = stop.clone();
            async move { patiently(&nobody, &stop).await.map(|_| ()) }
        });
        stop.cancel();
        let ended = timeout(PATIENCE, wait).await.expect("it ends").expect("it does not panic");
        assert!(ended.expect_err("it is an error").is_interruption());
    }
}
