//! The only source of the time, so that a test can hold it still.

use std::sync::{
    Arc, PoisonError, RwLock,
    atomic::{AtomicI64, Ordering},
};

use chrono::{DateTime, Duration, SubsecRound, TimeDelta, Utc};
use tokio::time::Instant;

/// Below this two clocks agree: what it takes to ask another one is not known more closely, and every machine's is put
/// right by so much now and then.
const AGREE: TimeDelta = TimeDelta::milliseconds(200);

/// Further than this no clock goes by itself: somebody has set it, or the machine was asleep.
const SET: TimeDelta = TimeDelta::seconds(5);

/// The machine's clock, one that goes by another's, or one that stands still until a test moves it.
#[derive(Clone, Debug, Default)]
pub struct Clock(ClockKind);

#[derive(Clone, Debug, Default)]
enum ClockKind {
    #[default]
    System,
    Following(Arc<RwLock<Anchor>>),
    Frozen(Arc<AtomicI64>),
}

/// What a clock that follows was told last. From there on it counts by itself, so that setting the machine's clock does not
/// move it.
#[derive(Clone, Copy, Debug)]
struct Anchor {
    told: DateTime<Utc>,
    at: Instant,
    is_first: bool,
    set_on: Option<Instant>,
}

impl Clock {
    /// The machine's own clock.
    pub fn system() -> Self {
        Self(ClockKind::System)
    }

    /// A clock that goes by another one, which it is told with [`Clock::follow`]; the machine's says where it begins.
    pub fn following() -> Self {
        let (told, at) = (machine(), Instant::now());
        Self(ClockKind::Following(Arc::new(RwLock::new(Anchor { told, at, is_first: true, set_on: None }))))
    }

    /// A clock that shows `at` until it is moved.
    pub fn frozen(at: DateTime<Utc>) -> Self {
        Self(ClockKind::Frozen(Arc::new(AtomicI64::new(at.timestamp_micros()))))
    }

    /// The present instant, to the microsecond that Postgres keeps.
    pub fn now(&self) -> DateTime<Utc> {
        match &self.0 {
            ClockKind::System => machine(),
            ClockKind::Following(anchor) => anchor.read().unwrap_or_else(PoisonError::into_inner).now(),
            ClockKind::Frozen(held) => {
                DateTime::from_timestamp_micros(held.load(Ordering::SeqCst)).unwrap_or_default()
            }
        }
    }

    /// Goes by what another clock shows now, known to within `sure`. Answers how far this one was behind, or ahead where that is
    /// negative. A clock that follows none is left alone.
    pub fn follow(&self, told: DateTime<Utc>, sure: Duration) -> TimeDelta {
        let ClockKind::Following(anchor) = &self.0 else { return TimeDelta::zero() };
        let mut anchor = anchor.write().unwrap_or_else(PoisonError::into_inner);
        let behind = told - anchor.now();
        if behind.abs() > AGREE.max(sure) {
            let set_on = if !anchor.is_first && behind > SET { Some(Instant::now()) } else { anchor.set_on };
            *anchor = Anchor { told: told.trunc_subsecs(6), at: Instant::now(), is_first: false, set_on };
        }
        anchor.is_first = false;
        behind
    }

    /// How long ago the clock that this one follows was set on, if it was: what runs out by the time may not be over.
    pub fn since_set_on(&self) -> Option<std::time::Duration> {
        let ClockKind::Following(anchor) = &self.0 else { return None };
        anchor.read().unwrap_or_else(PoisonError::into_inner).set_on.map(|at| at.elapsed())
    }

    /// Moves a frozen clock on; every other is left alone.
    pub fn advance(&self, by: Duration) {
        if let ClockKind::Frozen(held) = &self.0 {
            held.fetch_add(by.num_microseconds().unwrap_or(i64::MAX), Ordering::SeqCst);
        }
    }
}

impl Anchor {
    fn now(&self) -> DateTime<Utc> {
        let since = Duration::from_std(self.at.elapsed()).unwrap_or_default();
        (self.told + since).trunc_subsecs(6)
    }
}

#[allow(clippy::disallowed_methods, reason = "the one place that reads the machine's clock")]
fn machine() -> DateTime<Utc> {
    Utc::now().trunc_subsecs(6)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_goes_by_the_one_that_it_follows() {
        let clock = Clock::following();
        let ahead = machine() - TimeDelta::hours(1);
        let behind = clock.follow(ahead, TimeDelta::milliseconds(5));
        assert!(behind < TimeDelta::minutes(-59), "{behind}");
        assert!((clock.now() - ahead).abs() < TimeDelta::minutes(1));
        // Where a clock begins says nothing about the other.
        assert_eq!(clock.since_set_on(), None);

        let close = clock.now() + TimeDelta::milliseconds(300);
        clock.follow(close, TimeDelta::seconds(2));
        assert!(clock.now() < close + TimeDelta::minutes(1), "it is not surer than that");
        assert_eq!(clock.since_set_on(), None);
        clock.follow(clock.now() + TimeDelta::hours(1), TimeDelta::milliseconds(5));
        assert!(clock.since_set_on().is_some());
        assert!((clock.now() - ahead) > TimeDelta::minutes(59));
    }

    #[test]
    fn no_other_clock_follows() {
        let at = "2026-11-23T08:00:00Z".parse().unwrap();
        let clock = Clock::frozen(at);
        assert_eq!(clock.follow(at + TimeDelta::hours(1), TimeDelta::zero()), TimeDelta::zero());
        assert_eq!((clock.now(), clock.since_set_on()), (at, None));
    }
}
