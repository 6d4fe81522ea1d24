//! Deliverables: what a request produces, in versions.

mod model;

mod put;
mod queries;
mod submit;

pub use model::{Content, Deliverable, FullVersion, Version};
pub use put::put;
pub use queries::{get, has_delivered, of_request_in, version};
pub use submit::submit_for_review;
