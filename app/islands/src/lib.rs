//! The parts of a page that stay alive in the browser. They take only props, never children, and their views read the
//! same on both sides: the server draws them first (feature `ssr`), the browser takes them up (`hydrate`).
//!
//! What every visitor loads is small because the server draws everything: the browser is told that something has
//! changed, and asks for it drawn anew ([`renew`]). What only few pages need (`ask`, `board`, `queue`) stays out of it: the
//! feature `workshop` builds a second, whole half for those pages.
//!
//! The wasm is built from this crate and `wire`, and from nothing else of the product.

#![cfg_attr(test, allow(clippy::unwrap_used, reason = "a test that cannot go on has failed"))]

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

/// Prepares the reactive system; `boot.js` then starts each island.
#[cfg(feature = "hydrate")]
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    leptos::mount::hydrate_islands();
}
