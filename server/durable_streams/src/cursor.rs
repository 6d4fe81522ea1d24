//! Cursors: numbers that rise with the time, so that caches do not answer for ever with what they have.

use chrono::{DateTime, TimeDelta, Utc};

/// A cursor counts these.
const INTERVAL: TimeDelta = TimeDelta::seconds(20);
/// From here on: 9 October 2024.
const EPOCH: i64 = 1_728_432_000;
/// How far a cursor jumps at most when it has to rise: an hour.
const FARTHEST: u32 = 3_600 / 20;

/// The least that a reader's cursors may be from now on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Floor(u64);

impl Floor {
    /// Above the one that the reader has sent, unless the time is already.
    pub(super) fn above(sent: Option<&str>, now: DateTime<Utc>) -> Self {
        match sent.and_then(|sent| sent.parse::<u64>().ok()) {
            Some(sent) if sent >= interval(now) => Self(sent.saturating_add(jump())),
            _ => Self(0),
        }
    }

    /// The cursor of this moment.
    pub(super) fn cursor(self, now: DateTime<Utc>) -> u64 {
        interval(now).max(self.0)
    }
}

fn interval(now: DateTime<Utc>) -> u64 {
    ((now.timestamp() - EPOCH) / INTERVAL.num_seconds()).max(0).cast_unsigned()
}

/// Anything from 1 to the farthest; without randomness the nearest, which rises too.
fn jump() -> u64 {
    u64::from(getrandom::u32().map_or(1, |random| 1 + random % FARTHEST))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cursors_rise() {
        let now = DateTime::from_timestamp(EPOCH + 20 * 1_000 + 7, 0).unwrap();
        assert_eq!(Floor::above(None, now).cursor(now), 1_000);
        assert_eq!(Floor::above(Some("999"), now).cursor(now), 1_000);
        assert_eq!(Floor::above(Some("nonsense"), now).cursor(now), 1_000);
        for sent in [1_000, 1_001, 5_000] {
            let cursor = Floor::above(Some(&sent.to_string()), now).cursor(now);
            assert!(cursor > sent && cursor <= sent + 180, "{cursor}");
        }
        let floor = Floor::above(Some("1000"), now);
        assert!(floor.cursor(now + TimeDelta::hours(2)) >= 1_360);
    }
}
