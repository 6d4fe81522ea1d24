//! Everything that is a client's, packed into one zip for its owners to download: requests with their conversations,
//! deliverables, files, notes, invoices, people.
//!
//! Who asks leaves a row; a job of any node takes it up by a lease, reads what is the client's as the client's owner does,
//! so that nothing internal can be in it, and writes the zip to the file store as it goes. A node that dies leaves a row
//! whose lease runs out: another one begins anew, under another key.

mod claim;
pub mod commands;
mod content;
mod model;
mod names;
mod pipe;
mod progress;
pub mod queries;
mod settle;
pub(crate) mod table;
mod zip;

#[cfg(test)]
mod tests;

pub use model::{Download, Export, ExportState, ExportsView};

use std::time::Duration;

use chrono::TimeDelta;

/// How long a download stays.
pub const VALID: TimeDelta = TimeDelta::days(7);
/// How long after one another one may be asked for.
const PAUSE: TimeDelta = TimeDelta::hours(1);
/// How many may fail in that time.
const FAILURES: i64 = 3;
/// How long a node that packs is believed to be alive without a word.
const LEASE: Duration = Duration::from_secs(60);
/// How many nodes may die over one, or be without database or store, before it is given up.
const ATTEMPTS: i32 = 5;
/// The folder of the file store that they lie in.
const FOLDER: &str = "exports";
