//! The backends against the real programs, whose model is a script. `make test-agents` installs them and runs this;
//! elsewhere these tests are ignored.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[path = "../faults/dice.rs"]
mod dice;
#[allow(dead_code)]
#[path = "../fleet/link.rs"]
mod link;
#[allow(dead_code)]
#[path = "../agent/support.rs"]
mod support;

mod desk;
mod faults;
mod hermes;
mod hermes_breaks;
mod installed;
mod machine;
mod script;
mod scripted;
mod small_model;
mod started;
