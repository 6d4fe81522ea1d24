//! Clears away what has run out: sign-ins, links, counts of tries, mail that was sent.

use std::time::Duration;

use domain::{Db, accounts, mail};
use tokio_util::sync::CancellationToken;

const EVERY: Duration = Duration::from_secs(3600);

/// Clears now and every hour, until told to stop.
pub(super) async fn run(db: Db, stop: CancellationToken) {
    loop {
        for (what, done) in
            [("accounts", accounts::commands::clear(&db).await), ("mail", mail::clear(&db).await)]
        {
            if let Err(error) = done {
                tracing::warn!(clear.what = what, error.message = %error, "could not clear away what has run out");
            }
        }
        if stop.run_until_cancelled(tokio::time::sleep(EVERY)).await.is_none() {
            return;
        }
    }
}
