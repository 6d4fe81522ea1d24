//! What the engine has done and holds, in numbers for whoever watches it.

use std::{
    array,
    sync::atomic::{AtomicU64, Ordering::Relaxed},
    time::Duration,
};

/// Upper ends of how long commits take, in seconds: from a fast disk to one that is in trouble.
const SECONDS: [f64; 10] = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.1, 0.5, 2.5, 10.0];

/// Upper ends of how many events a commit holds.
const EVENTS: [f64; 6] = [1.0, 10.0, 100.0, 500.0, 1_000.0, 2_000.0];

/// What the engine has done on this node since it was started, and holds now.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Figures {
    /// Appends that the writer has stored; what product transactions append is not among them.
    pub appends: u64,
    /// How long the writer's commits took, in seconds.
    pub commit_seconds: Spread,
    /// Events that each of them stored.
    pub commit_events: Spread,
    /// Commits that took one trip to the database, because their streams and producers were as remembered. The others lock first.
    pub commits_from_memory: u64,
    /// Appends that wait for the writer, or that it is at.
    pub queued_appends: usize,
    /// Their bytes.
    pub queued_bytes: usize,
    /// Streams that are in memory because they are followed, or were a moment ago.
    pub tails: usize,
    /// Who follows them.
    pub followers: usize,
}

/// How values are spread.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Spread {
    /// All values together.
    pub sum: f64,
    /// How many there were of each size: the upper end, which belongs to it, and the number. The last end is
    /// infinite.
    pub buckets: Vec<(f64, u64)>,
}

impl Spread {
    /// How many values there were.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.buckets.iter().map(|(_, count)| count).sum()
    }
}

/// What the writer counts: a few numbers a commit, none an event.
#[derive(Debug)]
pub(crate) struct Counters {
    appends: AtomicU64,
    events: AtomicU64,
    micros: AtomicU64,
    from_memory: AtomicU64,
    by_seconds: [AtomicU64; SECONDS.len() + 1],
    by_events: [AtomicU64; EVENTS.len() + 1],
}

impl Default for Counters {
    fn default() -> Self {
        Self {
            appends: AtomicU64::default(),
            events: AtomicU64::default(),
            micros: AtomicU64::default(),
            from_memory: AtomicU64::default(),
            by_seconds: array::from_fn(|_| AtomicU64::default()),
            by_events: array::from_fn(|_| AtomicU64::default()),
        }
    }
}

impl Counters {
    /// A commit has stored so much.
    pub(crate) fn committed(&self, took: Duration, appends: u64, events: u64) {
        self.appends.fetch_add(appends, Relaxed);
        self.events.fetch_add(events, Relaxed);
        self.micros.fetch_add(u64::try_from(took.as_micros()).unwrap_or(u64::MAX), Relaxed);
        bucket(&self.by_seconds, &SECONDS, took.as_secs_f64()).fetch_add(1, Relaxed);
        bucket(&self.by_events, &EVENTS, events as f64).fetch_add(1, Relaxed);
    }

    /// That commit took one statement.
    pub(crate) fn committed_from_memory(&self) {
        self.from_memory.fetch_add(1, Relaxed);
    }

    /// What was counted, with nothing of what is held now.
    pub(crate) fn figures(&self) -> Figures {
        Figures {
            appends: self.appends.load(Relaxed),
            commit_seconds: spread(
                Duration::from_micros(self.micros.load(Relaxed)).as_secs_f64(),
                &SECONDS,
                &self.by_seconds,
            ),
            commit_events: spread(self.events.load(Relaxed) as f64, &EVENTS, &self.by_events),
            commits_from_memory: self.from_memory.load(Relaxed),
            ..Figures::default()
        }
    }
}

fn bucket<'a>(counts: &'a [AtomicU64], ends: &[f64], value: f64) -> &'a AtomicU64 {
    &counts[ends.partition_point(|end| *end < value)]
}

fn spread(sum: f64, ends: &[f64], counts: &[AtomicU64]) -> Spread {
    let ends = ends.iter().copied().chain([f64::INFINITY]);
    Spread { sum, buckets: ends.zip(counts.iter().map(|count| count.load(Relaxed))).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_counts_where_it_belongs() {
        let counters = Counters::default();
        counters.committed(Duration::from_millis(1), 2, 10);
        counters.committed(Duration::from_secs(60), 1, 11);
        let figures = counters.figures();
        assert_eq!((figures.appends, figures.commit_events.sum, figures.commit_events.count()), (3, 21.0, 2));
        assert_eq!(figures.commit_events.buckets[1..3], [(10.0, 1), (100.0, 1)]);
        assert_eq!(figures.commit_seconds.buckets[1], (0.001, 1));
        assert_eq!(figures.commit_seconds.buckets.last(), Some(&(f64::INFINITY, 1)));
        assert!((figures.commit_seconds.sum - 60.001).abs() < 1e-9);
    }
}
