//! Where a paid period ends, and by when an invoice is to be paid: dates in the workspace's zone.

use chrono::{
    DateTime, Datelike, Days, LocalResult, Months, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, TimeZone,
    Utc,
};
use chrono_tz::{GapInfo, Tz};

use crate::offers::Interval;

/// Days in which an invoice is to be paid.
pub(super) const DAYS_TO_PAY: u64 = 14;

/// The day of the month on which periods that begin at `start` end.
pub(super) fn anchor(start: DateTime<Utc>, zone: Tz) -> u32 {
    start.with_timezone(&zone).day()
}

/// The end of the period that begins at `start`: the same time of day, on the anchor's day of a later month or on the
/// last day of a month that is shorter.
pub(crate) fn end(start: DateTime<Utc>, anchor: u32, interval: Interval, zone: Tz) -> DateTime<Utc> {
    let local = start.with_timezone(&zone).naive_local();
    let first = local.date().with_day(1).unwrap_or(local.date());
    let month = first.checked_add_months(Months::new(interval.months())).unwrap_or(NaiveDate::MAX);
    let day = (1..=anchor).rev().find_map(|day| month.with_day(day)).unwrap_or(month);
    instant(day.and_time(local.time()), zone)
}

/// The last second of the day, in the zone, until which an invoice issued at `issued` may be paid.
pub(super) fn due(issued: DateTime<Utc>, zone: Tz) -> DateTime<Utc> {
    let day = issued.with_timezone(&zone).date_naive();
    let after = day.checked_add_days(Days::new(DAYS_TO_PAY + 1)).unwrap_or(NaiveDate::MAX);
    instant(after.and_time(NaiveTime::MIN), zone) - TimeDelta::seconds(1)
}

/// A local time as an instant: the earlier one where a clock shows it twice, the end of the gap where it skips it.
pub(crate) fn instant(local: NaiveDateTime, zone: Tz) -> DateTime<Utc> {
    match zone.from_local_datetime(&local) {
        LocalResult::Single(at) | LocalResult::Ambiguous(at, _) => at.to_utc(),
        LocalResult::None => {
            GapInfo::new(&local, &zone).and_then(|gap| gap.end).map_or(local.and_utc(), |at| at.to_utc())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn periods_keep_their_day_through_short_months() {
        let zone: Tz = "UTC".parse().unwrap();
        let mut start = at("2027-01-31T10:00:00Z");
        let anchor = anchor(start, zone);
        let mut ends = Vec::new();
        for _ in 0..4 {
            start = end(start, anchor, Interval::Month, zone);
            ends.push(start.format("%m-%d").to_string());
        }
        assert_eq!(ends, ["02-28", "03-31", "04-30", "05-31"]);
        assert_eq!(end(at("2028-02-29T00:00:00Z"), 29, Interval::Year, zone), at("2029-02-28T00:00:00Z"));
        assert_eq!(end(at("2026-11-23T08:00:00Z"), 23, Interval::Quarter, zone), at("2027-02-23T08:00:00Z"));
    }

    #[test]
    fn periods_keep_their_time_of_day_across_daylight_saving() {
        let zone: Tz = "Europe/Berlin".parse().unwrap();
        // 10:00 in Berlin before and after the change of 28 March 2027.
        assert_eq!(end(at("2027-03-15T09:00:00Z"), 15, Interval::Month, zone), at("2027-04-15T08:00:00Z"));
        // 02:30 does not exist on 28 March: the period ends when the clock jumps.
        assert_eq!(end(at("2027-02-28T01:30:00Z"), 28, Interval::Month, zone), at("2027-03-28T01:00:00Z"));
        // The day is the zone's: 23:30 UTC on the 14th is the 15th in Berlin.
        assert_eq!(anchor(at("2027-01-14T23:30:00Z"), zone), 15);
    }

    #[test]
    fn an_invoice_may_be_paid_until_the_end_of_its_last_day() {
        let zone: Tz = "America/New_York".parse().unwrap();
        assert_eq!(due(at("2026-11-01T03:00:00Z"), zone), at("2026-11-15T04:59:59Z"));
    }
}
