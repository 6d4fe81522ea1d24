//! When a crowd hears of what has come: small events that come fast are put together for them.

use std::time::Duration;

use tokio::time::Instant;

/// As many in one span are fast: each would cost every follower a wake-up and a frame of its own.
const FAST: u32 = 4;

/// How fast a stream moves.
#[derive(Debug)]
pub(crate) struct Pace {
    /// When the span began that is being counted.
    begun: Instant,
    count: u32,
    /// How many came in the span before it.
    before: u32,
    /// When followers are to hear of what has come.
    due: Option<Instant>,
}

impl Pace {
    pub(crate) fn new() -> Self {
        Self { begun: Instant::now(), count: 0, before: 0, due: None }
    }

    /// Notes that something came; whether it has to wait until [`due`](Self::due). That lasts for `span` at most.
    pub(crate) fn waits(&mut self, now: Instant, span: Duration) -> bool {
        let elapsed = now.saturating_duration_since(self.begun);
        if elapsed >= span {
            self.before = if elapsed < 2 * span { self.count } else { 0 };
            (self.begun, self.count) = (now, 0);
        }
        self.count = self.count.saturating_add(1);
        if self.due.is_none() && self.before >= FAST {
            self.due = Some(self.begun + span);
        }
        self.due.is_some()
    }

    pub(crate) fn due(&self) -> Option<Instant> {
        self.due
    }

    /// They hear of it now.
    pub(crate) fn mark_notified(&mut self) {
        self.due = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SPAN: Duration = Duration::from_millis(40);

    /// How often followers hear of events that come every so many milliseconds, for four seconds.
    fn count_notifications(every: u64) -> usize {
        let (mut pace, begun) = (Pace::new(), Instant::now());
        let mut notified = 0;
        for at in 1..4_000 {
            let now = begun + Duration::from_millis(at);
            if pace.due().is_some_and(|due| due <= now) {
                pace.mark_notified();
                notified += 1;
            }
            if at % every == 0 && !pace.waits(now, SPAN) {
                notified += 1;
            }
        }
        notified
    }

    #[test]
    fn what_comes_fast_is_put_together() {
        assert_eq!(count_notifications(50), 79);
        assert_eq!(count_notifications(20), 199);
        // About 25 a second, but for the first span, which tells how fast they come.
        for every in [1, 5] {
            let notified = count_notifications(every);
            assert!((90..=145).contains(&notified), "{notified}");
        }
    }
}
