//! What programs are answered at `/mcp`: real calls to the real router, on a database of their own. What needs programs
//! that are not ours is ignored here; `scripts/mcp-peers.sh` runs it.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod auth;
mod dangerous;
mod desk;
mod fixture;
mod help;
mod hermes;
mod peers;
mod portal;
#[allow(dead_code, unused_imports, reason = "nothing follows in a tab here")]
#[path = "../shared/mod.rs"]
mod shared;
mod tool_use;
mod work;
