//! What the work costs: what backends report that runs have used.

mod record;

pub use record::{Spent, record};
