//! What holds for every calendar and every instant.

use chrono::{Datelike, TimeDelta, Timelike};
use chrono_tz::Tz;
use proptest::prelude::*;

use super::*;

const ZONES: [Tz; 8] = [
    Tz::UTC,
    Tz::Europe__Berlin,
    Tz::America__New_York,
    Tz::America__Santiago,
    Tz::Africa__Cairo,
    Tz::Asia__Kolkata,
    Tz::Asia__Beirut,
    Tz::Australia__Lord_Howe,
];

/// The first instant that a case uses: 2024, a leap year.
const START: i64 = 1_704_067_200;
const THREE_YEARS: i64 = 3 * 365 * 86_400;

fn instant() -> impl Strategy<Value = DateTime<Utc>> {
    (0..THREE_YEARS).prop_map(|s| DateTime::from_timestamp(START + s, 0).unwrap())
}

fn working_time() -> impl Strategy<Value = TimeDelta> {
    (0..200_i64 * 3_600).prop_map(TimeDelta::seconds)
}

fn opening() -> impl Strategy<Value = Opening> {
    let hours = (0..24_u16, 1..=24_u16).prop_map(|(from, length)| {
        let to = (from + length).min(24);
        Opening::new(&format!("{from}:00"), &format!("{to}:00")).unwrap()
    });
    prop_oneof![Just(Opening::WHOLE_DAY), hours]
}

/// Any calendar with a working day, closed on up to twenty dates.
fn calendar() -> impl Strategy<Value = Calendar> {
    let days = prop::array::uniform7(prop::option::of(opening()));
    let holidays = prop::collection::btree_set(0..3 * 365_u64, 0..20);
    let parts = (prop::sample::select(ZONES.to_vec()), days, holidays);
    parts.prop_filter_map("a working day", |(zone, days, holidays)| {
        let first = DateTime::from_timestamp(START, 0)?.date_naive();
        let dates = holidays.into_iter().map(|day| first + chrono::Days::new(day));
        Calendar::new(zone, days, dates.collect()).ok()
    })
}

/// Whether the wall clock is within the opening hours, in the plainest way there is.
fn is_open(calendar: &Calendar, at: DateTime<Utc>) -> bool {
    let wall = at.with_timezone(&calendar.zone).naive_local();
    let minute = u16::try_from(wall.hour() * 60 + wall.minute()).unwrap();
    let opening = calendar.days[wall.weekday().num_days_from_monday() as usize];
    let open = opening.is_some_and(|o| (o.from_minute()..o.to_minute()).contains(&minute));
    open && !calendar.holidays.contains(&wall.date())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn worked_adds_up_and_never_exceeds_what_passed(
        calendar in calendar(), mut at in [instant(), instant(), instant()],
    ) {
        at.sort();
        let [a, b, c] = at;
        let (first, second, both) = (calendar.worked(a, b), calendar.worked(b, c), calendar.worked(a, c));
        prop_assert_eq!(first + second, both);
        prop_assert!(first >= TimeDelta::zero() && first <= b - a);
    }

    #[test]
    fn worked_agrees_with_looking_at_the_wall_clock(
        zone in prop::sample::select(ZONES.to_vec()),
        office in any::<bool>(),
        quarter in 0..THREE_YEARS / 900,
        length in 0..20 * 96_i64,
    ) {
        // Hours that no zone here changes its clocks in, or whole days.
        let opening = if office { Opening::new("06:00", "20:30").unwrap() } else { Opening::WHOLE_DAY };
        let calendar = with_hours(zone, WEEKDAYS, opening);
        let step = TimeDelta::minutes(15);
        let from = DateTime::from_timestamp(START + quarter * 900, 0).unwrap();
        let seen = (0..length).filter(|i| is_open(&calendar, from + step * i32::try_from(*i).unwrap()));
        let expected = step * i32::try_from(seen.count()).unwrap();
        prop_assert_eq!(calendar.worked(from, from + step * i32::try_from(length).unwrap()), expected);
    }

    #[test]
    fn due_is_where_the_working_time_is_used_up_and_no_later(
        calendar in calendar(), from in instant(), left in working_time(),
    ) {
        let Ok(due) = calendar.due(from, left) else {
            // One short day a week, and holidays: three years may not be enough. Then they are not.
            prop_assert!(calendar.worked(from, from + TimeDelta::days(3 * 365)) < left);
            return Ok(());
        };
        prop_assert_eq!(calendar.worked(from, due), left);
        if left > TimeDelta::zero() {
            prop_assert!(calendar.worked(from, due - TimeDelta::seconds(1)) < left);
        }
    }

    #[test]
    fn due_never_moves_back_with_more_to_do(
        calendar in calendar(), from in instant(), one in working_time(), other in working_time(),
    ) {
        let (less, more) = (one.min(other), one.max(other));
        if let (Ok(sooner), Ok(later)) = (calendar.due(from, less), calendar.due(from, more)) {
            prop_assert!(from <= sooner && sooner <= later);
            prop_assert_eq!(calendar.worked(sooner, later), more - less);
        }
    }

    #[test]
    fn nothing_counts_before_the_next_opening(calendar in calendar(), from in instant()) {
        let open = calendar.next_open(from).unwrap();
        prop_assert_eq!(calendar.worked(from, open), TimeDelta::zero());
        prop_assert_eq!(calendar.worked(open, open + TimeDelta::seconds(1)), TimeDelta::seconds(1));
    }

    #[test]
    fn a_reading_and_its_line_add_up(
        calendar in calendar(),
        start in instant(),
        lengths in prop::collection::vec((0..3_usize, 0..60_i64), 0..20),
        budget in working_time(),
        passed in 0..900_i64,
    ) {
        let kinds = [SpanKind::Running, SpanKind::Waiting, SpanKind::Paused];
        let mut from = start;
        let mut spans = Vec::new();
        for (kind, length) in lengths {
            let to = from + TimeDelta::hours(length);
            spans.push(Span { kind: kinds[kind], from, to: Some(to) });
            from = to;
        }
        let now = start + TimeDelta::hours(passed);
        let cycle = Cycle::new(budget, spans.clone());
        let reading = cycle.read(&calendar, now);
        prop_assert_eq!(reading.worked + reading.left, budget);
        let ran = spans.iter().filter(|span| span.kind == SpanKind::Running);
        let ran: TimeDelta = ran.map(|s| calendar.worked(s.from, s.to.unwrap().min(now))).sum();
        prop_assert_eq!(reading.worked, ran);
        prop_assert_eq!(reading.due.is_some(), reading.state == ClockState::Running
            && calendar.due(now, reading.left).is_ok());

        let line = cycle.line(&calendar, now);
        let whole: u16 = line.iter().map(|piece| piece.share).sum();
        prop_assert!(whole == 1_000 || line.is_empty());
        let waiting = line.iter().filter(|piece| piece.kind == PieceKind::Waiting);
        prop_assert!(waiting.map(|piece| piece.share).sum::<u16>() <= 340);
        prop_assert!(line.len() <= 13);
    }
}
