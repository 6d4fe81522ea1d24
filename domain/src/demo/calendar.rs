//! Days of the story, counted back from today so that it always ends now.

use chrono::{DateTime, Datelike, Days, Duration, NaiveTime, TimeZone, Utc, Weekday};
use chrono_tz::Tz;

/// The demo's business is in Portland, Oregon.
pub const ZONE: Tz = chrono_tz::America::Los_Angeles;

/// Nine in the morning, `count` working days before today.
pub fn working_days_before(now: DateTime<Utc>, count: u32) -> DateTime<Utc> {
    let mut day = now.with_timezone(&ZONE).date_naive();
    let mut left = count;
    while left > 0 {
        day = day - Days::new(1);
        if !matches!(day.weekday(), Weekday::Sat | Weekday::Sun) {
            left -= 1;
        }
    }
    let nine = day.and_time(NaiveTime::MIN) + Duration::hours(9);
    ZONE.from_local_datetime(&nine).earliest().map_or(now, |at| at.with_timezone(&Utc)).min(now)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weekends_are_passed_over() {
        let monday: DateTime<Utc> = "2026-11-23T20:00:00Z".parse().unwrap();
        assert_eq!(working_days_before(monday, 1).to_rfc3339(), "2026-11-20T17:00:00+00:00");
        assert_eq!(working_days_before(monday, 6).to_rfc3339(), "2026-11-13T17:00:00+00:00");
    }
}
