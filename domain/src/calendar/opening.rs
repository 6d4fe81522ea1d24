//! The hours of one working day.

use serde::{Deserialize, Serialize};

use super::{CalendarError, shortened};
use crate::format::Locale;

/// Minutes in a day of the clock on the wall, whatever the zone does to it.
const DAY: u16 = 24 * 60;

/// One window of a day, in minutes after its midnight. It ends later on the same day, or at 24:00.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "StoredOpening", into = "StoredOpening")]
pub struct Opening {
    from: u16,
    to: u16,
}

impl Opening {
    /// From midnight to midnight.
    pub const WHOLE_DAY: Self = Self { from: 0, to: DAY };

    /// An opening between two times of day as they are typed: `09:00` and `17:30`, or `9:00 AM` and `midnight`.
    ///
    /// # Errors
    /// [`CalendarError::UnknownTime`] and [`CalendarError::Backwards`].
    pub fn new(from: &str, to: &str) -> Result<Self, CalendarError> {
        let opening = Self { from: minutes(from)?, to: minutes(to)? };
        if opening.from >= opening.to {
            return Err(CalendarError::Backwards(shortened(from.trim()), shortened(to.trim())));
        }
        Ok(opening)
    }

    /// When it opens, in minutes after midnight.
    pub fn from_minute(self) -> u16 {
        self.from
    }

    /// When it closes, in minutes after midnight; 1440 is the day's end.
    pub fn to_minute(self) -> u16 {
        self.to
    }

    /// The hours as a page says them: `9:00 AM – 5:00 PM`, `all day`.
    pub fn words(self, locale: Locale) -> String {
        match self {
            Self::WHOLE_DAY => "all day".to_owned(),
            Self { from, to } => locale.hours_between(from, to),
        }
    }

    /// When it opens, as it is kept: `09:00`.
    pub fn from_text(self) -> String {
        clock(self.from)
    }

    /// When it closes, as it is kept: `17:00`, `24:00`.
    pub fn to_text(self) -> String {
        clock(self.to)
    }
}

/// As it is kept, whatever the locale.
fn clock(minutes: u16) -> String {
    Locale::International.clock(minutes)
}

/// Minutes after midnight; on a clock of twelve hours, `12:00 AM` is the day's beginning and `midnight` its end.
fn minutes(typed: &str) -> Result<u16, CalendarError> {
    let typed = typed.trim();
    let lower = typed.to_ascii_lowercase();
    if lower == "midnight" {
        return Ok(DAY);
    }
    let half = ["am", "pm"].into_iter().find_map(|half| Some((half, lower.strip_suffix(half)?.trim_end())));
    let number = |digits: &str| -> Option<u16> {
        let sound = matches!(digits.len(), 1 | 2) && digits.bytes().all(|b| b.is_ascii_digit());
        sound.then(|| digits.parse().ok()).flatten()
    };
    let read = |text: &str| text.split_once(':').and_then(|(h, m)| Some((number(h)?, number(m)?)));
    let parsed = match half {
        None => read(typed),
        Some((half, clock)) => read(clock).or_else(|| Some((number(clock)?, 0))).and_then(|(h, m)| {
            let after_noon = if half == "pm" { 12 } else { 0 };
            (1..=12).contains(&h).then_some((h % 12 + after_noon, m))
        }),
    };
    match parsed {
        Some((h, m)) if m < 60 && h * 60 + m <= DAY => Ok(h * 60 + m),
        _ => Err(CalendarError::UnknownTime(shortened(typed))),
    }
}

#[derive(Serialize, Deserialize)]
struct StoredOpening {
    from: String,
    to: String,
}

impl TryFrom<StoredOpening> for Opening {
    type Error = CalendarError;

    fn try_from(stored: StoredOpening) -> Result<Self, Self::Error> {
        Self::new(&stored.from, &stored.to)
    }
}

impl From<Opening> for StoredOpening {
    fn from(opening: Opening) -> Self {
        Self { from: opening.from_text(), to: opening.to_text() }
    }
}
