//! Instants and days, in a reader's zone.

use chrono::{DateTime, Datelike, NaiveDate, TimeDelta, Timelike, Utc};
use chrono_tz::Tz;

use super::{Locale, zones};

/// A workspace's locale and the zone of who reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Format {
    pub locale: Locale,
    pub zone: Tz,
}

impl Format {
    /// The locale that was chosen, or the usual one of the workspace's zone, for a reader in that zone.
    pub fn of(chosen: Option<&str>, zone: Tz) -> Self {
        Self { locale: Locale::of(chosen, zone), zone }
    }

    /// The same for somebody in another zone.
    pub fn within(self, zone: Tz) -> Self {
        Self { zone, ..self }
    }

    /// An instant for who reads it now: `today, 1:10 PM` or `today 13:10`, the same with yesterday and tomorrow, else as
    /// [`Format::dated`].
    pub fn date_time(self, at: DateTime<Utc>, now: DateTime<Utc>) -> String {
        let days = (self.date_of(at) - self.date_of(now)).num_days();
        let day = match days {
            -1 => "yesterday",
            0 => "today",
            1 => "tomorrow",
            _ => return self.dated(at, now),
        };
        match self.locale {
            Locale::UnitedStates => format!("{day}, {}", self.clock(at)),
            Locale::International => format!("{day} {}", self.clock(at)),
        }
    }

    /// An instant on a page that stays open overnight, so never "today": `Tue, Dec 1, 2:00 PM` or `Tue 1 Dec, 14:00`; with
    /// its year instead of its weekday where that is not this one, `Dec 1, 2025, 2:00 PM` or `1 Dec 2025, 14:00`.
    pub fn dated(self, at: DateTime<Utc>, now: DateTime<Utc>) -> String {
        format!("{}, {}", self.short_day(at, now), self.clock(at))
    }

    /// An instant for a line that is read later or by people in several zones, so with its zone: `Tue, Dec 1, 2:00 PM PT`
    /// or `Tue 1 Dec, 14:00 (Berlin time)`.
    pub fn zoned(self, at: DateTime<Utc>) -> String {
        let said = self.dated(at, at);
        match (self.locale, zones::american(self.zone)) {
            (Locale::UnitedStates, Some(zone)) => format!("{said} {zone}"),
            _ => format!("{said} ({})", zones::zone_name(self.zone)),
        }
    }

    /// The time of day: `2:02 PM` or `14:02`.
    pub fn clock(self, at: DateTime<Utc>) -> String {
        let there = at.with_timezone(&self.zone);
        u16::try_from(there.hour() * 60 + there.minute()).map(|at| self.locale.clock(at)).unwrap_or_default()
    }

    /// A day near by: `Mon, Nov 30` or `Mon 30 Nov`; in another year `Nov 30, 2025` or `30 Nov 2025`.
    pub fn short_day(self, at: DateTime<Utc>, now: DateTime<Utc>) -> String {
        let day = self.date_of(at);
        let this_year = day.year() == self.date_of(now).year();
        let format = match (self.locale, this_year) {
            (Locale::UnitedStates, true) => "%a, %b %-d",
            (Locale::UnitedStates, false) => "%b %-d, %Y",
            (Locale::International, true) => "%a %-d %b",
            (Locale::International, false) => "%-d %b %Y",
        };
        day.format(format).to_string()
    }

    /// A day as invoices have it: `Dec 28, 2026` or `28 December 2026`.
    pub fn day(self, at: DateTime<Utc>) -> String {
        self.written(self.date_of(at), true)
    }

    /// An instant in a text that is kept, with its year: `Nov 23, 2026, 9:12 AM` or `23 November 2026, 09:12`.
    pub fn in_full(self, at: DateTime<Utc>) -> String {
        format!("{}, {}", self.day(at), self.clock(at))
    }

    /// A period that is paid for, which ends where the next one begins: `Nov 28 – Dec 27, 2026`, by the last day that is
    /// covered, or `28 November to 28 December 2026`, by the day on which it ends. The year once where both are in it.
    pub fn period(self, from: DateTime<Utc>, to: DateTime<Utc>) -> String {
        let (start, end) = (self.date_of(from), self.date_of(to));
        let last = match self.locale {
            Locale::UnitedStates => start.max(end - TimeDelta::days(1)),
            Locale::International => end,
        };
        self.days_between(start, last)
    }

    /// From one day to another, both included: `Nov 28 – Dec 2, 2026` or `28 November to 2 December 2026`.
    pub fn span(self, from: DateTime<Utc>, to: DateTime<Utc>) -> String {
        self.days_between(self.date_of(from), self.date_of(to))
    }

    fn days_between(self, from: NaiveDate, to: NaiveDate) -> String {
        let (start, end) = (self.written(from, from.year() != to.year()), self.written(to, true));
        match self.locale {
            _ if from == to => end,
            Locale::UnitedStates => format!("{start} – {end}"),
            Locale::International => format!("{start} to {end}"),
        }
    }

    fn written(self, day: NaiveDate, with_year: bool) -> String {
        let format = match (self.locale, with_year) {
            (Locale::UnitedStates, true) => "%b %-d, %Y",
            (Locale::UnitedStates, false) => "%b %-d",
            (Locale::International, true) => "%-d %B %Y",
            (Locale::International, false) => "%-d %B",
        };
        day.format(format).to_string()
    }

    fn date_of(self, at: DateTime<Utc>) -> NaiveDate {
        at.with_timezone(&self.zone).date_naive()
    }
}

/// `November 2026`, in every locale.
pub fn month(day: NaiveDate) -> String {
    day.format("%B %Y").to_string()
}

/// `Nov`, in every locale.
pub fn short_month(day: NaiveDate) -> String {
    day.format("%b").to_string()
}
