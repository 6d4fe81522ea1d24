//! Counting working time, and finding the instant at which it is used up.

use chrono::{DateTime, Datelike, Days, LocalResult, NaiveDate, NaiveTime, TimeDelta, TimeZone, Utc};
use chrono_tz::GapInfo;

use super::{Calendar, CalendarError};

/// How far ahead an opening is looked for: three years, so that a calendar full of holidays ends
/// the search.
const HORIZON_DAYS: usize = 3 * 366;

/// How far back elapsed time is counted: a century, so that no pair of instants takes long.
const COUNTED_DAYS: usize = 100 * 366;

/// A stretch of open time, end not included.
struct Window {
    open: DateTime<Utc>,
    close: DateTime<Utc>,
}

impl Calendar {
    /// The working time between two instants; none when `to` is not after `from`. What lies more
    /// than a century after `from` is not counted.
    pub fn worked(&self, from: DateTime<Utc>, to: DateTime<Utc>) -> TimeDelta {
        self.windows(from, COUNTED_DAYS)
            .take_while(|window| window.open < to)
            .map(|window| window.close.min(to) - window.open)
            .sum()
    }

    /// The instant at which `remaining` working time is used up by a clock that runs from `from`:
    /// the earliest one, so a cycle that ends with a Friday is due at its midnight and not on
    /// Monday. With nothing remaining that is `from` itself.
    ///
    /// # Errors
    /// [`CalendarError::TooFar`] when the next three years do not have that much working time.
    pub fn due(&self, from: DateTime<Utc>, remaining: TimeDelta) -> Result<DateTime<Utc>, CalendarError> {
        if remaining <= TimeDelta::zero() {
            return Ok(from);
        }
        let mut remaining = remaining;
        for window in self.windows(from, HORIZON_DAYS) {
            let length = window.close - window.open;
            if remaining <= length {
                return Ok(window.open + remaining);
            }
            remaining -= length;
        }
        Err(CalendarError::TooFar)
    }

    /// The first instant, `from` or later, at which working time counts.
    ///
    /// # Errors
    /// [`CalendarError::TooFar`] when the next three years are all holidays.
    pub fn next_open(&self, from: DateTime<Utc>) -> Result<DateTime<Utc>, CalendarError> {
        let mut windows = self.windows(from, HORIZON_DAYS);
        windows.next().map(|window| window.open).ok_or(CalendarError::TooFar)
    }

    /// The end of the second working day from `from` on, the one that is open at `from` counting as the first: as long
    /// as a question can fairly wait for its answer.
    ///
    /// # Errors
    /// [`CalendarError::TooFar`] when the next three years have no two working days.
    pub fn end_of_second_day(&self, from: DateTime<Utc>) -> Result<DateTime<Utc>, CalendarError> {
        let mut windows = self.windows(from, HORIZON_DAYS);
        windows.nth(1).map(|window| window.close).ok_or(CalendarError::TooFar)
    }

    /// What is open after `from`, in order, over a number of days. No window is empty and none
    /// begins before `from`.
    fn windows(&self, from: DateTime<Utc>, days: usize) -> impl Iterator<Item = Window> {
        // The date in UTC is a day off the zone's at most, and a clock set back across midnight
        // can show yesterday's date for an hour of today's window.
        let first = from.date_naive().checked_sub_days(Days::new(2)).unwrap_or(NaiveDate::MIN);
        first
            .iter_days()
            .take(days.saturating_add(4))
            .filter_map(|date| self.window(date))
            .map(move |window| Window { open: window.open.max(from), ..window })
            .filter(|window| window.open < window.close)
    }

    /// The open time of one date in the zone; `None` for a closed day or a date that a zone
    /// skipped when it moved across the date line.
    fn window(&self, date: NaiveDate) -> Option<Window> {
        let opening = self.days[date.weekday().num_days_from_monday() as usize]?;
        if self.holidays.contains(&date) {
            return None;
        }
        let open = self.instant(date, opening.from_minute())?;
        let close = self.instant(date, opening.to_minute())?;
        (open < close).then_some(Window { open, close })
    }

    /// When the wall clock first shows this time of day. A time that is skipped is the instant of
    /// the skip. Later times never give earlier instants, so windows of two days never overlap and
    /// 24:00 is always the next day's 00:00.
    fn instant(&self, date: NaiveDate, minute: u16) -> Option<DateTime<Utc>> {
        let midnight = date.and_time(NaiveTime::MIN);
        let local = midnight.checked_add_signed(TimeDelta::minutes(i64::from(minute)))?;
        let there = match self.zone.from_local_datetime(&local) {
            LocalResult::Single(at) | LocalResult::Ambiguous(at, _) => at,
            LocalResult::None => GapInfo::new(&local, &self.zone)?.end?,
        };
        Some(there.with_timezone(&Utc))
    }
}
