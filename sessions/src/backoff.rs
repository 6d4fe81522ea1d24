use std::time::Duration;

/// Pauses between tries at something that fails: each twice as long as the one before, up to the longest. They have no
/// jitter: whoever waits here waits for a thing of its own, so that nobody comes back together with others.
#[derive(Clone, Debug)]
pub struct Backoff {
    first: Duration,
    longest: Duration,
    next: Duration,
}

impl Backoff {
    /// The first pause, and the longest.
    pub const fn new(first: Duration, longest: Duration) -> Self {
        Self { first, longest, next: first }
    }

    /// Whether there was no pause yet since the beginning or the last [`Backoff::reset`].
    pub fn is_fresh(&self) -> bool {
        self.next == self.first
    }

    /// How long to pause now; the next pause is longer.
    pub fn next_pause(&mut self) -> Duration {
        let pause = self.next;
        self.next = pause.saturating_mul(2).min(self.longest);
        pause
    }

    /// Pauses. A pause that is dropped before its end counts all the same.
    pub async fn pause(&mut self) {
        tokio::time::sleep(self.next_pause()).await;
    }

    /// It went well: the pauses begin anew.
    pub fn reset(&mut self) {
        self.next = self.first;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pauses_grow_to_the_longest_and_begin_anew() {
        let mut backoff = Backoff::new(Duration::from_millis(25), Duration::from_millis(150));
        assert!(backoff.is_fresh());
        let pauses: Vec<u128> = (0..5).map(|_| backoff.next_pause().as_millis()).collect();
        assert_eq!(pauses, [25, 50, 100, 150, 150]);
        assert!(!backoff.is_fresh());
        backoff.reset();
        assert!(backoff.is_fresh());
        let mut boundless = Backoff::new(Duration::MAX, Duration::MAX);
        assert_eq!([boundless.next_pause(), boundless.next_pause()], [Duration::MAX; 2]);
    }
}
