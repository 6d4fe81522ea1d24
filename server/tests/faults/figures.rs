//! What happened, in numbers.

use std::{
    fmt,
    time::{Duration, Instant},
};

use crate::plan::{Fault, KINDS};

/// Of one round.
#[derive(Debug)]
pub struct Round {
    /// Events that the stream holds in the end.
    pub events: usize,
    /// Appends that were acknowledged.
    pub appends: usize,
    /// Appends that were sent again.
    pub again: u64,
    /// Connections that followers made anew.
    pub reconnects: u64,
    /// The longest time without an acknowledgement.
    pub longest: Duration,
}

/// Of all.
#[derive(Debug)]
pub struct FaultFigures {
    begun: Instant,
    rounds: usize,
    events: usize,
    appends: usize,
    again: u64,
    reconnects: u64,
    longest: Duration,
    faults: [usize; KINDS.len()],
}

impl FaultFigures {
    pub fn new() -> Self {
        Self {
            begun: Instant::now(),
            rounds: 0,
            events: 0,
            appends: 0,
            again: 0,
            reconnects: 0,
            longest: Duration::ZERO,
            faults: [0; KINDS.len()],
        }
    }

    pub fn add(&mut self, round: &Round, faults: impl Iterator<Item = Fault>) {
        self.rounds += 1;
        self.events += round.events;
        self.appends += round.appends;
        self.again += round.again;
        self.reconnects += round.reconnects;
        self.longest = self.longest.max(round.longest);
        faults.for_each(|fault| self.faults[fault.kind()] += 1);
    }
}

impl fmt::Display for Round {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { events, appends, again, reconnects, longest } = self;
        write!(
            f,
            "{events} events in {appends} appends, {again} sent again, {reconnects} reconnects, longest stall {} ms",
            longest.as_millis()
        )
    }
}

impl fmt::Display for FaultFigures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let faults: Vec<String> =
            KINDS.iter().zip(self.faults).map(|(kind, count)| format!("{kind} {count}")).collect();
        write!(
            f,
            "{} rounds in {} s: {} events in {} acknowledged appends, {} sent again, {} reconnects of followers, longest stall {} ms; {}",
            self.rounds,
            self.begun.elapsed().as_secs(),
            self.events,
            self.appends,
            self.again,
            self.reconnects,
            self.longest.as_millis(),
            faults.join(", ")
        )
    }
}
