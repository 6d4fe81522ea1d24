use chrono_tz::Europe::Berlin;

use super::*;
use ClockState::{Paused, Running, Stopped, Waiting};

fn read(budget: i64, spans: Vec<Span>, now: &str) -> Reading {
    Cycle::new(hours(budget), spans).read(&whole(Berlin, WEEKDAYS), at(now))
}

fn running(from: &str, to: &str) -> Span {
    span(SpanKind::Running, from, to)
}

fn waiting(from: &str, to: &str) -> Span {
    span(SpanKind::Waiting, from, to)
}

fn paused(from: &str, to: &str) -> Span {
    span(SpanKind::Paused, from, to)
}

#[test]
fn a_clock_that_runs() {
    let reading = read(48, vec![running("2026-11-23 09:00 +01:00", "")], "2026-11-24 02:00 +01:00");
    assert_eq!(
        reading,
        Reading {
            worked: hours(17),
            waited: hours(0),
            left: hours(31),
            due: Some(at("2026-11-25 09:00 +01:00")),
            state: Running,
            at_risk: false,
            overdue: false,
        }
    );
}

#[test]
fn a_wait_over_a_weekend_moves_what_is_due_by_its_working_time() {
    let spans = vec![
        running("2026-11-19 12:00 +01:00", "2026-11-20 12:00 +01:00"),
        waiting("2026-11-20 12:00 +01:00", "2026-11-23 12:00 +01:00"),
        running("2026-11-23 12:00 +01:00", ""),
    ];
    let asked = read(48, spans.clone(), "2026-11-22 12:00 +01:00");
    assert_eq!((asked.state, asked.due, asked.left), (Waiting, None, hours(24)));
    assert_eq!(asked.waited, hours(12), "Friday's half; the weekend is nobody's");

    let answered = read(48, spans, "2026-11-23 12:00 +01:00");
    assert_eq!((answered.state, answered.left, answered.waited), (Running, hours(24), hours(24)));
    assert_eq!(answered.due, Some(at("2026-11-24 12:00 +01:00")));
}

#[test]
fn a_pause_of_a_month_costs_nothing() {
    let spans = vec![
        running("2026-11-23 09:00 +01:00", "2026-11-23 19:00 +01:00"),
        paused("2026-11-23 19:00 +01:00", "2026-12-23 19:00 +01:00"),
        running("2026-12-23 19:00 +01:00", ""),
    ];
    let during = read(48, spans.clone(), "2026-12-10 12:00 +01:00");
    assert_eq!((during.state, during.worked, during.waited), (Paused, hours(10), hours(0)));
    assert_eq!(during.due, None);
    let after = read(48, spans, "2026-12-23 20:00 +01:00");
    assert_eq!((after.state, after.worked), (Running, hours(11)));
    // 5 hours of Wednesday, all of Thursday, 9 hours of Friday.
    assert_eq!(after.due, Some(at("2026-12-25 09:00 +01:00")));
}

#[test]
fn a_clock_set_going_on_a_weekend_is_due_though_nothing_counts_yet() {
    let reading = read(48, vec![running("2026-11-21 11:00 +01:00", "")], "2026-11-21 12:00 +01:00");
    assert_eq!((reading.state, reading.worked), (Running, hours(0)));
    assert_eq!(reading.due, Some(at("2026-11-25 00:00 +01:00")));
}

#[test]
fn what_is_due_does_not_change_while_the_clock_runs_or_once_it_is_over() {
    let start = vec![running("2026-11-20 18:00 +01:00", "")];
    let due = Some(at("2026-11-24 18:00 +01:00"));
    for now in
        ["2026-11-20 18:00", "2026-11-22 03:00", "2026-11-24 17:59", "2026-11-24 18:00", "2026-12-24 18:00"]
    {
        assert_eq!(read(48, start.clone(), &format!("{now} +01:00")).due, due, "{now}");
    }
}

#[test]
fn a_cycle_that_ran_out_before_a_wait_was_due_back_then() {
    let spans = vec![
        running("2026-11-23 09:00 +01:00", "2026-11-23 14:00 +01:00"),
        waiting("2026-11-23 14:00 +01:00", "2026-11-24 14:00 +01:00"),
        running("2026-11-24 14:00 +01:00", ""),
    ];
    let reading = read(4, spans, "2026-11-24 15:00 +01:00");
    assert_eq!(reading.due, Some(at("2026-11-23 13:00 +01:00")));
    assert_eq!((reading.left, reading.overdue, reading.at_risk), (hours(-2), true, true));
}

#[test]
fn risk_is_a_fifth_or_six_hours_whichever_is_later() {
    let start = || vec![running("2026-11-23 00:00 +01:00", "")];
    let cases = [
        (48, "2026-11-24 18:00 +01:00", false),
        (48, "2026-11-24 18:01 +01:00", true),
        (10, "2026-11-23 08:00 +01:00", false),
        (10, "2026-11-23 08:01 +01:00", true),
        (10, "2026-11-23 12:00 +01:00", true),
    ];
    for (budget, now, at_risk) in cases {
        assert_eq!(read(budget, start(), now).at_risk, at_risk, "{budget} h at {now}");
    }
    let mut asked = start();
    asked.push(waiting("2026-11-24 20:00 +01:00", ""));
    assert!(!read(48, asked, "2026-11-24 21:00 +01:00").at_risk, "it stands still");
}

#[test]
fn a_cycle_is_overdue_when_more_was_worked_than_it_has() {
    let start = || vec![running("2026-11-23 00:00 +01:00", "")];
    assert!(!read(48, start(), "2026-11-25 00:00 +01:00").overdue);
    assert!(read(48, start(), "2026-11-25 00:01 +01:00").overdue);
    let done = vec![running("2026-11-23 00:00 +01:00", "2026-11-25 02:00 +01:00")];
    let reading = read(48, done, "2026-12-01 00:00 +01:00");
    assert_eq!((reading.state, reading.left), (Stopped, hours(-2)));
    assert_eq!((reading.overdue, reading.at_risk, reading.due), (true, false, None));
}

#[test]
fn no_budget_is_due_at_once() {
    let spans = vec![running("2026-11-23 09:00 +01:00", "")];
    let reading = read(0, spans.clone(), "2026-11-23 09:00 +01:00");
    assert_eq!((reading.due, reading.overdue), (Some(at("2026-11-23 09:00 +01:00")), false));
    assert!(read(0, spans.clone(), "2026-11-23 09:01 +01:00").overdue);
    assert_eq!(Cycle::new(hours(-3), spans).budget(), hours(0));
}

#[test]
fn a_clock_that_has_not_started() {
    for spans in [vec![], vec![running("2026-11-24 09:00 +01:00", "")]] {
        let reading = read(48, spans, "2026-11-23 09:00 +01:00");
        assert_eq!((reading.state, reading.left, reading.due), (Stopped, hours(48), None));
        assert!(!reading.at_risk && !reading.overdue);
    }
}

#[test]
fn spans_never_count_twice() {
    let touching = vec![
        running("2026-11-23 09:00 +01:00", "2026-11-23 11:00 +01:00"),
        running("2026-11-23 11:00 +01:00", "2026-11-23 13:00 +01:00"),
    ];
    assert_eq!(read(48, touching, "2026-11-23 20:00 +01:00").worked, hours(4));

    let left_open_and_out_of_order =
        vec![waiting("2026-11-23 11:00 +01:00", ""), running("2026-11-23 09:00 +01:00", "")];
    let reading = read(48, left_open_and_out_of_order, "2026-11-23 13:00 +01:00");
    assert_eq!((reading.worked, reading.waited, reading.state), (hours(2), hours(2), Waiting));

    let overlapping = vec![
        running("2026-11-23 09:00 +01:00", "2026-11-23 15:00 +01:00"),
        waiting("2026-11-23 11:00 +01:00", "2026-11-23 12:00 +01:00"),
    ];
    let reading = read(48, overlapping, "2026-11-23 20:00 +01:00");
    assert_eq!((reading.worked, reading.waited, reading.state), (hours(2), hours(1), Stopped));

    let empty = vec![
        running("2026-11-23 09:00 +01:00", "2026-11-23 09:00 +01:00"),
        waiting("2026-11-23 09:00 +01:00", ""),
    ];
    assert_eq!(read(48, empty, "2026-11-23 10:00 +01:00").worked, hours(0));
}
