//! What the operators read of costs, and what a run is held against.

mod limit;
mod lines;
mod prices;
mod report;

pub(crate) use limit::limit_hit;
pub use prices::prices;
pub use report::{of_request, report};
