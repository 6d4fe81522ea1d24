use chrono_tz::Europe::Berlin;

use super::*;
use PieceKind::{Left, Waiting, Worked};

fn line(budget: i64, spans: &[Span], now: &str) -> Vec<(PieceKind, u16)> {
    let cycle = Cycle::new(hours(budget), spans.to_vec());
    let line = cycle.line(&whole(Berlin, EVERY_DAY), at(now));
    line.into_iter().map(|piece| (piece.kind, piece.share)).collect()
}

/// Spans of these kinds and lengths in hours, one after the other from midnight of 23 November.
fn spans(parts: &[(SpanKind, i64)]) -> Vec<Span> {
    let mut from = at("2026-11-23 00:00 +01:00");
    let mut spans = Vec::new();
    for &(kind, length) in parts {
        let to = from + hours(length);
        spans.push(Span { kind, from, to: Some(to) });
        from = to;
    }
    spans
}

const LATER: &str = "2027-11-23 00:00 +01:00";

#[test]
fn the_line_shows_what_happened_in_its_order() {
    use SpanKind::{Paused, Running, Waiting as Asked};
    let cases = [
        (40, vec![], vec![(Left, 1000)]),
        (40, vec![(Running, 10)], vec![(Worked, 250), (Left, 750)]),
        (40, vec![(Running, 10), (Running, 10)], vec![(Worked, 500), (Left, 500)]),
        (
            40,
            vec![(Running, 10), (Asked, 10), (Running, 10)],
            vec![(Worked, 200), (Waiting, 200), (Worked, 200), (Left, 400)],
        ),
        (40, vec![(Running, 10), (Paused, 700), (Running, 10)], vec![(Worked, 500), (Left, 500)]),
        (40, vec![(Running, 40)], vec![(Worked, 1000)]),
        (40, vec![(Running, 90)], vec![(Worked, 1000)]),
        (30, vec![(Running, 1)], vec![(Worked, 33), (Left, 967)]),
        (0, vec![], vec![]),
        (0, vec![(Asked, 10)], vec![]),
        (0, vec![(Running, 10)], vec![(Worked, 1000)]),
    ];
    for (budget, parts, pieces) in cases {
        assert_eq!(line(budget, &spans(&parts), LATER), pieces, "{parts:?}");
    }
}

#[test]
fn waiting_never_takes_more_than_a_third() {
    use SpanKind::{Running, Waiting as Asked};
    let long = spans(&[(Running, 12), (Asked, 2_000), (Running, 12), (Asked, 4_000)]);
    let pieces = line(48, &long, LATER);
    assert_eq!(pieces, [(Worked, 166), (Waiting, 111), (Worked, 167), (Waiting, 222), (Left, 334)]);
}

#[test]
fn a_restless_line_is_drawn_as_its_sums() {
    use SpanKind::{Running, Waiting as Asked};
    let restless = spans(&[(Running, 1), (Asked, 1)].repeat(10));
    assert_eq!(line(20, &restless, LATER), [(Worked, 333), (Waiting, 333), (Left, 334)]);
}
