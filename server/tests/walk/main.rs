//! Every route as every wrong caller, what is internal, and hostile input: through the real router, on a Postgres with
//! two workspaces full of work. The routes come from the router itself, so a new one is walked without anybody
//! remembering it; `examples` says what stands in its address and in its form.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod answer;
mod audited;
mod bodies;
mod browser;
mod callers;
mod digest;
mod direction;
mod erased;
mod examples;
mod exports;
mod failures;
mod html;
mod internal;
mod lists;
mod papers;
mod paths;
mod pay;
mod scripts;
#[path = "../shared/mod.rs"]
mod shared;
mod sockets;
mod states;
mod strangers;
mod taxes;
mod tenant;
mod town;
mod typed;
mod work;
