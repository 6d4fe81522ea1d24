//! When an answer that stays open has to do something beside sending what comes.

use std::time::Duration;

use tokio::time::{Instant, Interval, MissedTickBehavior, interval_at};
use tokio_util::sync::CancellationToken;

/// An interval whose first tick comes after a whole period. Ticks that were missed are not made up for.
pub(crate) fn interval_after(period: Duration) -> Interval {
    let mut interval = interval_at(Instant::now() + period, period);
    interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
    interval
}

/// How often an open answer does what it does by itself. Tests hurry.
#[derive(Clone, Copy, Debug)]
pub struct FollowIntervals {
    /// Between comments on a silent stream, which show that the line is alive. 15 seconds.
    pub heartbeat: Duration,
    /// Between questions whether its reader still may. 3 seconds.
    pub recheck: Duration,
}

impl Default for FollowIntervals {
    fn default() -> Self {
        Self { heartbeat: Duration::from_secs(15), recheck: Duration::from_secs(3) }
    }
}

/// The timer of one open answer.
#[derive(Debug)]
pub(super) struct FollowTimer {
    heartbeat: Interval,
    recheck: Interval,
    stop: CancellationToken,
}

/// What is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TimerEvent {
    /// A comment: nothing was sent for a while.
    Heartbeat,
    /// Asking whether the reader still may.
    Recheck,
    /// The end: the server stops.
    Stop,
}

impl FollowTimer {
    pub(super) fn new(intervals: FollowIntervals, stop: CancellationToken) -> Self {
        let FollowIntervals { heartbeat, recheck } = intervals;
        Self { heartbeat: interval_after(heartbeat), recheck: interval_after(recheck), stop }
    }

    /// Waits for the next event; may be dropped at any point.
    pub(super) async fn next(&mut self) -> TimerEvent {
        tokio::select! {
            biased;
            () = self.stop.cancelled() => TimerEvent::Stop,
            _ = self.recheck.tick() => TimerEvent::Recheck,
            _ = self.heartbeat.tick() => TimerEvent::Heartbeat,
        }
    }

    /// Something was sent.
    pub(super) fn mark_sent(&mut self) {
        self.heartbeat.reset();
    }
}
