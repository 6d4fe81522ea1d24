//! Reading clients, for the desk.

mod get;
mod list;
mod search;

pub use get::get;
pub use list::list;
pub use search::{count, search};
