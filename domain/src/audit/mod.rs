//! The audit log: who did what to what, when, and what came of it. Entries are added in the transaction of what they
//! tell of, and never changed.

mod model;

#[cfg(feature = "sql")]
mod origin;
#[cfg(feature = "sql")]
mod queries;
#[cfg(feature = "sql")]
mod write;

pub use model::{AuditPage, Entry, Filter, Outcome};
#[cfg(feature = "sql")]
pub use origin::came_from;
#[cfg(feature = "sql")]
pub use queries::{list, names};
#[cfg(feature = "sql")]
pub(crate) use write::done_in;
#[cfg(feature = "sql")]
pub use write::{By, Deed, write, write_in};
