//! Reviews: the client's verdict on what was delivered.

mod model;

mod approve;
mod change;
mod queries;

pub use approve::approve;
pub(crate) use approve::approve_in;
pub use change::ask_for_change;
pub use model::Review;
pub use queries::of_request_in;
