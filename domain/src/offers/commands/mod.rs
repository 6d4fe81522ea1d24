//! Changing offers. For operators; what was sold before stays as it was sold.

mod reorder;
mod state;
mod write;

pub use reorder::{Direction, reorder};
pub use state::{archive, publish};
pub use write::{create, duplicate, update};
