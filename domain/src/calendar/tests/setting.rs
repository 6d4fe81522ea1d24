use chrono_tz::Europe::Berlin;

use super::*;
use crate::format::Locale;

#[test]
fn a_calendar_is_stored_as_it_is_written() {
    let office = Opening::new("9:00", "17:30").unwrap();
    let calendar = closed_on(with_hours(Berlin, WEEKDAYS, office), &["2026-12-25"]);
    let json = serde_json::to_value(&calendar).unwrap();
    let day = serde_json::json!({"from": "09:00", "to": "17:30"});
    assert_eq!(
        json,
        serde_json::json!({
            "zone": "Europe/Berlin",
            "days": [day, day, day, day, day, null, null],
            "holidays": ["2026-12-25"],
        })
    );
    assert_eq!(serde_json::from_value::<Calendar>(json).unwrap(), calendar);

    let whole = serde_json::to_string(&Calendar::weekdays(Berlin)).unwrap();
    assert_eq!(serde_json::from_str::<Calendar>(&whole).unwrap(), Calendar::weekdays(Berlin));
}

#[test]
fn what_is_stored_is_checked_when_it_is_read() {
    let stored = |zone: &str, monday: &str| {
        let json = format!(r#"{{"zone": "{zone}", "days": [{monday},null,null,null,null,null,null]}}"#);
        serde_json::from_str::<Calendar>(&json).map_err(|e| e.to_string())
    };
    let day = r#"{"from": "00:00", "to": "24:00"}"#;
    assert!(stored("Asia/Kolkata", day).is_ok());
    let refused = [
        stored("Berlin", day),
        stored("Europe/Berlin", "null"),
        stored("Europe/Berlin", r#"{"from": "17:00", "to": "09:00"}"#),
        stored("Europe/Berlin", r#"{"from": "00:00", "to": "24:01"}"#),
    ];
    let told = [
        "isn’t a time zone",
        "Choose at least one business day",
        "doesn’t work",
        "isn’t a time. Enter something",
    ];
    for (refused, told) in refused.into_iter().zip(told) {
        let error = refused.unwrap_err();
        assert!(error.contains(told), "{error}");
    }
}

#[test]
fn times_of_day_are_hours_and_minutes() {
    for typed in [
        "", "9", "9:", ":30", "24:01", "25:00", "09:60", "9.30", "+9:00", "009:00", "９:00", "13:00 pm",
        "0:30 am", "pm",
    ] {
        let error = Opening::new(typed, "24:00").unwrap_err();
        assert_eq!(error, CalendarError::UnknownTime(typed.to_owned()));
    }
    let error = Opening::new("9:00", "9:00").unwrap_err();
    assert_eq!(error, CalendarError::Backwards("9:00".into(), "9:00".into()));
    assert_eq!(Opening::new(" 9:05 ", "24:00").unwrap().words(Locale::International), "09:05 to 24:00");
    assert_eq!(Opening::new("0:00", "24:00"), Ok(Opening::WHOLE_DAY));
    assert_eq!(Opening::new("12:00 AM", "midnight"), Ok(Opening::WHOLE_DAY));
    assert_eq!(Opening::WHOLE_DAY.words(Locale::UnitedStates), "all day");
    let office = Opening::new("9:30 am", "5PM").unwrap();
    assert_eq!((office.from_text(), office.to_text()), ("09:30".to_owned(), "17:00".to_owned()));
    assert_eq!(office.words(Locale::UnitedStates), "9:30 AM – 5:00 PM");
    assert_eq!(Opening::new("12:15 pm", "12:45 PM").unwrap().words(Locale::International), "12:15 to 12:45");
}

#[test]
fn a_calendar_without_sense_is_refused() {
    assert_eq!(Calendar::new(Berlin, [None; 7], BTreeSet::new()), Err(CalendarError::NoWorkingDay));
    let many = NaiveDate::MIN.iter_days().take(MOST_HOLIDAYS + 1).collect();
    let days = [Some(Opening::WHOLE_DAY); 7];
    assert_eq!(Calendar::new(Berlin, days, many), Err(CalendarError::TooManyHolidays));
    let long = zone(&"x".repeat(5_000)).unwrap_err();
    assert!(long.to_string().len() < 200);
    assert_eq!(zone(" Europe/Berlin "), Ok(Berlin));
}
