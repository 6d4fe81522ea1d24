//! The files of a portal: one store for all its nodes, on a real S3 server.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod browser;
mod limits;
mod nodes;
mod s3;
#[allow(dead_code, unused_imports, reason = "other tests use the rest")]
#[path = "../shared/mod.rs"]
mod shared;
#[allow(dead_code, reason = "the tests of agents use the rest")]
#[path = "../../agents/tests/agent/support.rs"]
mod support;
