//! What a tenant may take of the log: each limit is reached, told, counted, and over again; and who may read the count.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod deploy;
mod metrics;
mod portal;
mod reach;
#[path = "../shared/mod.rs"]
#[allow(dead_code, reason = "a part of it is enough here")]
mod shared;
mod sign_in;
mod streams;
mod streams_server;
