//! Throughline's nouns and rules, and all of the product's SQL.
//!
//! Every function that reads or writes takes a [`Scope`] first: who acts, in which workspace, for which client. Postgres
//! holds the same scope by row-level security (`migrations/`).

#![cfg_attr(test, allow(clippy::unwrap_used, reason = "a test that cannot go on has failed"))]

pub mod access;
pub mod accounts;
pub mod agents;
pub mod approvals;
pub mod audit;
pub mod backup;
pub mod billing;
pub mod books;
pub mod bounds;
pub mod calendar;
pub mod clients;
pub mod controls;
pub mod costs;
pub mod cycle;
pub mod deliverables;
pub mod demo;
pub mod desk;
pub mod erasures;
pub mod exports;
pub mod files;
pub mod format;
pub mod idempotency;
pub mod ids;
pub mod live_hints;
pub mod mail;
pub mod markdown;
pub mod money;
pub mod names;
pub mod notes;
pub mod offers;
pub mod payments;
pub mod proposals;
pub mod requests;
pub mod reviews;
pub mod runs;
pub mod scope;
pub mod session;
pub mod tax;
pub mod tokens;
pub mod webhooks;
pub mod words;
pub mod workspaces;

mod clock;
mod db;
mod each;
mod error;
pub mod install;
mod job_backoff;
mod origin;
pub mod readable;
pub mod redact;
pub mod sealed;
pub mod secret;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
#[cfg(test)]
mod tests;
pub mod text_enum;

pub use clock::Clock;
pub use db::{Db, SystemRole, Tx};
pub use error::{Error, FieldErrors, OnConstraint, Result};
pub use job_backoff::JobBackoff;
pub use origin::Origin;
pub use scope::{Actor, Role, Scope};
