//! The backends against the real programs, whose model is a script. `make test-agents` installs them and runs this;
//! elsewhere these tests are ignored.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[path = "../faults/dice.rs"]
mod dice;
#[allow(dead_code, unused_imports)]
#[path = "../fleet/mod.rs"]
mod fleet;
#[allow(dead_code, unused_imports)]
#[path = "../shared/mod.rs"]
mod shared;
#[allow(dead_code)]
#[path = "../../agents/tests/agent/support.rs"]
mod support;

mod desk;
mod faults;
mod help;
mod hermes;
mod hermes_breaks;
mod installed;
mod machine;
mod orphans;
mod portal;
mod script;
mod scripted;
mod small_model;
mod started;
