//! What one turn measured, and what the turns of a server make together.

use serde::Serialize;

/// One turn of one server at one work.
#[derive(Clone, Debug, Default)]
pub struct BenchTurn {
    /// Appends, events read, or deliveries: what the work counts.
    pub events: u64,
    /// In which they happened.
    pub seconds: f64,
    /// Of each, or of a part of them, in microseconds.
    pub latencies: Vec<u32>,
    /// CPU of all of the server's processes meanwhile, in seconds.
    pub cpu: f64,
    /// The tool's own.
    pub tool_cpu: f64,
    /// All other programs', in which the machine's host is included.
    pub other_cpu: f64,
    /// Over which CPU was taken, in seconds: with what is between the events.
    pub wall: f64,
    /// At its end, in kB.
    pub rss: u64,
    pub pss: u64,
    /// What each open follower added to the server's memory, in kB.
    pub per_follower: Option<f64>,
    /// What was acked or sent and did not arrive.
    pub missing: u64,
    /// What arrived twice or out of its order.
    pub disorder: u64,
    /// Followers that were cut off and came again.
    pub reconnects: u64,
    /// How many events a second there would have been, had the server kept up.
    pub asked: Option<f64>,
}

/// The figures of one or of several turns.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct TurnFigures {
    pub events: u64,
    pub events_per_second: f64,
    /// Milliseconds; none where the work has no latency of its own.
    pub p50_ms: Option<f64>,
    pub p99_ms: Option<f64>,
    pub cpu_us_per_event: f64,
    /// The part of its one thread that the tool was busy, 1 at most.
    pub tool_busy: f64,
    /// Cores that other programs took meanwhile.
    pub other_cores: f64,
    pub rss_mb: f64,
    pub pss_mb: f64,
    pub kb_per_follower: Option<f64>,
    pub missing: u64,
    pub disorder: u64,
    pub reconnects: u64,
    /// The part of the asked rate that the server kept up with, where a rate was asked.
    pub of_asked: Option<f64>,
}

impl TurnFigures {
    /// The turns taken as one: sums over sums, and the quantiles of all latencies.
    pub fn of(turns: &[&BenchTurn]) -> Self {
        let sum = |part: fn(&BenchTurn) -> f64| turns.iter().map(|turn| part(turn)).sum::<f64>();
        let count = |part: fn(&BenchTurn) -> u64| turns.iter().map(|turn| part(turn)).sum::<u64>();
        let most =
            |part: fn(&BenchTurn) -> u64| turns.iter().map(|turn| part(turn)).max().unwrap_or(0) as f64;
        let (events, seconds) = (count(|turn| turn.events), sum(|turn| turn.seconds));
        let mut latencies: Vec<u32> = turns.iter().flat_map(|turn| turn.latencies.iter().copied()).collect();
        latencies.sort_unstable();
        let followers: Vec<f64> = turns.iter().filter_map(|turn| turn.per_follower).collect();
        Self {
            events,
            events_per_second: events as f64 / seconds,
            p50_ms: quantile(&latencies, 0.5),
            p99_ms: quantile(&latencies, 0.99),
            cpu_us_per_event: sum(|turn| turn.cpu) * 1e6 / events as f64,
            tool_busy: sum(|turn| turn.tool_cpu) / sum(|turn| turn.wall),
            other_cores: sum(|turn| turn.other_cpu) / sum(|turn| turn.wall),
            rss_mb: most(|turn| turn.rss) / 1024.0,
            pss_mb: most(|turn| turn.pss) / 1024.0,
            kb_per_follower: followers.into_iter().reduce(f64::max),
            missing: count(|turn| turn.missing),
            disorder: count(|turn| turn.disorder),
            reconnects: count(|turn| turn.reconnects),
            of_asked: turns.first().and_then(|turn| turn.asked).map(|asked| events as f64 / seconds / asked),
        }
    }
}

/// In milliseconds, the value below which `share` of the sorted microseconds lie.
fn quantile(sorted: &[u32], share: f64) -> Option<f64> {
    let place = (sorted.len().saturating_sub(1) as f64 * share).round() as usize;
    sorted.get(place).map(|&micros| f64::from(micros) / 1e3)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn turns_are_taken_as_one() {
        let first = BenchTurn {
            events: 100,
            seconds: 1.0,
            cpu: 0.1,
            latencies: vec![3000, 1000],
            ..BenchTurn::default()
        };
        let second =
            BenchTurn { events: 300, seconds: 1.0, cpu: 0.1, latencies: vec![2000], ..BenchTurn::default() };
        let figures = TurnFigures::of(&[&first, &second]);
        assert_eq!(figures.events_per_second, 200.0);
        assert_eq!(figures.cpu_us_per_event, 500.0);
        assert_eq!((figures.p50_ms, figures.p99_ms), (Some(2.0), Some(3.0)));
    }

    #[test]
    fn no_latency_is_none() {
        assert_eq!(TurnFigures::of(&[&BenchTurn::default()]).p50_ms, None);
    }
}
