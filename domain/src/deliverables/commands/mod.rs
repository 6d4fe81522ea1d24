//! What agents hand in.

mod put;
mod submit;

pub use put::put;
pub use submit::submit_for_review;
