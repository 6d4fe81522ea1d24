//! The line of a cycle, as cards and pages draw it.

use chrono::{DateTime, TimeDelta, Utc};

use super::cycle::Stretch;
use super::{Calendar, Cycle, CyclePiece, PieceKind, SpanKind};

/// The whole line.
const WHOLE: i64 = 1_000;

/// Beyond this many pieces a line is only noise: it then shows the sums.
const MOST_PIECES: usize = 12;

impl Cycle {
    /// The line at `now`: worked and waiting in the order in which they came, then what is left.
    ///
    /// A long wait would leave nothing to see of the work, so waiting takes a third of the line at
    /// most. Pauses are not drawn. A cycle without any time has no pieces.
    pub fn line(&self, calendar: &Calendar, now: DateTime<Utc>) -> Vec<CyclePiece> {
        let mut past: Vec<(PieceKind, i64)> = Vec::new();
        for stretch in self.stretches(calendar, now) {
            let Some(kind) = drawn(&stretch) else {
                continue;
            };
            push(&mut past, kind, stretch.time);
        }
        if past.len() >= MOST_PIECES {
            past = [PieceKind::Worked, PieceKind::Waiting].map(|kind| (kind, total(&past, kind))).into();
        }
        let worked = total(&past, PieceKind::Worked);
        let left = (self.budget().num_milliseconds() - worked).max(0);
        shrink_waiting(&mut past, (worked + left) / 2);
        past.push((PieceKind::Left, left));
        shares(&past)
    }
}

fn drawn(stretch: &Stretch) -> Option<PieceKind> {
    match stretch.kind {
        SpanKind::Running => Some(PieceKind::Worked),
        SpanKind::Waiting => Some(PieceKind::Waiting),
        SpanKind::Paused => None,
    }
}

/// Adds a length, to the last piece where that is of the same kind.
fn push(pieces: &mut Vec<(PieceKind, i64)>, kind: PieceKind, time: TimeDelta) {
    let length = time.num_milliseconds();
    match pieces.last_mut() {
        _ if length == 0 => {}
        Some((last, sum)) if *last == kind => *sum += length,
        _ => pieces.push((kind, length)),
    }
}

fn total(pieces: &[(PieceKind, i64)], wanted: PieceKind) -> i64 {
    let lengths = pieces.iter().filter(|(kind, _)| *kind == wanted);
    lengths.map(|(_, length)| length).sum()
}

/// Scales all waiting down together until it is no longer than `most`.
fn shrink_waiting(pieces: &mut [(PieceKind, i64)], most: i64) {
    let waited = total(pieces, PieceKind::Waiting);
    if waited <= most {
        return;
    }
    for (_, length) in pieces.iter_mut().filter(|(kind, _)| *kind == PieceKind::Waiting) {
        *length = scale(*length, most, waited);
    }
}

/// Lengths as shares of the line. Each piece ends at its rounded place on the line, so that the
/// shares always add up and no piece drifts.
fn shares(pieces: &[(PieceKind, i64)]) -> Vec<CyclePiece> {
    let whole: i64 = pieces.iter().map(|(_, length)| length).sum();
    if whole == 0 {
        return Vec::new();
    }
    let (mut passed, mut drawn) = (0, 0);
    let mut line = Vec::with_capacity(pieces.len());
    for &(kind, length) in pieces {
        passed += length;
        let end = u16::try_from(scale(passed, WHOLE, whole)).unwrap_or(u16::MAX);
        if end > drawn {
            line.push(CyclePiece { kind, share: end - drawn });
        }
        drawn = end;
    }
    line
}

/// `length * part / whole`, without overflow on the way.
fn scale(length: i64, part: i64, whole: i64) -> i64 {
    let scaled = i128::from(length) * i128::from(part) / i128::from(whole);
    i64::try_from(scaled).unwrap_or(i64::MAX)
}
