//! Reading clients, for the desk.

mod find;
mod get;
mod list;

pub use find::{count, find};
pub use get::get;
pub use list::list;
