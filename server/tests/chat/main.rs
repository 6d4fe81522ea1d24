//! A request's session as others' clients read it, through the portal's real router: the AI SDK's and AG-UI's.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod ag_ui;
mod ai_sdk;
mod house;
#[allow(dead_code, unused_imports, reason = "nothing follows in a tab here")]
#[path = "../shared/mod.rs"]
mod shared;
