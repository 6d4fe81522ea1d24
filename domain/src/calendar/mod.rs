//! The cycle's clock: which hours count, when a request is due, how its line is drawn.
//!
//! Everything here is a pure function of instants in UTC. A [`Calendar`] says when a workspace is
//! open, a [`Cycle`] what happened to one request's clock, and a [`Reading`] where it stands.
//!
//! Working time is *real elapsed time inside the open windows*. A whole working day therefore
//! counts 24 hours, except the one or two in a year on which the zone changes its clocks: those
//! count the 23 or 25 hours that they have. The alternative, to count every day as 24 nominal
//! hours, would make a clock that people watch live jump or run slow for a day; this way it never
//! does, and a due time moves by an hour at most. In nearly every zone the change is on a weekend.

mod cycle;
mod line;
mod opening;
mod working;

use std::collections::BTreeSet;

use chrono::NaiveDate;
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

pub use crate::cycle::{ClockState, CyclePiece, PieceKind, SpanKind};
pub use cycle::{Cycle, Reading, Span};
pub use opening::Opening;

/// How many holidays one calendar holds: decades of them, and still quick to read.
const MOST_HOLIDAYS: usize = 1_000;

/// When a workspace is open, in its own time zone. Never without a working day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "StoredCalendar", into = "StoredCalendar")]
pub struct Calendar {
    zone: Tz,
    days: [Option<Opening>; 7],
    holidays: BTreeSet<NaiveDate>,
}

/// What is wrong with a calendar and what to do about it, for beside the field.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CalendarError {
    /// All seven days are closed.
    #[error("Choose at least one business day. Without one, nothing would ever be due.")]
    NoWorkingDay,
    /// Not a name from the IANA list.
    #[error("“{0}” isn’t a time zone. Choose one from the list, like America/Los_Angeles.")]
    UnknownZone(String),
    /// Not a time of day.
    #[error("“{0}” isn’t a time. Enter something like 9:30 AM or 09:30.")]
    UnknownTime(String),
    /// Hours that end before they begin, or at once.
    #[error("{0} to {1} doesn’t work. Closing time has to be later the same day.")]
    Backwards(String, String),
    /// More holidays than a calendar holds.
    #[error("You can list up to {MOST_HOLIDAYS} holidays. Remove some that have passed.")]
    TooManyHolidays,
    /// The time asked for is not worked within the next three years.
    #[error("There aren’t enough business hours in the next three years. Add hours or remove holidays.")]
    TooFar,
}

impl Calendar {
    /// A calendar of opening hours by weekday, Monday first, `None` for a closed day.
    ///
    /// # Errors
    /// [`CalendarError::NoWorkingDay`] and [`CalendarError::TooManyHolidays`].
    pub fn new(
        zone: Tz,
        days: [Option<Opening>; 7],
        holidays: BTreeSet<NaiveDate>,
    ) -> Result<Self, CalendarError> {
        if days.iter().all(Option::is_none) {
            return Err(CalendarError::NoWorkingDay);
        }
        if holidays.len() > MOST_HOLIDAYS {
            return Err(CalendarError::TooManyHolidays);
        }
        Ok(Self { zone, days, holidays })
    }

    /// What a workspace starts with: Monday to Friday, whole days, no holidays.
    pub fn weekdays(zone: Tz) -> Self {
        let open = Some(Opening::WHOLE_DAY);
        let days = [open, open, open, open, open, None, None];
        Self { zone, days, holidays: BTreeSet::new() }
    }

    /// The zone that days and hours are read in.
    pub fn zone(&self) -> Tz {
        self.zone
    }

    /// The opening of each weekday, Monday first.
    pub fn days(&self) -> &[Option<Opening>; 7] {
        &self.days
    }

    /// The dates, in the zone, on which nothing counts.
    pub fn holidays(&self) -> &BTreeSet<NaiveDate> {
        &self.holidays
    }
}

/// Reads a zone by its IANA name, such as `Europe/Berlin`.
///
/// # Errors
/// [`CalendarError::UnknownZone`] for any other text.
pub fn zone(name: &str) -> Result<Tz, CalendarError> {
    let name = name.trim();
    name.parse().map_err(|_| CalendarError::UnknownZone(shortened(name)))
}

/// What was typed, cut to what an error message can carry.
fn shortened(typed: &str) -> String {
    typed.chars().take(40).collect()
}

/// A calendar as the database and a form keep it; reading it validates it again.
#[derive(Serialize, Deserialize)]
struct StoredCalendar {
    zone: String,
    days: [Option<Opening>; 7],
    #[serde(default)]
    holidays: BTreeSet<NaiveDate>,
}

impl TryFrom<StoredCalendar> for Calendar {
    type Error = CalendarError;

    fn try_from(stored: StoredCalendar) -> Result<Self, Self::Error> {
        Self::new(zone(&stored.zone)?, stored.days, stored.holidays)
    }
}

impl From<Calendar> for StoredCalendar {
    fn from(calendar: Calendar) -> Self {
        Self { zone: calendar.zone.name().to_owned(), days: calendar.days, holidays: calendar.holidays }
    }
}

#[cfg(test)]
mod tests;
