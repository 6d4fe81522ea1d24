//! What the server and the browser's half (`islands`) have to agree on: frames and offsets of the page's socket, and how
//! large a file may be. Plain types without a database or a browser behind them.

#![cfg_attr(test, allow(clippy::unwrap_used, reason = "a test that cannot go on has failed"))]

pub mod clock;
pub mod files;
pub mod frames;
