//! What an operator does to an install as a whole, by the real program: its database's rights, backing it up and putting it
//! back, moving it, and replacing secrets that have leaked.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod cluster;
mod compare;
mod drill;
mod moved;
mod owner;
mod place;
mod refused;
mod rotated;
