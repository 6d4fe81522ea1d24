//! Times of day, lists and shares.

use wire::clock::{self, Hours};

use super::Locale;

impl Locale {
    /// How many hours its clocks have.
    pub fn hours_of_a_clock(self) -> Hours {
        match self {
            Self::UnitedStates => Hours::Twelve,
            Self::International => Hours::TwentyFour,
        }
    }

    /// A time of day, in minutes after midnight: `2:02 PM` or `14:02`. A day's end, which is minute 1440, is `midnight` or
    /// `24:00`.
    pub fn clock(self, minutes: u16) -> String {
        clock::time(minutes, self.hours_of_a_clock())
    }

    /// From one time of day to another: `9:00 AM – 5:00 PM` or `09:00 to 17:00`.
    pub fn hours_between(self, from: u16, to: u16) -> String {
        let (from, to) = (self.clock(from), self.clock(to));
        match self {
            Self::UnitedStates => format!("{from} – {to}"),
            Self::International => format!("{from} to {to}"),
        }
    }

    /// `Rosa`, `Rosa and Theo`, `Rosa, Theo, and Mina` or `Rosa, Theo and Mina`.
    pub fn list<T: AsRef<str>>(self, items: &[T]) -> String {
        let Some((last, first)) = items.split_last() else { return String::new() };
        let first: Vec<&str> = first.iter().map(AsRef::as_ref).collect();
        let comma = if self == Self::UnitedStates && first.len() > 1 { "," } else { "" };
        match first.as_slice() {
            [] => last.as_ref().to_owned(),
            first => format!("{}{comma} and {}", first.join(", "), last.as_ref()),
        }
    }

    /// `99%` or `99 %`; the space does not break a line.
    pub fn percent(self, whole: i128) -> String {
        match self {
            Self::UnitedStates => format!("{whole}%"),
            Self::International => format!("{whole}\u{a0}%"),
        }
    }
}
