use chrono_tz::Africa::Cairo;
use chrono_tz::America::{New_York, Santiago, St_Johns};
use chrono_tz::Asia::Kolkata;
use chrono_tz::Europe::Berlin;
use chrono_tz::Pacific::Apia;

use super::*;

/// A clock that runs from `from` with `hours` left is due at `due`; and back: the working time
/// between the two is `hours`.
struct Case {
    what: &'static str,
    calendar: Calendar,
    from: &'static str,
    hours: i64,
    due: &'static str,
}

fn check(cases: Vec<Case>) {
    for Case { what, calendar, from, hours: left, due } in cases {
        let (from, due) = (at(from), at(due));
        assert_eq!(calendar.due(from, hours(left)), Ok(due), "{what}");
        assert_eq!(calendar.worked(from, due), hours(left), "{what}");
        let earlier = due - TimeDelta::milliseconds(1);
        let missing = hours(left) - calendar.worked(from, earlier);
        assert_eq!(missing, TimeDelta::milliseconds(1), "{what}: the earliest such instant");
    }
}

#[test]
fn whole_days_without_weekends_and_holidays() {
    let berlin = || whole(Berlin, WEEKDAYS);
    check(vec![
        Case {
            what: "plain weekdays",
            calendar: berlin(),
            from: "2026-11-23 09:12 +01:00",
            hours: 48,
            due: "2026-11-25 09:12 +01:00",
        },
        Case {
            what: "a start on Friday evening",
            calendar: berlin(),
            from: "2026-11-20 18:00 +01:00",
            hours: 48,
            due: "2026-11-24 18:00 +01:00",
        },
        Case {
            what: "a start on a weekend counts from Monday",
            calendar: berlin(),
            from: "2026-11-21 11:00 +01:00",
            hours: 48,
            due: "2026-11-25 00:00 +01:00",
        },
        Case {
            what: "used up with the week: due at Friday's midnight, not on Monday",
            calendar: berlin(),
            from: "2026-11-19 00:00 +01:00",
            hours: 48,
            due: "2026-11-21 00:00 +01:00",
        },
        Case {
            what: "holidays inside, one of them on a Saturday",
            calendar: closed_on(berlin(), &["2026-12-25", "2026-12-26", "2026-12-28"]),
            from: "2026-12-24 12:00 +01:00",
            hours: 48,
            due: "2026-12-30 12:00 +01:00",
        },
        Case {
            what: "a start on a holiday",
            calendar: closed_on(berlin(), &["2027-01-01"]),
            from: "2027-01-01 15:00 +01:00",
            hours: 1,
            due: "2027-01-04 01:00 +01:00",
        },
        Case {
            what: "a leap day is a day",
            calendar: berlin(),
            from: "2028-02-28 09:00 +01:00",
            hours: 48,
            due: "2028-03-01 09:00 +01:00",
        },
        Case {
            what: "a zone of half hours, whose day begins at 18:30 UTC",
            calendar: whole(Kolkata, WEEKDAYS),
            from: "2026-11-20 20:30 +05:30",
            hours: 48,
            due: "2026-11-24 20:30 +05:30",
        },
    ]);
}

#[test]
fn clocks_changed_on_a_weekend_move_nothing() {
    check(vec![
        Case {
            what: "Berlin, spring",
            calendar: whole(Berlin, WEEKDAYS),
            from: "2026-03-27 12:00 +01:00",
            hours: 48,
            due: "2026-03-31 12:00 +02:00",
        },
        Case {
            what: "Berlin, autumn",
            calendar: whole(Berlin, WEEKDAYS),
            from: "2026-10-23 12:00 +02:00",
            hours: 48,
            due: "2026-10-27 12:00 +01:00",
        },
        Case {
            what: "New York, spring",
            calendar: whole(New_York, WEEKDAYS),
            from: "2026-03-06 12:00 -05:00",
            hours: 48,
            due: "2026-03-10 12:00 -04:00",
        },
        Case {
            what: "New York, autumn",
            calendar: whole(New_York, WEEKDAYS),
            from: "2026-10-30 12:00 -04:00",
            hours: 48,
            due: "2026-11-03 12:00 -05:00",
        },
    ]);
}

#[test]
fn clocks_changed_on_a_working_day_count_the_hours_there_are() {
    check(vec![
        Case {
            what: "Berlin, a Sunday of 23 hours",
            calendar: whole(Berlin, EVERY_DAY),
            from: "2026-03-28 12:00 +01:00",
            hours: 48,
            due: "2026-03-30 13:00 +02:00",
        },
        Case {
            what: "Berlin, a Sunday of 25 hours",
            calendar: whole(Berlin, EVERY_DAY),
            from: "2026-10-24 12:00 +02:00",
            hours: 48,
            due: "2026-10-26 11:00 +01:00",
        },
        Case {
            what: "New York, a Sunday of 23 hours",
            calendar: whole(New_York, "Sun"),
            from: "2026-03-07 12:00 -05:00",
            hours: 23,
            due: "2026-03-09 00:00 -04:00",
        },
        Case {
            what: "New York, a Sunday of 25 hours",
            calendar: whole(New_York, "Sun"),
            from: "2026-10-31 12:00 -04:00",
            hours: 25,
            due: "2026-11-02 00:00 -05:00",
        },
        Case {
            what: "Santiago, a Sunday that begins at 01:00",
            calendar: whole(Santiago, "Sun"),
            from: "2026-09-05 12:00 -04:00",
            hours: 23,
            due: "2026-09-07 00:00 -03:00",
        },
        Case {
            what: "Santiago, the 24th hour is in the next week",
            calendar: whole(Santiago, "Sun"),
            from: "2026-09-05 12:00 -04:00",
            hours: 24,
            due: "2026-09-13 01:00 -03:00",
        },
        Case {
            what: "Santiago, a Saturday whose last hour comes twice",
            calendar: whole(Santiago, "Sat"),
            from: "2026-04-03 12:00 -03:00",
            hours: 25,
            due: "2026-04-05 00:00 -04:00",
        },
        Case {
            what: "Cairo, a Friday that begins at 01:00",
            calendar: whole(Cairo, WEEKDAYS),
            from: "2026-04-23 12:00 +02:00",
            hours: 48,
            due: "2026-04-27 13:00 +03:00",
        },
        Case {
            what: "Cairo, a Thursday of 25 hours",
            calendar: whole(Cairo, WEEKDAYS),
            from: "2026-10-29 00:00 +03:00",
            hours: 48,
            due: "2026-10-30 23:00 +02:00",
        },
        Case {
            what: "St John's, set back from 00:01 on Sunday to 23:01 on Saturday",
            calendar: whole(St_Johns, EVERY_DAY),
            from: "2010-11-06 12:00 -02:30",
            hours: 48,
            due: "2010-11-08 11:00 -03:30",
        },
        Case {
            what: "Apia, where the Friday was left out",
            calendar: whole(Apia, WEEKDAYS),
            from: "2011-12-29 12:00 -10:00",
            hours: 48,
            due: "2012-01-03 12:00 +14:00",
        },
    ]);
}

#[test]
fn opening_hours() {
    let office = || with_hours(Berlin, WEEKDAYS, Opening::new("09:00", "17:00").unwrap());
    let night = |from, to| with_hours(Berlin, "Sun", Opening::new(from, to).unwrap());
    check(vec![
        Case {
            what: "across two nights",
            calendar: office(),
            from: "2026-11-23 16:00 +01:00",
            hours: 10,
            due: "2026-11-25 10:00 +01:00",
        },
        Case {
            what: "from before the opening to the closing",
            calendar: office(),
            from: "2026-11-23 07:00 +01:00",
            hours: 8,
            due: "2026-11-23 17:00 +01:00",
        },
        Case {
            what: "from after the closing on Friday",
            calendar: office(),
            from: "2026-11-20 18:00 +01:00",
            hours: 1,
            due: "2026-11-23 10:00 +01:00",
        },
        Case {
            what: "48 hours are six days of eight",
            calendar: office(),
            from: "2026-11-23 09:00 +01:00",
            hours: 48,
            due: "2026-11-30 17:00 +01:00",
        },
        Case {
            what: "opening in the hour that is skipped",
            calendar: night("02:30", "04:00"),
            from: "2026-03-28 12:00 +01:00",
            hours: 1,
            due: "2026-03-29 04:00 +02:00",
        },
        Case {
            what: "open through the hour that comes twice",
            calendar: night("01:00", "04:00"),
            from: "2026-10-24 12:00 +02:00",
            hours: 4,
            due: "2026-10-25 04:00 +01:00",
        },
        Case {
            what: "closing in the hour that comes twice: the first time",
            calendar: night("00:30", "02:30"),
            from: "2026-10-24 12:00 +02:00",
            hours: 2,
            due: "2026-10-25 02:30 +02:00",
        },
        Case {
            what: "closed the second time: the third hour is a week later",
            calendar: night("00:30", "02:30"),
            from: "2026-10-24 12:00 +02:00",
            hours: 3,
            due: "2026-11-01 01:30 +01:00",
        },
    ]);
}

#[test]
fn nothing_is_worked_backwards_or_for_nothing() {
    let calendar = whole(Berlin, WEEKDAYS);
    let (friday, saturday) = (at("2026-11-20 18:00 +01:00"), at("2026-11-21 11:00 +01:00"));
    assert_eq!(calendar.worked(saturday, friday), TimeDelta::zero());
    assert_eq!(calendar.worked(friday, friday), TimeDelta::zero());
    assert_eq!(calendar.due(saturday, TimeDelta::zero()), Ok(saturday));
    assert_eq!(calendar.due(saturday, hours(-5)), Ok(saturday));
}

#[test]
fn the_next_opening() {
    let office = with_hours(Berlin, WEEKDAYS, Opening::new("09:00", "17:00").unwrap());
    let monday = at("2026-11-23 09:00 +01:00");
    let cases = [
        ("2026-11-20 16:59 +01:00", at("2026-11-20 16:59 +01:00")),
        ("2026-11-20 17:00 +01:00", monday),
        ("2026-11-22 12:00 +01:00", monday),
        ("2026-11-23 09:00 +01:00", monday),
    ];
    for (from, open) in cases {
        assert_eq!(office.next_open(at(from)), Ok(open), "{from}");
    }
    let cairo = whole(Cairo, "Fri");
    assert_eq!(cairo.next_open(at("2026-04-23 12:00 +02:00")), Ok(at("2026-04-24 01:00 +03:00")));
}

#[test]
fn every_search_ends() {
    let sundays = whole(Berlin, "Sun");
    let first = "2026-11-22".parse::<NaiveDate>().unwrap();
    let holidays = first.iter_weeks().take(200).collect();
    let never = Calendar::new(Berlin, sundays.days, holidays).unwrap();
    let from = at("2026-11-20 18:00 +01:00");
    assert_eq!(never.next_open(from), Err(CalendarError::TooFar));
    assert_eq!(never.due(from, hours(1)), Err(CalendarError::TooFar));
    assert_eq!(whole(Berlin, EVERY_DAY).due(from, TimeDelta::MAX), Err(CalendarError::TooFar));

    let (first, last) = (DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC);
    assert!(sundays.worked(first, last) > TimeDelta::zero());
    assert_eq!(sundays.worked(last, first), TimeDelta::zero());
    assert_eq!(sundays.due(last, hours(1)), Err(CalendarError::TooFar));
    assert!(sundays.next_open(first).is_ok());
}
