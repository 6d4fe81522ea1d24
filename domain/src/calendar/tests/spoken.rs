use chrono_tz::Tz;

use super::*;

#[test]
fn instants_are_said_as_the_reader_says_them() {
    let now = at("2026-11-23 09:00 +01:00");
    let cases = [
        ("2026-11-23 13:10 +01:00", Tz::Europe__Berlin, "today 13:10"),
        ("2026-11-23 00:00 +01:00", Tz::Europe__Berlin, "today 00:00"),
        ("2026-11-25 13:10 +01:00", Tz::Europe__Berlin, "Wednesday 13:10"),
        ("2026-11-29 13:10 +01:00", Tz::Europe__Berlin, "Sunday 13:10"),
        ("2026-11-30 13:10 +01:00", Tz::Europe__Berlin, "30 Nov 13:10"),
        ("2026-11-17 13:10 +01:00", Tz::Europe__Berlin, "Tuesday 13:10"),
        ("2026-11-16 13:10 +01:00", Tz::Europe__Berlin, "16 Nov 13:10"),
        ("2026-12-03 13:10 +01:00", Tz::Europe__Berlin, "3 Dec 13:10"),
        ("2027-01-04 09:05 +01:00", Tz::Europe__Berlin, "4 Jan 2027 09:05"),
        // The same instants elsewhere: it is still the night before in Los Angeles.
        ("2026-11-23 08:30 +01:00", Tz::America__Los_Angeles, "Sunday 23:30"),
        ("2026-11-23 13:10 +01:00", Tz::Asia__Kolkata, "today 17:40"),
    ];
    for (instant, zone, words) in cases {
        assert_eq!(words::when(at(instant), zone, now), words, "{instant}");
    }
}

#[test]
fn what_is_left_is_said_in_hours_or_minutes() {
    assert_eq!(words::left(hours(31) + TimeDelta::minutes(59)), "31 h left");
    assert_eq!(words::left(TimeDelta::minutes(40)), "40 min left");
    assert_eq!(words::left(-hours(2)), "2 h over");
    assert_eq!(words::left(TimeDelta::milliseconds(-900)), "due now");
}

#[test]
fn a_line_for_several_readers_names_its_zone() {
    let instant = at("2026-11-25 13:10 +01:00");
    let said = |zone| words::when_in_full(instant, zone);
    assert_eq!(said(Tz::Europe__Berlin), "Wednesday, 25 Nov, 13:10 (Berlin time)");
    assert_eq!(said(Tz::America__Los_Angeles), "Wednesday, 25 Nov, 04:10 (Los Angeles time)");
    assert_eq!(said(Tz::America__Argentina__Buenos_Aires), "Wednesday, 25 Nov, 09:10 (Buenos Aires time)");
    assert_eq!(said(Tz::UTC), "Wednesday, 25 Nov, 12:10 (UTC)");
    assert_eq!(said(Tz::Etc__GMTPlus5), "Wednesday, 25 Nov, 07:10 (GMT+5)");
}
