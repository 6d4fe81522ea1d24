use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use chrono_tz::Tz;

use super::{ClockOffsets, Format, Locale, month, zone_name};
use crate::{
    money::{Currency, Money},
    words,
};

const US: Locale = Locale::UnitedStates;
const OTHER: Locale = Locale::International;
const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;

fn at(text: &str) -> DateTime<Utc> {
    DateTime::parse_from_str(text, "%Y-%m-%d %H:%M %:z").unwrap().to_utc()
}

fn both(zone: Tz) -> [Format; 2] {
    [US, OTHER].map(|locale| Format { locale, zone })
}

#[test]
fn a_zone_of_the_united_states_writes_as_they_do_unless_somebody_chose() {
    for zone in
        [Tz::America__Los_Angeles, Tz::America__Phoenix, Tz::America__Indiana__Knox, Tz::Pacific__Honolulu]
    {
        assert_eq!(Locale::of(None, zone), US, "{zone}");
        assert_eq!(Locale::of(Some("en-GB"), zone), OTHER, "{zone}");
    }
    for zone in [Tz::Europe__Berlin, Tz::UTC, Tz::America__Toronto, Tz::America__Mexico_City] {
        assert_eq!(Locale::of(None, zone), OTHER, "{zone}");
        assert_eq!(Locale::of(Some("en-US"), zone), US, "{zone}");
    }
    assert_eq!(Locale::of(Some("de-DE"), Tz::UTC), OTHER, "what is no locale of ours counts as not chosen");
    assert!(Locale::ALL.into_iter().all(|locale| Locale::parse(locale.code()) == Some(locale)));
}

#[test]
fn instants_are_said_as_the_reader_says_them() {
    let now = at("2026-11-23 09:00 +01:00");
    let cases = [
        ("2026-11-23 13:10 +01:00", Tz::Europe__Berlin, "today, 1:10 PM", "today 13:10"),
        ("2026-11-23 00:00 +01:00", Tz::Europe__Berlin, "today, 12:00 AM", "today 00:00"),
        ("2026-11-22 23:59 +01:00", Tz::Europe__Berlin, "yesterday, 11:59 PM", "yesterday 23:59"),
        ("2026-11-24 08:05 +01:00", Tz::Europe__Berlin, "tomorrow, 8:05 AM", "tomorrow 08:05"),
        ("2026-11-25 13:10 +01:00", Tz::Europe__Berlin, "Wed, Nov 25, 1:10 PM", "Wed 25 Nov, 13:10"),
        ("2026-11-17 13:10 +01:00", Tz::Europe__Berlin, "Tue, Nov 17, 1:10 PM", "Tue 17 Nov, 13:10"),
        ("2026-12-03 13:10 +01:00", Tz::Europe__Berlin, "Thu, Dec 3, 1:10 PM", "Thu 3 Dec, 13:10"),
        ("2027-01-04 09:05 +01:00", Tz::Europe__Berlin, "Jan 4, 2027, 9:05 AM", "4 Jan 2027, 09:05"),
        // The same instants elsewhere: it is still the night before in Los Angeles.
        ("2026-11-23 08:30 +01:00", Tz::America__Los_Angeles, "yesterday, 11:30 PM", "yesterday 23:30"),
        ("2026-11-23 13:10 +01:00", Tz::Asia__Kolkata, "today, 5:40 PM", "today 17:40"),
    ];
    for (instant, zone, american, other) in cases {
        // In Los Angeles "now" is midnight.
        let now = if zone == Tz::America__Los_Angeles { now + TimeDelta::hours(1) } else { now };
        assert_eq!(
            both(zone).map(|format| format.date_time(at(instant), now)),
            [american, other],
            "{instant}"
        );
    }
}

/// It stays right on a page that is open overnight.
#[test]
fn an_entry_is_never_of_today() {
    let now = at("2026-11-30 03:32 -08:00");
    let said = |instant: &str| both(Tz::America__Los_Angeles).map(|format| format.dated(at(instant), now));
    assert_eq!(said("2026-11-30 03:32 -08:00"), ["Mon, Nov 30, 3:32 AM", "Mon 30 Nov, 03:32"]);
    assert_eq!(said("2025-12-01 14:00 -08:00"), ["Dec 1, 2025, 2:00 PM", "1 Dec 2025, 14:00"]);
    let days = both(Tz::America__Los_Angeles).map(|format| format.short_day(now, now));
    assert_eq!(days, ["Mon, Nov 30", "Mon 30 Nov"], "a weekday never stands without its date");
}

#[test]
fn a_line_for_several_readers_names_its_zone() {
    let instant = at("2026-11-25 13:10 +01:00");
    let said = |zone| both(zone).map(|format| format.zoned(instant));
    assert_eq!(
        said(Tz::Europe__Berlin),
        ["Wed, Nov 25, 1:10 PM (Berlin time)", "Wed 25 Nov, 13:10 (Berlin time)"]
    );
    assert_eq!(
        said(Tz::America__Los_Angeles),
        ["Wed, Nov 25, 4:10 AM PT", "Wed 25 Nov, 04:10 (Los Angeles time)"]
    );
    assert_eq!(said(Tz::America__Phoenix)[0], "Wed, Nov 25, 5:10 AM (Phoenix time)");
    assert_eq!(said(Tz::America__Argentina__Buenos_Aires)[1], "Wed 25 Nov, 09:10 (Buenos Aires time)");
    assert_eq!(said(Tz::UTC), ["Wed, Nov 25, 12:10 PM (UTC)", "Wed 25 Nov, 12:10 (UTC)"]);
    assert_eq!(said(Tz::Etc__GMTPlus5)[1], "Wed 25 Nov, 07:10 (GMT+5)");
    assert_eq!(zone_name(Tz::America__New_York), "New York time");
}

#[test]
fn billing_speaks_in_days() {
    let (from, to) = (at("2026-11-28 08:00 +00:00"), at("2026-12-28 08:00 +00:00"));
    let formats = both(Tz::Europe__Berlin);
    assert_eq!(formats.map(|format| format.day(to)), ["Dec 28, 2026", "28 December 2026"]);
    assert_eq!(
        formats.map(|format| format.in_full(to)),
        ["Dec 28, 2026, 9:00 AM", "28 December 2026, 09:00"]
    );
    assert_eq!(
        formats.map(|format| format.period(from, to)),
        ["Nov 28 – Dec 27, 2026", "28 November to 28 December 2026"],
        "the next one begins on the 28th"
    );
    assert_eq!(
        formats.map(|format| format.period(to, to + TimeDelta::days(31))),
        ["Dec 28, 2026 – Jan 27, 2027", "28 December 2026 to 28 January 2027"]
    );
    assert_eq!(
        formats.map(|format| format.span(from, to)),
        ["Nov 28 – Dec 28, 2026", "28 November to 28 December 2026"]
    );
    let one_day = formats.map(|format| format.span(from, from + TimeDelta::hours(1)));
    assert_eq!(one_day, ["Nov 28, 2026", "28 November 2026"]);
    assert_eq!(formats.map(|format| format.period(from, from)), ["Nov 28, 2026", "28 November 2026"]);
    assert_eq!(month(NaiveDate::from_ymd_opt(2026, 11, 1).unwrap()), "November 2026");
}

#[test]
fn a_clock_has_twelve_hours_or_twenty_four() {
    let cases = [
        (0, "12:00 AM", "00:00"),
        (9 * 60, "9:00 AM", "09:00"),
        (12 * 60 + 5, "12:05 PM", "12:05"),
        (14 * 60 + 2, "2:02 PM", "14:02"),
        (23 * 60 + 59, "11:59 PM", "23:59"),
        (24 * 60, "midnight", "24:00"),
    ];
    for (minutes, american, other) in cases {
        assert_eq!([US, OTHER].map(|locale| locale.clock(minutes)), [american, other]);
    }
    let hours = [US, OTHER].map(|locale| locale.hours_between(9 * 60, 17 * 60));
    assert_eq!(hours, ["9:00 AM – 5:00 PM", "09:00 to 17:00"]);
}

#[test]
fn time_left_is_never_flattered() {
    let cases = [
        (32 * HOUR - 1, "31 hours left", "31 h left"),
        (HOUR, "1 hour left", "1 h left"),
        (HOUR - 1, "59 min left", "59 min left"),
        (40 * MINUTE, "40 min left", "40 min left"),
        (59, "due now", "due now"),
        (0, "due now", "due now"),
        (-59, "due now", "due now"),
        (-60, "1 min over", "1 min over"),
        (-(3 * HOUR) + 1, "2 hours over", "2 h over"),
    ];
    for (seconds, american, other) in cases {
        assert_eq!([US, OTHER].map(|locale| locale.left(seconds)), [american, other], "{seconds}");
    }
    assert!(OTHER.left(i64::MIN).ends_with(" h over"));
    assert_eq!([US, OTHER].map(|locale| locale.length(29 * HOUR)), ["29 hours", "29 h"]);
    assert_eq!([US, OTHER].map(|locale| locale.length(12)), ["less than a minute"; 2]);
    assert_eq!([US, OTHER].map(|locale| locale.short_length(29 * HOUR)), ["29 hr", "29 h"]);
    assert_eq!([US, OTHER].map(|locale| locale.short_left(-2 * HOUR)), ["2 hr over", "2 h over"]);
}

#[test]
fn what_is_left_of_a_cycle_is_one_sentence() {
    let left = |seconds| [US, OTHER].map(|locale| locale.left_of(seconds, 48));
    assert_eq!(left(33 * HOUR), ["33 of 48 hours left", "33 of 48 h left"]);
    assert_eq!(left(40 * MINUTE), ["40 min of 48 hours left", "40 min of 48 h left"]);
    assert_eq!(left(30), ["due now"; 2]);
    assert_eq!(left(-2 * HOUR), ["2 hours over", "2 h over"]);
    let used = |seconds| [US, OTHER].map(|locale| locale.used_of(seconds, 48));
    assert_eq!(used(17 * HOUR), ["17 of 48 hours used", "17 of 48 h used"]);
    assert_eq!(used(0), ["less than a minute of 48 hours used", "less than a minute of 48 h used"]);
}

#[test]
fn lists_read_like_a_sentence() {
    assert_eq!(US.list::<&str>(&[]), "");
    assert_eq!([US, OTHER].map(|locale| locale.list(&["Rosa"])), ["Rosa"; 2]);
    assert_eq!([US, OTHER].map(|locale| locale.list(&["Rosa", "Theo"])), ["Rosa and Theo"; 2]);
    let three = ["Rosa".to_owned(), "Theo".into(), "Mina".into()];
    assert_eq!(
        [US, OTHER].map(|locale| locale.list(&three)),
        ["Rosa, Theo, and Mina", "Rosa, Theo and Mina"]
    );
}

#[test]
fn dates_are_read_as_they_are_typed() {
    let christmas = NaiveDate::from_ymd_opt(2026, 12, 25);
    for locale in [US, OTHER] {
        assert_eq!(locale.read_date("2026-12-25"), christmas);
        assert_eq!(locale.read_date(locale.typed_date()), christmas);
        assert_eq!(locale.read_date("25.12.2026"), None);
        assert_eq!(locale.read_date("12/25/26"), None, "a year has four digits");
    }
    let [american, other] = [US, OTHER].map(|locale| locale.read_date("3/4/2026"));
    assert_eq!((american, other), (NaiveDate::from_ymd_opt(2026, 3, 4), NaiveDate::from_ymd_opt(2026, 4, 3)));
}

/// What is the same everywhere, beside what is not.
#[test]
fn money_sizes_and_counts_are_alike_and_shares_are_not() {
    assert_eq!([US, OTHER].map(|locale| locale.percent(99)), ["99%", "99\u{a0}%"]);
    assert_eq!(Money::new(500_000, Currency::USD).in_full(), "$5,000.00");
    assert_eq!(words::size(1_400_000), "1.4 MB");
    assert_eq!(words::count(3, "file"), "3 files");
}

#[test]
fn a_week_begins_on_a_sunday_in_the_united_states() {
    let days = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
    assert_eq!(Locale::UnitedStates.week(days), ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]);
    assert_eq!(Locale::International.week(days), days);
}

#[test]
fn a_page_left_open_knows_when_the_clocks_change() {
    let offsets = |zone, now| Format { locale: OTHER, zone }.clock_offsets(at(now));
    let ms = |text| at(text).timestamp_millis();
    let berlin = offsets(Tz::Europe__Berlin, "2026-03-28 21:15 +00:00");
    let change = (ms("2026-03-29 01:00 +00:00"), 120);
    assert_eq!(berlin, ClockOffsets { minutes: 60, changes: vec![change] });
    assert_eq!([change.0 - 1, change.0].map(|ms| berlin.at(ms)), [60, 120]);
    // Until the end of April: back to winter, and on to summer again.
    let portland = offsets(Tz::America__Los_Angeles, "2026-10-31 12:00 +00:00");
    let changes = vec![(ms("2026-11-01 09:00 +00:00"), -480), (ms("2027-03-14 10:00 +00:00"), -420)];
    assert_eq!(portland, ClockOffsets { minutes: -420, changes });
    assert_eq!(offsets(Tz::UTC, "2026-03-28 21:15 +00:00"), ClockOffsets::default());
}
