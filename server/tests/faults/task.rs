//! What an agent's process is told to do, what it appends, and what it says.

use serde::{Deserialize, Serialize};

/// The environment variable that makes the program an agent.
pub const VARIABLE: &str = "THROUGHLINE_FAULT_AGENT";

/// One agent's work: appends of the producer, in an epoch of its own.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Task {
    /// The stream.
    pub url: String,
    pub producer: usize,
    pub epoch: u64,
    pub appends: u64,
    /// Messages of the largest append.
    pub most: u64,
    pub pause_ms: u64,
}

/// A message names where it belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct TaskMessage {
    pub producer: usize,
    pub epoch: u64,
    pub sequence: u64,
    pub part: u64,
}

impl Task {
    /// What the append of this sequence holds.
    pub fn messages(&self, sequence: u64) -> Vec<TaskMessage> {
        let (producer, epoch) = (self.producer, self.epoch);
        (0..1 + sequence % self.most).map(|part| TaskMessage { producer, epoch, sequence, part }).collect()
    }
}

/// A line of an agent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum AgentLine {
    /// The append of this sequence is acknowledged.
    Acked(u64),
    /// Sent again.
    Again,
    /// A later epoch has begun.
    Fenced,
    /// All is acknowledged.
    Done,
    /// An answer that no fault explains.
    Refused(String),
}
