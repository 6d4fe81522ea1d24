//! Runs: pieces of agent work. DESIGN's arrows are held by the database; here is who moves a run along them.
//!
//! ```text
//! queued ── claim ──▶ working ── complete ──▶ completed
//!   ▲                  │ ▲  │ └─ fail, last lease lost ─▶ failed
//!   └─ lease lost ─────┘ │  └── ask ──▶ suspended
//!                        └─── answer ────┘
//! queued, working, suspended ── stop, park, withdraw ──▶ cancelled
//! ```
//!
//! A request has one living run, beside the sub-runs that one starts: other agents that help with a part, in the same
//! session, each under its own name.
//!
//! A worker holds a run by a lease that it renews, and writes to the session as the producer named by the run, with
//! the attempt as its epoch: whoever lost the lease is refused, see [`is_lost`].
//!
//! What programs send over HTTP, and what of it waits because it could be the beginning of a secret, is in `held_back`.

pub mod commands;
mod held_back;
mod model;
pub mod queries;

pub use commands::LeaseState;
pub(crate) use held_back::reseal_in;
pub use held_back::{AppendDraft, draft, stamp};
pub use model::{ClaimedRun, Stage, is_lost};
pub(crate) use model::{LivingRun, living_in, living_run_in};
pub use queries::{
    Assignment, Helper, PulledRun, ReadableStream, RunElsewhere, RunFilter, RunInHand, RunSummary, SubRun,
    Task,
};
