//! One server's figures as multiples of another's.

use serde::Serialize;

use crate::{
    measurement::{BenchTurn, TurnFigures},
    works::Goal,
};

/// Ratios to the peer, each of all turns together, then the least and the most of single rounds.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Against {
    pub rate: Ratio,
    pub p99: Option<Ratio>,
    pub cpu: Ratio,
    pub pss: Ratio,
}

/// A ratio and how far the rounds were apart.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Ratio {
    pub all: f64,
    pub least: f64,
    pub most: f64,
}

/// A goal, and whether it was met.
#[derive(Clone, Debug, Serialize)]
pub struct GoalVerdict {
    pub goal: String,
    pub reached: Option<f64>,
    pub met: bool,
}

impl Against {
    /// Rounds are compared with each other in their order: what one had to do beside, the other had too.
    pub fn of(
        own: &TurnFigures,
        peer: &TurnFigures,
        own_turns: &[TurnFigures],
        peer_turns: &[BenchTurn],
    ) -> Self {
        let peer_turns: Vec<TurnFigures> = peer_turns.iter().map(|turn| TurnFigures::of(&[turn])).collect();
        let ratio = |part: fn(&TurnFigures) -> Option<f64>| {
            let each = own_turns.iter().zip(&peer_turns);
            let rounds: Vec<f64> = each.filter_map(|(own, peer)| Some(part(own)? / part(peer)?)).collect();
            Some(Ratio {
                all: part(own)? / part(peer)?,
                least: rounds.iter().copied().reduce(f64::min)?,
                most: rounds.iter().copied().reduce(f64::max)?,
            })
        };
        let certain = |part| ratio(part).unwrap_or(Ratio { all: f64::NAN, least: f64::NAN, most: f64::NAN });
        Self {
            rate: certain(|figures| Some(figures.events_per_second)),
            p99: ratio(|figures| figures.p99_ms),
            cpu: certain(|figures| Some(figures.cpu_us_per_event)),
            pss: certain(|figures| Some(figures.pss_mb)),
        }
    }
}

impl GoalVerdict {
    /// What is missing or out of order is no success, however fast it was.
    pub fn of(goal: &Goal, figures: Option<&TurnFigures>, against: Option<&Against>) -> Self {
        let (words, reached, bound, at_least) = match *goal {
            Goal::Rate(bound) => ("events/s", against.map(|ratios| ratios.rate.all), bound, true),
            Goal::P99(bound) => {
                ("p99", against.and_then(|ratios| ratios.p99).map(|p99| p99.all), bound, false)
            }
            Goal::Cpu(bound) => ("CPU", against.map(|ratios| ratios.cpu.all), bound, false),
            Goal::PerFollower(bound) => {
                ("kB a follower", figures.and_then(|figures| figures.kb_per_follower), bound, false)
            }
        };
        let whole = figures.is_some_and(|figures| figures.missing == 0 && figures.disorder == 0);
        let reaches = |value: f64| if at_least { value >= bound } else { value <= bound };
        let sign = if at_least { "≥" } else { "≤" };
        Self { goal: format!("{words} {sign} {bound}"), reached, met: whole && reached.is_some_and(reaches) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn turn(events: u64, cpu: f64) -> BenchTurn {
        BenchTurn { events, cpu, seconds: 1.0, latencies: vec![1000], pss: 1024, ..BenchTurn::default() }
    }

    #[test]
    fn a_ratio_has_its_spread_over_the_rounds() {
        let (own, peer) = ([turn(100, 0.1), turn(300, 0.1)], [turn(100, 0.1), turn(100, 0.1)]);
        let all = |turns: &[BenchTurn]| TurnFigures::of(&turns.iter().collect::<Vec<_>>());
        let each: Vec<_> = own.iter().map(|turn| TurnFigures::of(&[turn])).collect();
        let against = Against::of(&all(&own), &all(&peer), &each, &peer);
        assert_eq!((against.rate.all, against.rate.least, against.rate.most), (2.0, 1.0, 3.0));
        assert_eq!(against.cpu.all, 0.5);
        let verdict = |goal| GoalVerdict::of(&goal, Some(&all(&own)), Some(&against));
        assert!(verdict(Goal::Rate(2.0)).met && verdict(Goal::Cpu(0.8)).met);
        assert!(
            !verdict(Goal::Rate(2.1)).met
                && !verdict(Goal::Cpu(0.4)).met
                && !verdict(Goal::PerFollower(20.0)).met
        );
    }

    #[test]
    fn what_lost_something_meets_no_goal() {
        let lossy =
            TurnFigures { missing: 1, kb_per_follower: Some(1.0), ..TurnFigures::of(&[&turn(100, 0.1)]) };
        assert!(!GoalVerdict::of(&Goal::PerFollower(20.0), Some(&lossy), None).met);
    }
}
