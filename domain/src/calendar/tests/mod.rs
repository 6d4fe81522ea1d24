//! The calendar's cases, with dates. Instants are written as a wall clock shows them, with their
//! offset from UTC, so that a case can be checked against any calendar by hand.

mod cycles;
mod days;
mod lines;
mod properties;
mod setting;

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;

use super::*;

const WEEKDAYS: &str = "Mon-Fri";
const EVERY_DAY: &str = "every day";

/// `2026-11-23 09:12 +01:00`
fn at(text: &str) -> DateTime<Utc> {
    let parsed = DateTime::parse_from_str(text, "%Y-%m-%d %H:%M %:z");
    parsed.unwrap_or_else(|e| panic!("{text}: {e}")).to_utc()
}

fn hours(hours: i64) -> TimeDelta {
    TimeDelta::hours(hours)
}

/// Whole days: [`WEEKDAYS`], [`EVERY_DAY`], or one day such as `Sun`.
fn whole(zone: Tz, days: &str) -> Calendar {
    with_hours(zone, days, Opening::WHOLE_DAY)
}

fn with_hours(zone: Tz, days: &str, opening: Opening) -> Calendar {
    let names = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
    let open = |i: usize| match days {
        WEEKDAYS => i < 5,
        EVERY_DAY => true,
        one => names[i] == one,
    };
    let days = std::array::from_fn(|i| open(i).then_some(opening));
    Calendar::new(zone, days, BTreeSet::new()).unwrap()
}

fn closed_on(calendar: Calendar, dates: &[&str]) -> Calendar {
    let holidays = dates.iter().map(|date| date.parse().unwrap()).collect();
    Calendar::new(calendar.zone, calendar.days, holidays).unwrap()
}

fn span(kind: SpanKind, from: &str, to: &str) -> Span {
    Span { kind, from: at(from), to: (!to.is_empty()).then(|| at(to)) }
}
