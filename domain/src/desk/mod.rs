//! The operator's desk: what wants them today, across all clients.

mod model;
mod today;

pub use model::{FailedRun, NewClient, Today, UnpaidInvoice};
pub use today::today;
