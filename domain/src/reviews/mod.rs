//! Reviews: the client's verdict on what was delivered.

mod model;

#[cfg(feature = "sql")]
mod approve;
#[cfg(feature = "sql")]
mod change;
#[cfg(feature = "sql")]
mod queries;

#[cfg(feature = "sql")]
pub use approve::approve;
#[cfg(feature = "sql")]
pub(crate) use approve::approve_in;
#[cfg(feature = "sql")]
pub use change::ask_for_change;
pub use model::Review;
#[cfg(feature = "sql")]
pub use queries::of_request_in;
