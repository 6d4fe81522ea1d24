//! Stripe, as a rail on which money moves ([`domain::payments::provider`]): customers, pages to pay on, charges of a card on file,
//! refunds, disputes and events. Subscriptions and invoices stay the portal's own, so that of Stripe's API about twenty calls are
//! needed: a thin client of our own, whose structs take what they know and pass over what they do not.
//!
//! What was tried against which stand-in is in `scripts/test-money.sh` and `server/tests/money`.

#![cfg_attr(test, allow(clippy::unwrap_used, reason = "a test that cannot go on has failed"))]

mod account;
mod client;
mod events;
mod failure;
mod form;
mod moves;
mod objects;
mod pages;
mod provider;
mod read;
pub mod webhook;

pub use account::RIGHTS;
pub use client::Stripe;
pub use events::{KINDS, parse_event};

/// The version of the API that is asked for, so that an account's own default changes nothing here.
pub const API_VERSION: &str = "2026-10-28.endive";

/// Where Stripe is.
pub const API_URL: &str = "https://api.stripe.com/";

/// Whether a text looks like a key for the server: restricted (`rk_…`) or secret (`sk_…`). Those of browsers (`pk_…`) and the
/// secrets of webhooks (`whsec_…`) get mixed up with them.
pub fn is_server_key(key: &str) -> bool {
    is_restricted(key) || key.starts_with("sk_live_") || key.starts_with("sk_test_")
}

/// Whether a key opens only what it was made for.
pub fn is_restricted(key: &str) -> bool {
    key.starts_with("rk_live_") || key.starts_with("rk_test_")
}

/// Whether a key moves real money.
pub fn is_live(key: &str) -> bool {
    key.starts_with("sk_live_") || key.starts_with("rk_live_")
}
