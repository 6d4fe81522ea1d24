//! Changing offers. For operators; what was sold before stays as it was sold.

mod place;
mod state;
mod write;

pub use place::{Towards, reorder};
pub use state::{archive, publish};
pub use write::{create, duplicate, update};
