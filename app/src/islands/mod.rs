//! The parts of a page that stay alive in the browser.

pub mod ask;
pub mod conversation;
#[cfg(feature = "hydrate")]
pub mod dom;
#[cfg(feature = "hydrate")]
pub mod live;
pub mod queue;
pub mod refresh;
#[cfg(feature = "hydrate")]
pub mod send;
pub mod shortcut;
