//! The engine from outside, against a real Postgres: every invariant, on one node and on two, and against a model of it.
#![allow(clippy::unwrap_used, reason = "a test fails by it")]

mod append;
mod faults;
mod figures;
mod follow;
mod forks;
mod model;
mod named;
mod nodes;
mod producers;
mod redact;
mod rules;
mod security;
mod subscriptions;
mod support;
