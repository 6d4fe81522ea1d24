//! The built-in agent at work, against a real Postgres: whole ways, and every way in which one breaks off.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod breaks;
mod failures;
mod help;
mod model;
mod operators;
mod rehearsal;
mod scripted;
mod secrets;
mod steering;
mod support;
mod wires;
