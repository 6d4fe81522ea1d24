//! What changes a session beside its appends: a deletion by its author, and the fold that lets old events go.

mod delete;
mod retain;

pub(crate) use delete::{DeletedEntry, delete_in};
pub use retain::retain;
