//! Throughline's pages, islands and components.
//!
//! A page is an axum handler: it loads what it shows, then renders a Leptos view to a whole document (`web`). Islands
//! are the parts that stay alive in the browser; they take only props, never children, and their views are shared by
//! the server and the browser. Everything else is for the server alone.

#![cfg_attr(test, allow(clippy::unwrap_used, reason = "a test that cannot go on has failed"))]

pub mod components;
pub mod islands;
#[cfg(feature = "ssr")]
pub mod pages;
#[cfg(feature = "ssr")]
pub mod web;

/// Prepares the reactive system; `js/boot.js` then starts each island.
#[cfg(feature = "hydrate")]
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    leptos::mount::hydrate_islands();
}
