//! The parts of a page that stay alive in the browser.
//!
//! What every visitor loads is small because the server draws everything: the browser is told that something has
//! changed, and asks for it drawn anew ([`renew`]).

pub mod ask;
pub mod board;
pub mod conversation;
#[cfg(feature = "hydrate")]
pub mod dom;
#[cfg(feature = "hydrate")]
pub mod forms;
#[cfg(feature = "hydrate")]
pub mod glide;
#[cfg(feature = "hydrate")]
pub mod live;
pub mod queue;
pub mod refresh;
#[cfg(feature = "hydrate")]
pub mod renew;
#[cfg(feature = "hydrate")]
pub mod send;
pub mod shortcut;
