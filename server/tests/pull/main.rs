//! Agents that fetch their work over HTTP, as they see it: real requests to the real router, on a database of their own.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod auth;
mod desk;
mod document;
mod help;
mod house;
mod limit;
mod loss;
mod numbers;
mod script;
mod secrets;
#[allow(dead_code, unused_imports, reason = "nobody signs in here")]
#[path = "../shared/mod.rs"]
mod shared;
mod streams;
mod work;
