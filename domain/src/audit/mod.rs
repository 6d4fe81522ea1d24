//! The audit log: who did what to what, when, and what came of it. Entries are added in the transaction of what they
//! tell of, and never changed.

pub mod commands;
mod model;
mod origin;
pub mod queries;

pub use model::{ActedThrough, AuditEntry, AuditOutcome, AuditPage, AuditQuery, NewEntry};
pub use origin::with_address;
