//! What the followers of a turn have heard, all together.

use std::{
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use tokio::time::sleep;

use crate::{BenchError, event};

/// Shared by all followers of a turn.
pub struct Audience {
    origin: Instant,
    /// Followers that are at the tail.
    ready: AtomicU64,
    deliveries: AtomicU64,
    pub disorder: AtomicU64,
    pub reconnects: AtomicU64,
    latencies: Mutex<Vec<u32>>,
    failure: Mutex<Option<BenchError>>,
}

/// What one follower has heard: the next number of each writer.
#[derive(Default)]
pub struct FollowerProgress {
    next: Vec<u64>,
}

impl Audience {
    pub fn new(origin: Instant) -> Self {
        Self {
            origin,
            ready: AtomicU64::new(0),
            deliveries: AtomicU64::new(0),
            disorder: AtomicU64::new(0),
            reconnects: AtomicU64::new(0),
            latencies: Mutex::default(),
            failure: Mutex::default(),
        }
    }

    /// A follower is at the tail for the first time.
    pub fn arrived(&self) {
        self.ready.fetch_add(1, Relaxed);
    }

    /// A follower cannot go on.
    pub fn failed(&self, failure: BenchError) {
        self.failure.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(failure);
    }

    /// Takes the events in a piece of JSON that a follower was sent.
    pub fn deliver(&self, json: &[u8], received: &mut FollowerProgress) {
        let now = u64::try_from(self.origin.elapsed().as_micros()).unwrap_or(u64::MAX);
        let mut latencies = self.latencies.lock().unwrap_or_else(PoisonError::into_inner);
        let mut delivered = 0;
        for event in event::scan(json) {
            delivered += 1;
            if !received.expects(event.writer as usize, event.number) {
                self.disorder.fetch_add(1, Relaxed);
            }
            latencies.push(u32::try_from(now.saturating_sub(event.begun)).unwrap_or(u32::MAX));
        }
        self.deliveries.fetch_add(delivered, Relaxed);
    }

    /// What was delivered since the last time, with its latencies.
    pub fn take(&self) -> (u64, Vec<u32>) {
        let mut latencies = self.latencies.lock().unwrap_or_else(PoisonError::into_inner);
        (self.deliveries.swap(0, Relaxed), std::mem::take(&mut latencies))
    }

    /// How much was delivered since [`Audience::take`].
    pub fn delivered(&self) -> u64 {
        self.deliveries.load(Relaxed)
    }

    /// Waits until so many followers are at the tail.
    ///
    /// # Errors
    /// When one failed, or the time is over.
    pub async fn until_ready(&self, followers: u64, patience: Duration) -> Result<(), BenchError> {
        match self.until(|| self.ready.load(Relaxed) >= followers, patience).await? {
            true => Ok(()),
            false => Err(format!("{} of {followers} followers came", self.ready.load(Relaxed)).into()),
        }
    }

    /// Waits until so much was delivered; false when the time is over.
    ///
    /// # Errors
    /// When a follower failed.
    pub async fn until_delivered(&self, deliveries: u64, patience: Duration) -> Result<bool, BenchError> {
        self.until(|| self.delivered() >= deliveries, patience).await
    }

    async fn until(&self, holds: impl Fn() -> bool, patience: Duration) -> Result<bool, BenchError> {
        let end = Instant::now() + patience;
        while !holds() {
            if let Some(failure) = self.failure.lock().unwrap_or_else(PoisonError::into_inner).take() {
                return Err(failure);
            }
            if Instant::now() > end {
                return Ok(false);
            }
            sleep(Duration::from_millis(1)).await;
        }
        Ok(true)
    }
}

impl FollowerProgress {
    /// Whether this is the writer's next event; what follows is expected to follow on it.
    fn expects(&mut self, writer: usize, number: u64) -> bool {
        if self.next.len() <= writer {
            self.next.resize(writer + 1, 0);
        }
        std::mem::replace(&mut self.next[writer], number + 1) == number
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn deliver(audience: &Audience, received: &mut FollowerProgress, events: &[(u32, u64)]) {
        let mut json = Vec::new();
        for &(writer, number) in events {
            event::BenchEvent { writer, number, begun: 0 }.write(&mut json);
        }
        audience.deliver(&json, received);
    }

    #[test]
    fn what_comes_twice_or_too_early_is_disorder() {
        let (audience, mut received) = (Audience::new(Instant::now()), FollowerProgress::default());
        deliver(&audience, &mut received, &[(0, 0), (1, 0), (0, 1), (1, 1)]);
        assert_eq!((audience.disorder.load(Relaxed), audience.take().0), (0, 4));
        deliver(&audience, &mut received, &[(0, 1)]);
        deliver(&audience, &mut received, &[(1, 3)]);
        assert_eq!((audience.disorder.load(Relaxed), audience.take().1.len()), (2, 2));
    }

    #[tokio::test]
    async fn a_follower_that_failed_ends_the_wait() {
        let audience = Audience::new(Instant::now());
        audience.failed("cut off".into());
        let wait = audience.until_ready(1, Duration::from_secs(60)).await;
        assert_eq!(wait.unwrap_err().to_string(), "cut off");
    }
}
