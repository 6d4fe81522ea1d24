//! A database that is away, said once and waited for with growing pauses.

use std::time::Duration;

use sessions::Backoff;
use tokio::time::Instant;

use crate::Error;

const FIRST: Duration = Duration::from_millis(250);
const LONGEST: Duration = Duration::from_secs(5);
/// How often the same job repeats that it fails.
const REPEAT: Duration = Duration::from_secs(60);

/// The pauses of a piece of work that goes on for as long as the server does, and what it says of its failures.
#[derive(Debug)]
pub struct JobBackoff {
    job: &'static str,
    backoff: Backoff,
    logged: Option<Instant>,
}

impl JobBackoff {
    /// Of a job that has not failed yet.
    pub fn new(job: &'static str) -> Self {
        Self { job, backoff: Backoff::new(FIRST, LONGEST), logged: None }
    }

    /// The job failed: how long to leave it. Logged at once, and then once a minute.
    pub fn pause(&mut self, error: &Error) -> Duration {
        if self.logged.is_none_or(|at| at.elapsed() > REPEAT) {
            self.logged = Some(Instant::now());
            match error.is_away() {
                true => {
                    tracing::warn!(job = self.job, error.message = %error, "the database is away; trying on")
                }
                false => tracing::error!(job = self.job, error.message = %error, "a job failed; trying on"),
            }
        }
        self.backoff.next_pause()
    }

    /// The job went well.
    pub fn over(&mut self) {
        if self.logged.take().is_some() {
            tracing::info!(job = self.job, "goes on");
        }
        self.backoff.reset();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pauses_grow_and_begin_anew() {
        let mut backoff = JobBackoff::new("test");
        let pauses: Vec<u128> = (0..6).map(|_| backoff.pause(&Error::NotFound).as_millis()).collect();
        assert_eq!(pauses, [250, 500, 1_000, 2_000, 4_000, 5_000]);
        backoff.over();
        assert_eq!(backoff.pause(&Error::NotFound), FIRST);
    }
}
