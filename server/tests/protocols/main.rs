//! Those who speak with the portal and are no pages: tabs that follow, programs that fetch work, others' clients and
//! webhooks, each through the real router on a database of its own.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod chat;
mod late;
mod live;
mod pull;
#[path = "../shared/mod.rs"]
mod shared;
mod streams;
mod webhooks;
