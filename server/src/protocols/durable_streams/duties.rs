//! What has to be done now and then while somebody follows.

use std::{pin::Pin, time::Duration};

use tokio::time::{Instant, Sleep, sleep_until};

/// One timer for all of it, so that a delivery touches none: a thousand followers' timers would cost more than what is
/// delivered.
pub(super) struct Duties {
    timer: Pin<Box<Sleep>>,
    end: Instant,
    /// When something was last told.
    said: Instant,
    beat: Duration,
    look: Round,
    keep: Option<Round>,
}

/// What is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Duty {
    /// Saying something, because nothing was said for long.
    Beat,
    /// Looking whether the reader still may read.
    Look,
    /// Keeping the stream from lapsing.
    Keep,
    /// The end.
    End,
}

struct Round {
    next: Instant,
    period: Duration,
}

impl Round {
    fn from(now: Instant, period: Duration) -> Self {
        Self { next: now + period, period }
    }

    /// Whether it is its time. Rounds that were missed are left out.
    fn comes(&mut self, now: Instant) -> bool {
        let comes = self.next <= now;
        if comes {
            self.next = now + self.period;
        }
        comes
    }
}

impl Duties {
    /// Beginning now: the end after `life`, the others each time their period is over.
    pub(super) fn new(life: Duration, beat: Duration, look: Duration, keep: Option<Duration>) -> Self {
        let now = Instant::now();
        let mut duties = Self {
            timer: Box::pin(sleep_until(now)),
            end: now + life,
            said: now,
            beat,
            look: Round::from(now, look),
            keep: keep.map(|period| Round::from(now, period)),
        };
        duties.wind();
        duties
    }

    /// Something was told.
    pub(super) fn said(&mut self) {
        self.said = Instant::now();
    }

    /// Waits for the next of them. May be dropped and called again.
    pub(super) async fn due(&mut self) -> Duty {
        loop {
            self.timer.as_mut().await;
            if let Some(duty) = self.overdue() {
                return duty;
            }
        }
    }

    /// What should have been done by now.
    pub(super) fn overdue(&mut self) -> Option<Duty> {
        let now = Instant::now();
        if now < self.timer.deadline() {
            return None;
        }
        let duty = self.duty(now);
        self.wind();
        duty
    }

    fn duty(&mut self, now: Instant) -> Option<Duty> {
        if self.end <= now {
            return Some(Duty::End);
        }
        if self.look.comes(now) {
            return Some(Duty::Look);
        }
        if self.keep.as_mut().is_some_and(|keep| keep.comes(now)) {
            return Some(Duty::Keep);
        }
        let silent = self.said + self.beat <= now;
        if silent {
            self.said = now;
        }
        silent.then_some(Duty::Beat)
    }

    fn wind(&mut self) {
        let keep = self.keep.as_ref().map_or(self.end, |keep| keep.next);
        let next = self.end.min(self.look.next).min(keep).min(self.said + self.beat);
        self.timer.as_mut().reset(next);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn each_comes_in_its_time() {
        let seconds = Duration::from_secs;
        let mut duties = Duties::new(seconds(20), seconds(6), seconds(4), Some(seconds(9)));
        let begun = Instant::now();
        let mut told = Vec::new();
        loop {
            let duty = duties.due().await;
            told.push((duty, begun.elapsed().as_secs()));
            match duty {
                Duty::End => break,
                // Something was said meanwhile, so that no beat is needed for a while.
                Duty::Keep if told.len() < 6 => duties.said(),
                _ => {}
            }
        }
        let (beat, look, keep) = (Duty::Beat, Duty::Look, Duty::Keep);
        let expected = [
            (look, 4),
            (beat, 6),
            (look, 8),
            (keep, 9),
            (look, 12),
            (beat, 15),
            (look, 16),
            (keep, 18),
            (Duty::End, 20),
        ];
        assert_eq!(told, expected);
    }
}
