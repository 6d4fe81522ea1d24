//! Streams that end by themselves.

use chrono::{DateTime, TimeDelta, Utc};

/// When a stream ends by itself: from then on it is not found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Expiry {
    /// It does not.
    #[default]
    Never,
    /// When it was neither read nor written for so many seconds, and a tenth of them longer at most, so that not
    /// every read has to write.
    Idle(u64),
    /// At this time.
    At(DateTime<Utc>),
}

/// The longest slack: a minute.
const MOST_SLACK: u64 = 60;
/// The longest time to live, a thousand years, in seconds.
pub(crate) const LONGEST: u64 = 1_000 * 366 * 86_400;

impl Expiry {
    /// When a stream lapses that is touched now.
    pub(crate) fn lapses_at(self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        match self {
            Self::Idle(seconds) => Some(now + span(seconds) + slack(seconds)),
            Self::Never | Self::At(_) => None,
        }
    }

    /// A stream that is used now must not lapse before this.
    pub(crate) fn lives_until(self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        match self {
            Self::Idle(seconds) => Some(now + span(seconds)),
            Self::Never | Self::At(_) => None,
        }
    }

    /// Whether a stream that would lapse then has to be touched for having been used now.
    pub(crate) fn wants_touch(self, lapses_at: Option<DateTime<Utc>>, now: DateTime<Utc>) -> bool {
        self.lives_until(now).zip(lapses_at).is_some_and(|(until, at)| at < until)
    }

    /// As the columns ttl_seconds and expires_at have it.
    pub(crate) fn to_columns(self) -> (Option<i64>, Option<DateTime<Utc>>) {
        match self {
            Self::Never => (None, None),
            Self::Idle(seconds) => (Some(seconds.min(LONGEST).cast_signed()), None),
            Self::At(at) => (None, Some(at)),
        }
    }

    pub(crate) fn from_columns(ttl: Option<i64>, expires_at: Option<DateTime<Utc>>) -> Self {
        match (ttl, expires_at) {
            (Some(seconds), _) => Self::Idle(seconds.cast_unsigned()),
            (None, Some(at)) => Self::At(at),
            (None, None) => Self::Never,
        }
    }
}

fn span(seconds: u64) -> TimeDelta {
    TimeDelta::seconds(seconds.min(LONGEST).cast_signed())
}

fn slack(seconds: u64) -> TimeDelta {
    TimeDelta::milliseconds((seconds.min(10 * MOST_SLACK) * 100).cast_signed())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(milliseconds: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::milliseconds(milliseconds)
    }

    #[test]
    fn an_idle_stream_lives_its_time_and_a_little_longer() {
        let idle = Expiry::Idle(2);
        let lapses_at = idle.lapses_at(at(0));
        assert_eq!(lapses_at, Some(at(2_200)));
        // Used at 0.1 s it would live to 2.1 s anyway; used at 0.3 s it has to be moved on.
        assert!(!idle.wants_touch(lapses_at, at(100)) && idle.wants_touch(lapses_at, at(300)));
        assert_eq!(Expiry::Idle(86_400).lapses_at(at(0)), Some(at((86_400 + 60) * 1_000)));
        assert!(Expiry::Idle(u64::MAX).lapses_at(at(0)).is_some());
    }

    #[test]
    fn a_fixed_end_does_not_move() {
        let fixed = Expiry::At(at(5));
        assert_eq!((fixed.lapses_at(at(0)), fixed.wants_touch(None, at(4))), (None, false));
        assert_eq!(Expiry::Never.lapses_at(at(0)), None);
    }
}
