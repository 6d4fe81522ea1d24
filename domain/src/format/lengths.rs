//! Lengths of working time. All of them are functions of a number of seconds and are rounded down on both sides: a page
//! never promises time that is not there, and never makes a delay longer than it is.

use super::Locale;
use crate::words::count;

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;

impl Locale {
    /// A length in a sentence: `31 hours` or `31 h`, `40 min`, `less than a minute`; below zero counts as none.
    pub fn length(self, seconds: i64) -> String {
        self.whole(seconds).unwrap_or_else(less_than_a_minute)
    }

    /// The same where there is little room: `31 hr` or `31 h`.
    pub fn short_length(self, seconds: i64) -> String {
        self.brief(seconds).unwrap_or_else(less_than_a_minute)
    }

    /// What is left of a cycle: `31 hours left` or `31 h left`, `40 min left`, `2 hours over`; within a minute of zero it
    /// is `due now`.
    pub fn left(self, seconds: i64) -> String {
        sided(self.whole(seconds.saturating_abs()), seconds)
    }

    /// The same where there is little room: `31 hr left`.
    pub fn short_left(self, seconds: i64) -> String {
        sided(self.brief(seconds.saturating_abs()), seconds)
    }

    /// What is left of how many hours: `31 of 48 hours left`, `40 min of 48 hours left`; what is over as [`Locale::left`]
    /// says it.
    pub fn left_of(self, seconds: i64, hours: i64) -> String {
        if seconds < MINUTE { self.left(seconds) } else { format!("{} left", self.part_of(seconds, hours)) }
    }

    /// What was used of how many hours: `17 of 48 hours used`, `40 min of 48 hours used`.
    pub fn used_of(self, seconds: i64, hours: i64) -> String {
        format!("{} used", self.part_of(seconds, hours))
    }

    fn part_of(self, seconds: i64, hours: i64) -> String {
        match seconds {
            HOUR.. => format!("{} of {}", seconds / HOUR, self.hours(hours)),
            _ => format!("{} of {}", self.length(seconds), self.hours(hours)),
        }
    }

    fn whole(self, seconds: i64) -> Option<String> {
        match seconds {
            HOUR.. => Some(self.hours(seconds / HOUR)),
            _ => minutes(seconds),
        }
    }

    fn brief(self, seconds: i64) -> Option<String> {
        match (self, seconds) {
            (Self::UnitedStates, HOUR..) => Some(format!("{} hr", seconds / HOUR)),
            _ => self.whole(seconds),
        }
    }

    fn hours(self, hours: i64) -> String {
        match self {
            Self::UnitedStates => count(hours, "hour"),
            Self::International => format!("{hours} h"),
        }
    }
}

fn minutes(seconds: i64) -> Option<String> {
    (seconds >= MINUTE).then(|| format!("{} min", seconds / MINUTE))
}

fn sided(length: Option<String>, seconds: i64) -> String {
    let side = if seconds < 0 { "over" } else { "left" };
    length.map_or("due now".to_owned(), |length| format!("{length} {side}"))
}

fn less_than_a_minute() -> String {
    "less than a minute".to_owned()
}
