//! Runs whose worker is gone are taken back. But where nobody could renew a lease, one that ran out says nothing about the
//! worker: those who are still there get the time to renew it first, so that nothing is worked on twice.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use domain::{Db, Result, runs};
use tokio::time::Instant;

use super::clock;

/// A database that was not heard of for so long was away for everybody: workers renew as often.
const AWAY: Duration = Duration::from_secs(10);

/// How long workers get then: as long as our own keep a lease.
const AFTER_AWAY: Duration = Duration::from_secs(30);

/// How long they get when the database's clock was set on, as long as the longest lease that an agent may ask for.
const AFTER_SET_ON: Duration = Duration::from_secs(600);

/// When leases may be looked at.
pub struct Leases(Mutex<LeaseWatch>);

struct LeaseWatch {
    heard: Instant,
    held_until: Instant,
}

impl Leases {
    /// From now on.
    pub fn new() -> Self {
        let now = Instant::now();
        Self(Mutex::new(LeaseWatch { heard: now, held_until: now }))
    }

    /// Takes back what is out, unless its workers are waited for.
    ///
    /// # Errors
    /// The database's.
    pub async fn reap(&self, db: &Db) -> Result<()> {
        // Asked first, by the time of all nodes; and what hung while the database was away must not be what takes the runs.
        clock::follow(db).await?;
        let set_on = db.clock().since_set_on().is_some_and(|since| since < AFTER_SET_ON);
        if self.is_held(Instant::now()) || set_on {
            return Ok(());
        }
        runs::commands::reap(db).await.map(drop)
    }

    /// The database was heard of: whether leases are left alone for now.
    fn is_held(&self, now: Instant) -> bool {
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if now - seen.heard > AWAY {
            tracing::warn!("the database was away; runs stay with their workers for now");
            seen.held_until = now + AFTER_AWAY;
        }
        seen.heard = now;
        now < seen.held_until
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn after_the_database_was_away_workers_get_their_time() {
        let leases = Leases::new();
        let begun = Instant::now();
        let mut held = Vec::new();
        for second in [1, 2, 11, 61, 62, 71, 80, 90, 92] {
            if leases.is_held(begun + Duration::from_secs(second)) {
                held.push(second);
            }
        }
        // Eleven is within ten seconds of two; sixty-one is not of eleven.
        assert_eq!(held, [61, 62, 71, 80, 90]);
    }
}
