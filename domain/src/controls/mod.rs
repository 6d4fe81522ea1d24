//! Controls: a person's word to an agent at work, and what came of it.
//!
//! Every control gets an outcome, which the one who asked sees: from the agent, or, past its deadline, from the server.
//! After a stop the request waits on whoever stopped it: one that the client stopped stands in Waiting on you, with its
//! clock, until they start it again or take it back.

pub mod commands;
mod model;
pub mod queries;

pub use model::{ControlKind, MessageOutcome, Outcome, PendingControl, RequestedControl};

/// How long an agent has to answer what was said to it.
pub const ANSWER_WITHIN: std::time::Duration = std::time::Duration::from_secs(60);

/// How long an agent has to stop by itself; then the work is taken from it.
pub const STOP_WITHIN: std::time::Duration = std::time::Duration::from_secs(15);
