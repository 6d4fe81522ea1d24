//! What is to happen in a round, all of it drawn from the seed.

use std::{fmt, time::Duration};

use crate::dice::Dice;

/// A round's work and its faults.
#[derive(Clone, Debug)]
pub struct RoundPlan {
    /// One a producer.
    pub work: Vec<ProducerWork>,
    /// By when they happen.
    pub faults: Vec<(usize, Fault)>,
    /// How many appends are acknowledged when a late follower comes.
    pub late: usize,
}

/// What one producer does.
#[derive(Clone, Copy, Debug)]
pub struct ProducerWork {
    pub appends: u64,
    /// Messages of the largest append.
    pub most: u64,
    /// Between an acknowledgement and the next append.
    pub pause: Duration,
}

/// Something that goes wrong. Nodes and producers have numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// SIGKILL; it is started again after a while.
    Node { node: usize, down: Duration },
    /// SIGKILL to the postmaster and every process of it; whoever looks after it starts it again.
    Postgres,
    /// All connections between clients and nodes are cut.
    Sockets,
    /// Nothing moves between a node and Postgres for a while; then it goes on, or all is cut.
    Stall { node: usize, lasts: Duration, cut: bool },
    /// The connections between a node and Postgres are dead, and nobody is told.
    Dead { node: usize },
    /// SIGKILL to a producer; another takes over with the next epoch.
    Agent { producer: usize },
    /// Another takes over from a producer that goes on.
    Zombie { producer: usize },
}

/// Every kind's name, for the figures.
pub const KINDS: [&str; 7] = [
    "nodes killed",
    "Postgres killed",
    "sockets cut",
    "Postgres stalled",
    "connections dead",
    "agents killed",
    "agents taken over alive",
];

impl RoundPlan {
    /// The plan of a round. Where there is `time`, connections may die silently, which takes half a minute to notice.
    pub fn draw(seed: u64, round: u64, time: bool) -> Self {
        let mut dice = Dice::of(seed, round);
        let work: Vec<ProducerWork> = (0..dice.roll(2, 4)).map(|_| ProducerWork::draw(&mut dice)).collect();
        let total = work.iter().map(|work| work.appends as usize).sum::<usize>();
        let at = |dice: &mut Dice| dice.roll(1, total as u64 * 9 / 10) as usize;
        let mut faults: Vec<(usize, Fault)> = (0..dice.roll(1, 4))
            .map(|_| (at(&mut dice), Fault::draw(&mut dice, work.len() as u64)))
            .collect();
        let late = at(&mut dice);
        if dice.roll(1, 40) == 1 && time {
            faults.push((at(&mut dice), Fault::Dead { node: dice.roll(0, 1) as usize }));
        }
        faults.sort_by_key(|(at, _)| *at);
        Self { work, faults, late }
    }
}

impl ProducerWork {
    fn draw(dice: &mut Dice) -> Self {
        Self {
            appends: dice.roll(20, 50),
            most: dice.roll(1, 4),
            pause: Duration::from_millis(dice.roll(0, 15)),
        }
    }
}

impl Fault {
    fn draw(dice: &mut Dice, producers: u64) -> Self {
        let (node, producer) = (dice.roll(0, 1) as usize, dice.roll(0, producers - 1) as usize);
        let lasts = Duration::from_millis(dice.roll(50, 1_200));
        match dice.roll(0, 9) {
            0 | 1 => Self::Node { node, down: lasts / 2 },
            2 | 3 => Self::Postgres,
            4 | 5 => Self::Sockets,
            6 | 7 => Self::Stall { node, lasts, cut: dice.roll(0, 1) == 1 },
            8 => Self::Agent { producer },
            _ => Self::Zombie { producer },
        }
    }

    /// Its place among the kinds.
    pub fn kind(self) -> usize {
        match self {
            Self::Node { .. } => 0,
            Self::Postgres => 1,
            Self::Sockets => 2,
            Self::Stall { .. } => 3,
            Self::Dead { .. } => 4,
            Self::Agent { .. } => 5,
            Self::Zombie { .. } => 6,
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Node { node, down } => write!(f, "node {node} killed for {} ms", down.as_millis()),
            Self::Postgres => write!(f, "Postgres killed"),
            Self::Sockets => write!(f, "sockets cut"),
            Self::Stall { node, lasts, cut } => {
                let end = if *cut { ", then cut" } else { "" };
                write!(f, "node {node} without Postgres for {} ms{end}", lasts.as_millis())
            }
            Self::Dead { node } => write!(f, "node {node}'s connections to Postgres dead"),
            Self::Agent { producer } => write!(f, "agent {producer} killed"),
            Self::Zombie { producer } => write!(f, "agent {producer} taken over alive"),
        }
    }
}
