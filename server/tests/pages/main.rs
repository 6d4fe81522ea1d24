//! Pages of the desk through the real router, and whether what is drawn can be read.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod agent_page;
#[allow(dead_code, unused_imports, reason = "what other tests need of it")]
#[path = "../shared/mod.rs"]
mod shared;
mod styles;
