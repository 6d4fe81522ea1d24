//! Throughline's nouns and rules, and all of the product's SQL.
//!
//! Types always compile, to the browser too; what needs Postgres is behind the feature `sql`. Every function that
//! reads or writes takes a [`Scope`] first: who acts, in which workspace, for which client. Postgres holds the same
//! scope by row-level security (`migrations/`).

#![cfg_attr(test, allow(clippy::unwrap_used, reason = "a test that cannot go on has failed"))]

#[cfg(feature = "sql")]
pub mod access;
pub mod accounts;
pub mod agents;
pub mod approvals;
pub mod audit;
#[cfg(feature = "sql")]
pub mod backup;
#[cfg(feature = "sql")]
pub mod billing;
#[cfg(feature = "sql")]
pub mod bounds;
#[cfg(feature = "sql")]
pub mod calendar;
#[cfg(feature = "sql")]
pub mod clients;
pub mod controls;
#[cfg(feature = "sql")]
pub mod costs;
pub mod cycle;
pub mod deliverables;
#[cfg(feature = "sql")]
pub mod demo;
#[cfg(feature = "sql")]
pub mod desk;
#[cfg(feature = "sql")]
pub mod erasures;
#[cfg(feature = "sql")]
pub mod exports;
pub mod files;
#[cfg(feature = "sql")]
pub mod idempotency;
pub mod ids;
#[cfg(feature = "sql")]
pub mod live_hints;
#[cfg(feature = "sql")]
pub mod mail;
#[cfg(feature = "sql")]
pub mod markdown;
pub mod money;
#[cfg(feature = "sql")]
pub mod names;
pub mod notes;
pub mod offers;
#[cfg(feature = "sql")]
pub mod proposals;
pub mod requests;
pub mod reviews;
pub mod runs;
pub mod scope;
pub mod session;
pub mod tokens;
pub mod webhooks;
pub mod words;
pub mod workspaces;

#[cfg(feature = "sql")]
mod clock;
#[cfg(feature = "sql")]
mod db;
#[cfg(feature = "sql")]
mod each;
#[cfg(feature = "sql")]
mod error;
#[cfg(feature = "sql")]
pub mod install;
#[cfg(feature = "sql")]
mod origin;
#[cfg(feature = "sql")]
pub mod readable;
#[cfg(feature = "sql")]
pub mod redact;
#[cfg(feature = "sql")]
pub mod sealed;
#[cfg(feature = "sql")]
pub mod secret;
#[cfg(feature = "sql")]
#[cfg(any(test, feature = "testing"))]
pub mod testing;
#[cfg(feature = "sql")]
#[cfg(test)]
mod tests;
pub mod text_enum;

#[cfg(feature = "sql")]
pub use clock::Clock;
#[cfg(feature = "sql")]
pub use db::{Db, SystemRole, Tx};
#[cfg(feature = "sql")]
pub use error::{Error, FieldErrors, OnConstraint, Result};
#[cfg(feature = "sql")]
pub use origin::Origin;
pub use scope::{Actor, Role, Scope};
