//! The parts of a page that stay alive in the browser.
//!
//! What every visitor loads is small because the server draws everything: the browser is told that something has
//! changed, and asks for it drawn anew ([`renew`]).

pub mod conversation;
#[cfg(feature = "hydrate")]
pub mod live;
#[cfg(feature = "hydrate")]
pub mod renew;
#[cfg(feature = "hydrate")]
pub mod send;
