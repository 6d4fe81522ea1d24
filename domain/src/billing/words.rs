//! Saved time and the numbers of papers, as pages and invoices say them.

use crate::words;

const DAY: i64 = 24 * 3600;
const HOUR: i64 = 3600;

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
        assert_eq!(banked(10 * DAY), "10 days");
        assert_eq!(banked(10 * DAY + 5 * HOUR + 59), "10 days and 5 hours");
        assert_eq!(banked(DAY - 1), "23 hours");
        assert_eq!(banked(59), "less than an hour");
        assert_eq!((number(42), number(12_345)), ("0042".to_owned(), "12345".to_owned()));
    }
}
