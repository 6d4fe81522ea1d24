//! The hours of one working day.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{CalendarError, shortened};

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

    /// An opening between two times of day as a form has them: `09:00` and `17:30`.
    ///
    /// # Errors
    /// [`CalendarError::UnknownTime`] and [`CalendarError::Backwards`].
    pub fn new(from: &str, to: &str) -> Result<Self, CalendarError> {
        let opening = Self { from: minutes(from)?, to: minutes(to)? };
        if opening.from >= opening.to {
            return Err(CalendarError::Backwards(clock(opening.from), clock(opening.to)));
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

    /// When it opens, as a form has it: `09:00`.
    pub fn from_text(self) -> String {
        clock(self.from)
    }

    /// When it closes, as a form has it: `17:00`, `24:00`.
    pub fn to_text(self) -> String {
        clock(self.to)
    }
}

impl fmt::Display for Opening {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::WHOLE_DAY => f.write_str("all day"),
            Self { from, to } => write!(f, "{} to {}", clock(from), clock(to)),
        }
    }
}

fn clock(minutes: u16) -> String {
    format!("{:02}:{:02}", minutes / 60, minutes % 60)
}

fn minutes(typed: &str) -> Result<u16, CalendarError> {
    let typed = typed.trim();
    let number = |digits: &str| -> Option<u16> {
        let sound = matches!(digits.len(), 1 | 2) && digits.bytes().all(|b| b.is_ascii_digit());
        sound.then(|| digits.parse().ok()).flatten()
    };
    let parsed = typed.split_once(':').and_then(|(h, m)| Some((number(h)?, number(m)?)));
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
