//! The parts of a page that stay alive in the browser.

#[cfg(feature = "hydrate")]
pub mod dom;
pub mod refresh;
pub mod shortcut;
