//! Throughline's pages and components, drawn on the server.
//!
//! A page is an axum handler: it loads what it shows, then renders a Leptos view to a whole document (`web`). The parts
//! that stay alive in the browser are a crate of their own, `islands`; a page draws them like any other component, with
//! props alone.

#![cfg_attr(test, allow(clippy::unwrap_used, reason = "a test that cannot go on has failed"))]

pub mod components;
pub mod pages;
pub mod papers;
pub mod web;
