//! The parts of a page that stay alive in the browser.
//!
//! What every visitor loads is small because the server draws everything: the browser is told that something has
//! changed, and asks for it drawn anew ([`renew`]). What only few pages need (`ask`, `board`, `queue`) stays out of it: the
//! feature `workshop` builds a second, whole half for those pages.

#[cfg(any(feature = "ssr", feature = "workshop"))]
pub mod ask;
#[cfg(feature = "hydrate")]
pub mod attach;
#[cfg(any(feature = "ssr", feature = "workshop"))]
pub mod board;
pub mod conversation;
#[cfg(any(feature = "ssr", feature = "workshop"))]
pub mod copy;
#[cfg(feature = "hydrate")]
pub mod dom;
#[cfg(feature = "hydrate")]
pub mod forms;
#[cfg(feature = "hydrate")]
pub mod glide;
#[cfg(feature = "hydrate")]
pub mod live;
#[cfg(any(feature = "ssr", feature = "workshop"))]
pub mod queue;
pub mod refresh;
#[cfg(feature = "hydrate")]
pub mod renew;
pub mod selection;
#[cfg(feature = "hydrate")]
pub mod send;
pub mod shortcut;
