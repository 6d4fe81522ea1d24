//! What was measured, as a table for people and as JSON for whoever compares runs.

mod against;
mod table;

use chrono::Utc;
use serde::Serialize;

use crate::{
    machine::Machine, measurement::Figures, options::Options, server::Server, turns::Row, works::Goal,
};
use against::{Against, Verdict};

/// All of a run.
#[derive(Serialize)]
pub struct Report {
    date: String,
    machine: Machine,
    peer: Option<String>,
    rounds: usize,
    seconds: f64,
    rows: Vec<Line>,
}

/// A server at a work.
#[derive(Serialize)]
pub struct Line {
    work: String,
    title: String,
    server: String,
    /// Of all its turns; none when every turn failed.
    figures: Option<Figures>,
    /// Of each turn.
    turns: Vec<Figures>,
    failures: Vec<String>,
    /// Beside the peer's; none for the peer itself.
    against: Option<Against>,
    goals: Vec<Verdict>,
}

impl Report {
    /// Puts each server beside the peer.
    pub fn new(options: &Options, machine: Machine, servers: &[Server], rows: &[Row<'_>]) -> Self {
        let names: Vec<&str> = servers.iter().map(|server| server.name.as_str()).collect();
        let peer = options.peer(&names).map(str::to_owned);
        let of_peer = |row: &Row<'_>| {
            let same =
                |other: &&Row| other.work.key == row.work.key && Some(&other.server.name) == peer.as_ref();
            rows.iter().find(same).filter(|other| other.server.name != row.server.name)
        };
        // The goals are the first server's; the others are there to be compared with.
        let subject = names.first().copied();
        let goals = |row: &Row<'_>| {
            if Some(row.server.name.as_str()) == subject { row.work.goals.clone() } else { Vec::new() }
        };
        let lines = rows.iter().map(|row| Line::new(row, of_peer(row), &goals(row))).collect();
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

impl Line {
    fn new(row: &Row<'_>, peer: Option<&Row<'_>>, goals: &[Goal]) -> Self {
        let turns: Vec<Figures> = row.turns.iter().map(|turn| Figures::of(&[turn])).collect();
        let of = |row: &Row<'_>| {
            (!row.turns.is_empty()).then(|| Figures::of(&row.turns.iter().collect::<Vec<_>>()))
        };
        let figures = of(row);
        let against = peer.and_then(|peer| Some(Against::of(&figures?, &of(peer)?, &turns, &peer.turns)));
        let verdict = |goal| Verdict::of(goal, figures.as_ref(), against.as_ref());
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
