use chrono::{DateTime, DurationRound as _, Offset as _, TimeDelta, Utc};
pub use wire::clock::ClockOffsets;

use super::Format;

/// For how many weeks a page that is left open tells the time over a change of the clocks.
const OPEN_WEEKS: i64 = 26;

impl Format {
    /// What the reader's clocks show beyond UTC, for a page that stays open: now, and at each change in
    /// the weeks that come.
    pub fn clock_offsets(&self, now: DateTime<Utc>) -> ClockOffsets {
        let minutes = |at: DateTime<Utc>| at.with_timezone(&self.zone).offset().fix().local_minus_utc() / 60;
        let first = now.duration_trunc(TimeDelta::minutes(1)).unwrap_or(now);
        let mut offsets = ClockOffsets { minutes: minutes(first), changes: Vec::new() };
        let mut from = first;
        for week in (1..=OPEN_WEEKS).map(|week| first + TimeDelta::weeks(week)) {
            if minutes(from) != minutes(week) {
                // The minute from which on it is the later one.
                let (mut before, mut after) = (from, week);
                while after - before > TimeDelta::minutes(1) {
                    let middle = before + TimeDelta::minutes((after - before).num_minutes() / 2);
                    if minutes(middle) == minutes(from) { before = middle } else { after = middle }
                }
                offsets.changes.push((after.timestamp_millis(), minutes(after)));
            }
            from = week;
        }
        offsets
    }
}
