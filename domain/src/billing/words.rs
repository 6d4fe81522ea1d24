//! Dates and lengths of billing as its pages and invoices say them, in English.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use crate::words;

const DAY: i64 = 24 * 3600;
const HOUR: i64 = 3600;

/// `23 November 2026`.
pub fn date(at: DateTime<Utc>, zone: Tz) -> String {
    at.with_timezone(&zone).format("%-d %B %Y").to_string()
}

/// `23 November 2026 to 23 December 2026`; the year once where both are in it.
pub fn period(from: DateTime<Utc>, to: DateTime<Utc>, zone: Tz) -> String {
    let (start, end) = (from.with_timezone(&zone), to.with_timezone(&zone));
    let same_year = start.format("%Y").to_string() == end.format("%Y").to_string();
    let start = start.format(if same_year { "%-d %B" } else { "%-d %B %Y" });
    format!("{start} to {}", end.format("%-d %B %Y"))
}

/// Banked time: `10 days`, `10 days and 5 hours`, `under an hour`. Rounded down, so that it is never more than is given back.
pub fn banked(seconds: i64) -> String {
    let (days, hours) = (seconds / DAY, seconds % DAY / HOUR);
    match (days, hours) {
        (..=0, ..=0) => "less than an hour".to_owned(),
        (..=0, hours) => words::count(hours, "hour"),
        (days, 0) => words::count(days, "day"),
        (days, hours) => format!("{} and {}", words::count(days, "day"), words::count(hours, "hour")),
    }
}

/// An invoice's number as it is printed: `0042`.
pub fn number(number: u64) -> String {
    format!("{number:04}")
}

/// A credit note's number as it is printed: `C-0042`.
pub fn credit_number(number: u64) -> String {
    format!("C-{number:04}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn billing_speaks_in_days() {
        let zone: Tz = "Europe/Berlin".parse().unwrap();
        let (from, to): (DateTime<Utc>, DateTime<Utc>) =
            ("2026-11-23T08:00:00Z".parse().unwrap(), "2026-12-23T08:00:00Z".parse().unwrap());
        assert_eq!(date(from, zone), "23 November 2026");
        assert_eq!(period(from, to, zone), "23 November to 23 December 2026");
        assert_eq!(period(to, to + chrono::TimeDelta::days(31), zone), "23 December 2026 to 23 January 2027");
        assert_eq!(banked(10 * DAY), "10 days");
        assert_eq!(banked(10 * DAY + 5 * HOUR + 59), "10 days and 5 hours");
        assert_eq!(banked(DAY - 1), "23 hours");
        assert_eq!(banked(59), "less than an hour");
        assert_eq!((number(42), number(12_345)), ("0042".to_owned(), "12345".to_owned()));
    }
}
