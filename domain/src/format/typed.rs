//! Dates as people type them.

use chrono::{Datelike, NaiveDate};

use super::Locale;

impl Locale {
    /// A date as it was typed: `2026-12-25` everywhere, and `12/25/2026` or `25/12/2026`. `None` for any other text.
    pub fn read_date(self, typed: &str) -> Option<NaiveDate> {
        let own = match self {
            Self::UnitedStates => "%m/%d/%Y",
            Self::International => "%d/%m/%Y",
        };
        let read = |format: &str| NaiveDate::parse_from_str(typed.trim(), format).ok();
        let has_whole_year = |day: &NaiveDate| (1_000..=9_999).contains(&day.year());
        read("%Y-%m-%d").or_else(|| read(own).filter(has_whole_year))
    }

    /// How a date may be typed, for a hint: `12/25/2026`.
    pub fn typed_date(self) -> &'static str {
        match self {
            Self::UnitedStates => "12/25/2026",
            Self::International => "25/12/2026",
        }
    }
}
