//! Payments against what others wrote. `make test-money` installs the stand-ins and runs all of it; elsewhere only what needs none
//! of them is run. With STRIPE_TEST_KEY the same is tried against a real test account.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod account;
mod cards;
mod charges;
mod checkout;
mod desk;
mod disputes;
mod events;
mod hook;
mod peer;
mod portal;
mod pushed;
#[allow(dead_code, unused_imports, reason = "what other tests need of it")]
#[path = "../shared/mod.rs"]
mod shared;
mod signatures;
