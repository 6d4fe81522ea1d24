//! Deliverables: what a request produces, in versions.

mod model;

#[cfg(feature = "sql")]
mod put;
#[cfg(feature = "sql")]
mod queries;
#[cfg(feature = "sql")]
mod submit;

pub use model::{Content, Deliverable, FullVersion, Version};
#[cfg(feature = "sql")]
pub use put::put;
#[cfg(feature = "sql")]
pub use queries::{get, has_delivered, of_request_in, version};
#[cfg(feature = "sql")]
pub use submit::submit_for_review;
