//! When something has to be done while somebody follows.

use std::{pin::Pin, time::Duration};

use tokio::time::{Instant, Sleep, sleep_until};

/// One timer for all of it, so that a delivery touches none: a thousand followers' timers would cost more than what is
/// delivered.
pub(super) struct StreamTimer {
    timer: Pin<Box<Sleep>>,
    end: Instant,
    /// When something was last sent.
    last_sent: Instant,
    heartbeat: Duration,
    recheck: Period,
    touch: Option<Period>,
}

/// What is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TimerEvent {
    /// Sending a comment, because nothing was sent for long.
    Heartbeat,
    /// Asking whether the reader still may read.
    Recheck,
    /// Keeping the stream from lapsing.
    Touch,
    /// The end.
    End,
}

struct Period {
    next: Instant,
    period: Duration,
}

impl Period {
    fn from(now: Instant, period: Duration) -> Self {
        Self { next: now + period, period }
    }

    /// Whether it is its time. Times that were missed are left out.
    fn is_due(&mut self, now: Instant) -> bool {
        let is_due = self.next <= now;
        if is_due {
            self.next = now + self.period;
        }
        is_due
    }
}

impl StreamTimer {
    /// Beginning now: the end after `lifetime`, the others each time their period is over.
    pub(super) fn new(
        lifetime: Duration,
        heartbeat: Duration,
        recheck: Duration,
        touch: Option<Duration>,
    ) -> Self {
        let now = Instant::now();
        let mut timer = Self {
            timer: Box::pin(sleep_until(now)),
            end: now + lifetime,
            last_sent: now,
            heartbeat,
            recheck: Period::from(now, recheck),
            touch: touch.map(|period| Period::from(now, period)),
        };
        timer.rearm();
        timer
    }

    /// Something was sent.
    pub(super) fn mark_sent(&mut self) {
        self.last_sent = Instant::now();
    }

    /// Waits for the next of them. May be dropped and called again.
    pub(super) async fn due(&mut self) -> TimerEvent {
        loop {
            self.timer.as_mut().await;
            if let Some(event) = self.overdue() {
                return event;
            }
        }
    }

    /// What should have been done by now.
    pub(super) fn overdue(&mut self) -> Option<TimerEvent> {
        let now = Instant::now();
        if now < self.timer.deadline() {
            return None;
        }
        let event = self.event(now);
        self.rearm();
        event
    }

    fn event(&mut self, now: Instant) -> Option<TimerEvent> {
        if self.end <= now {
            return Some(TimerEvent::End);
        }
        if self.recheck.is_due(now) {
            return Some(TimerEvent::Recheck);
        }
        if self.touch.as_mut().is_some_and(|touch| touch.is_due(now)) {
            return Some(TimerEvent::Touch);
        }
        let silent = self.last_sent + self.heartbeat <= now;
        if silent {
            self.last_sent = now;
        }
        silent.then_some(TimerEvent::Heartbeat)
    }

    fn rearm(&mut self) {
        let touch = self.touch.as_ref().map_or(self.end, |touch| touch.next);
        let next = self.end.min(self.recheck.next).min(touch).min(self.last_sent + self.heartbeat);
        self.timer.as_mut().reset(next);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn each_comes_in_its_time() {
        let seconds = Duration::from_secs;
        let mut timer = StreamTimer::new(seconds(20), seconds(6), seconds(4), Some(seconds(9)));
        let begun = Instant::now();
        let mut events = Vec::new();
        loop {
            let event = timer.due().await;
            events.push((event, begun.elapsed().as_secs()));
            match event {
                TimerEvent::End => break,
                // Something was sent meanwhile, so that no comment is needed for a while.
                TimerEvent::Touch if events.len() < 6 => timer.mark_sent(),
                _ => {}
            }
        }
        let (heartbeat, recheck, touch) = (TimerEvent::Heartbeat, TimerEvent::Recheck, TimerEvent::Touch);
        let expected = [
            (recheck, 4),
            (heartbeat, 6),
            (recheck, 8),
            (touch, 9),
            (recheck, 12),
            (heartbeat, 15),
            (recheck, 16),
            (touch, 18),
            (TimerEvent::End, 20),
        ];
        assert_eq!(events, expected);
    }
}
