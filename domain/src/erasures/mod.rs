//! Erasing a client that has left: set by an operator, called off as long as it has not begun, carried out by a job.
//!
//! All that is the client's goes: rows, streams, files, mail, and the people who belong to nothing else here. Its invoices
//! and credit notes stay as the law wants them, with what they print, for [`KEPT_YEARS`]; with them stays a client without a
//! name. The log keeps that it was erased, by whom and when.
//!
//! It goes in steps, each of which can be done again: whoever finds it begun goes on.

pub mod commands;
mod model;
pub mod queries;
#[cfg(test)]
mod tests;

use chrono::TimeDelta;

pub use model::{Consequences, Erasure};

/// How long it can be called off: a month, as people are away for weeks, and mail is kept no longer than that.
pub const GRACE: TimeDelta = TimeDelta::days(30);

/// How many calendar years after the one in which it was issued an invoice is kept: the longest that tax law of the
/// countries in which operators work asks for (Germany's was ten until 2024, and still is for what came before).
pub const KEPT_YEARS: i32 = 10;

/// What the desk calls a client of which only invoices are left.
pub const NAMELESS: &str = "Erased client";
