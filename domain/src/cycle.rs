//! A request's clock as pages draw it. How it is computed is in `calendar`.

use serde::{Deserialize, Serialize};

use crate::text_enum::text_enum;

text_enum! {
    /// What a request's clock does during a span.
    pub enum SpanKind {
        /// The request is being worked on: working time is used up.
        Running = "running",
        /// It waits on the client: the clock stands still, and the line shows for how long.
        Waiting = "waiting",
        /// The subscription is paused: the clock stands still, and the line leaves it out.
        Paused = "paused",
    }
}

/// What a clock is doing at the instant it is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClockState {
    /// Working time is being used up, or will be from the next opening on.
    Running,
    /// It stands still until the client answers.
    Waiting,
    /// It stands still until the subscription goes on.
    Paused,
    /// It has not started, was parked, or the request is done.
    Stopped,
}

/// What a piece of the line shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PieceKind {
    /// Solid: working time used up.
    Worked,
    /// Hatched: working time that passed while the request waited on the client.
    Waiting,
    /// Pale: what is left.
    Left,
}

/// A piece of the line, from left to right as it happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct CyclePiece {
    /// What it shows.
    pub kind: PieceKind,
    /// Its length in thousandths of the line. The pieces of a line make 1000, or it has none.
    pub share: u16,
}

/// A request's clock at one instant, for a card or the top of its page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CycleView {
    /// The working hours that the offer gives.
    pub hours: u32,
    /// Working seconds used up.
    pub worked: i64,
    /// Working seconds that passed while it waited on the client.
    pub waited: i64,
    /// Working seconds left; below zero once the cycle is over.
    pub left: i64,
    pub state: ClockState,
    pub at_risk: bool,
    pub overdue: bool,
    /// The line, from left to right.
    pub pieces: Vec<CyclePiece>,
}
