//! The parts of a page that stay alive in the browser.

#[cfg(feature = "hydrate")]
pub mod dom;
pub mod refresh;
pub mod shortcut;
pub mod conversation;
#[cfg(feature = "hydrate")]
pub mod live;
#[cfg(feature = "hydrate")]
pub mod send;
