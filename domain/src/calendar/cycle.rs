//! The clock of one request: what happened to it, and where it stands.

use chrono::{DateTime, TimeDelta, Utc};

use super::Calendar;
use crate::cycle::{ClockState, SpanKind};

/// A stretch of a request's life. The last one is open (`to` is `None`) until the clock changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// What the clock did.
    pub kind: SpanKind,
    /// Since when.
    pub from: DateTime<Utc>,
    /// Until when; `None` while it lasts.
    pub to: Option<DateTime<Utc>>,
}

/// A request's clock: the working time it has, and what happened since it became active.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cycle {
    budget: TimeDelta,
    spans: Vec<Span>,
}

/// A clock as it stands at one instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reading {
    /// Working time used up.
    pub worked: TimeDelta,
    /// Working time that passed while the request waited on the client.
    pub waited: TimeDelta,
    /// The budget less what was worked; below zero once the cycle is over.
    pub left: TimeDelta,
    /// When the budget is used up, or was. `None` while the clock does not run, because the time
    /// depends on the answer, and when the calendar has no such time in the next three years.
    pub due: Option<DateTime<Utc>>,
    /// What the clock does now.
    pub state: ClockState,
    /// The clock runs, and less than a fifth of the budget and less than 6 hours are left: the
    /// later of the two, so that a short cycle does not begin at risk. Also true when overdue.
    pub at_risk: bool,
    /// More was worked than the budget, whatever the clock does now.
    pub overdue: bool,
}

/// The part of a span that has passed.
pub(super) struct Stretch {
    pub(super) kind: SpanKind,
    from: DateTime<Utc>,
    /// Open time of the calendar within it.
    pub(super) time: TimeDelta,
    /// It still lasts.
    current: bool,
}

impl Cycle {
    /// A clock with its history, in any order. A budget below zero counts as none.
    pub fn new(budget: TimeDelta, mut spans: Vec<Span>) -> Self {
        spans.sort_by_key(|span| span.from);
        Self { budget: budget.max(TimeDelta::zero()), spans }
    }

    /// The working time that the offer gives a request.
    pub fn budget(&self) -> TimeDelta {
        self.budget
    }

    /// Where the clock stands at `now`.
    pub fn read(&self, calendar: &Calendar, now: DateTime<Utc>) -> Reading {
        let (mut worked, mut waited) = (TimeDelta::zero(), TimeDelta::zero());
        let mut used_up = None;
        let mut state = ClockState::Stopped;
        for stretch in self.stretches(calendar, now) {
            state = stretch.state();
            match stretch.kind {
                SpanKind::Running => {
                    let left = self.budget - worked;
                    if used_up.is_none() && (stretch.current || left <= stretch.time) {
                        used_up = calendar.due(stretch.from, left).ok();
                    }
                    worked += stretch.time;
                }
                SpanKind::Waiting => waited += stretch.time,
                SpanKind::Paused => {}
            }
        }
        let left = self.budget - worked;
        let running = state == ClockState::Running;
        Reading {
            worked,
            waited,
            left,
            due: used_up.filter(|_| running),
            state,
            at_risk: running && left < self.risk(),
            overdue: left < TimeDelta::zero(),
        }
    }

    /// The time left below which a clock is at risk.
    fn risk(&self) -> TimeDelta {
        (self.budget / 5).min(TimeDelta::hours(6))
    }

    /// The spans as they were until `now`, each cut where the next begins, so that none counts
    /// twice; those that begin later than `now` are left out.
    pub(super) fn stretches(&self, calendar: &Calendar, now: DateTime<Utc>) -> impl Iterator<Item = Stretch> {
        let next = self.spans.iter().skip(1).map(|span| Some(span.from)).chain([None]);
        let past = self.spans.iter().zip(next).take_while(move |(span, _)| span.from <= now);
        past.map(move |(span, next)| {
            let end = [span.to, next].into_iter().flatten().min();
            let to = end.map_or(now, |end| end.min(now));
            Stretch {
                kind: span.kind,
                from: span.from,
                time: calendar.worked(span.from, to),
                current: end.is_none_or(|end| end > now),
            }
        })
    }
}

impl Stretch {
    fn state(&self) -> ClockState {
        match self.kind {
            _ if !self.current => ClockState::Stopped,
            SpanKind::Running => ClockState::Running,
            SpanKind::Waiting => ClockState::Waiting,
            SpanKind::Paused => ClockState::Paused,
        }
    }
}
