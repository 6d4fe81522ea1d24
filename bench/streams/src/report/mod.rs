//! What was measured, as a table for people and as JSON for whoever compares runs.

mod against;
mod table;

use chrono::Utc;
use serde::Serialize;

use crate::{
    machine::Machine, measurement::TurnFigures, options::BenchOptions, server::Server, turns::WorkResults,
    works::Goal,
};
use against::{Against, GoalVerdict};

/// All of a run.
#[derive(Serialize)]
pub struct Report {
    date: String,
    machine: Machine,
    peer: Option<String>,
    rounds: usize,
    seconds: f64,
    rows: Vec<ServerResult>,
}

/// A server at a work.
#[derive(Serialize)]
pub struct ServerResult {
    work: String,
    title: String,
    server: String,
    /// Of all its turns; none when every turn failed.
    figures: Option<TurnFigures>,
    /// Of each turn.
    turns: Vec<TurnFigures>,
    failures: Vec<String>,
    /// Beside the peer's; none for the peer itself.
    against: Option<Against>,
    goals: Vec<GoalVerdict>,
}

impl Report {
    /// Puts each server beside the peer.
    pub fn new(
        options: &BenchOptions,
        machine: Machine,
        servers: &[Server],
        rows: &[WorkResults<'_>],
    ) -> Self {
        let names: Vec<&str> = servers.iter().map(|server| server.name.as_str()).collect();
        let peer = options.peer(&names).map(str::to_owned);
        let of_peer = |row: &WorkResults<'_>| {
            let same = |other: &&WorkResults| {
                other.work.key == row.work.key && Some(&other.server.name) == peer.as_ref()
            };
            rows.iter().find(same).filter(|other| other.server.name != row.server.name)
        };
        // The goals are the first server's; the others are there to be compared with.
        let subject = names.first().copied();
        let goals = |row: &WorkResults<'_>| {
            if Some(row.server.name.as_str()) == subject { row.work.goals.clone() } else { Vec::new() }
        };
        let lines = rows.iter().map(|row| ServerResult::new(row, of_peer(row), &goals(row))).collect();
        Self {
            date: today(),
            machine,
            peer,
            rounds: options.rounds,
            seconds: options.seconds().as_secs_f64(),
            rows: lines,
        }
    }

    /// Prints the table.
    pub fn print(&self) {
        print!("{}", table::markdown(self));
    }
}

impl ServerResult {
    fn new(row: &WorkResults<'_>, peer: Option<&WorkResults<'_>>, goals: &[Goal]) -> Self {
        let turns: Vec<TurnFigures> = row.turns.iter().map(|turn| TurnFigures::of(&[turn])).collect();
        let of = |row: &WorkResults<'_>| {
            (!row.turns.is_empty()).then(|| TurnFigures::of(&row.turns.iter().collect::<Vec<_>>()))
        };
        let figures = of(row);
        let against = peer.and_then(|peer| Some(Against::of(&figures?, &of(peer)?, &turns, &peer.turns)));
        let verdict = |goal| GoalVerdict::of(goal, figures.as_ref(), against.as_ref());
        Self {
            work: row.work.key.clone(),
            title: row.work.title.clone(),
            server: row.server.name.clone(),
            goals: goals.iter().filter(|_| peer.is_some()).map(verdict).collect(),
            figures,
            turns,
            failures: row.failures.clone(),
            against,
        }
    }
}

/// The date of the report; nothing that is measured depends on it.
#[allow(
    clippy::disallowed_methods,
    reason = "a tool without a domain, and no test that has to hold it still"
)]
fn today() -> String {
    Utc::now().format("%Y-%m-%d %H:%M UTC").to_string()
}
