//! The demo: one workspace, two offers and three small businesses at different points of the job.
//!
//! It is told by the product's own commands under a clock that is moved from one event to the next, so that every row,
//! event and mail is what the product would have made on those days.

mod calendar;
mod people;
mod sold;
mod story;
#[cfg(test)]
mod tests;
mod threads;
mod timeline;
mod work;

pub use people::{Account, PASSWORD, accounts};

use crate::{Clock, Db, Error, Result, SystemRole, accounts::read_email, install};

const MARK: &str = "demo_workspace";

/// Fills an empty install with the demo. `false` where there is a workspace already: nothing was touched.
///
/// # Errors
/// When the database is away, or the install was filled halfway by an earlier try that was cut off.
pub async fn fill(db: &Db) -> Result<bool> {
    if is_demo(db).await? || install::is_set_up(db).await? {
        return Ok(false);
    }
    let now = db.now();
    let past = db.with_clock(Clock::frozen(calendar::working_days_before(now, story::DAYS)));
    story::write_story(&past, now).await?;
    Ok(true)
}

/// Whether this install holds the demo: its accounts are known to everyone, so they work on this machine alone.
pub async fn is_demo(db: &Db) -> Result<bool> {
    let mut tx = db.begin_as(SystemRole::Auth).await?;
    let found =
        sqlx::query_scalar!(r#"SELECT EXISTS (SELECT 1 FROM install WHERE key = $1) AS "found!""#, MARK)
            .fetch_one(tx.conn())
            .await?;
    tx.commit().await?;
    Ok(found)
}

/// Lets nobody in by a demo account unless they come from the machine that alone can reach the portal: everyone
/// knows the password.
///
/// # Errors
/// [`Error::Refused`].
pub async fn check_sign_in(db: &Db, email: &str, is_local: bool) -> Result<()> {
    let email = read_email(email).unwrap_or_default();
    if !is_local && accounts().iter().any(|account| account.email == email) && is_demo(db).await? {
        return Err(Error::refused(
            "The demo's accounts work only on the server's own machine, while no other can reach it.",
        ));
    }
    Ok(())
}

async fn mark(db: &Db) -> Result<()> {
    let mut tx = db.begin_as(SystemRole::Auth).await?;
    let done =
        sqlx::query!("INSERT INTO install (key, value) VALUES ($1, 'yes')", MARK).execute(tx.conn()).await?;
    if done.rows_affected() != 1 {
        return Err(Error::Broken("the demo's mark was not set".into()));
    }
    tx.commit().await
}
