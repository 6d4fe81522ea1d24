//! The audit log: who did what to what, when, and what came of it. Entries are added in the transaction of what they
//! tell of, and never changed.

mod model;

mod origin;
mod queries;
mod write;

pub use model::{AuditPage, Entry, Filter, Outcome};
pub use origin::came_from;
pub use queries::{list, names};
pub(crate) use write::done_in;
pub use write::{By, Deed, write, write_in};
