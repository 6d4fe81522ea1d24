//! The parts of a page that stay alive in the browser.

pub mod conversation;
#[cfg(feature = "hydrate")]
pub mod live;
#[cfg(feature = "hydrate")]
pub mod send;
