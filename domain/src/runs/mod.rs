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

#[cfg(feature = "sql")]
mod assignment;
#[cfg(feature = "sql")]
mod claim;
#[cfg(feature = "sql")]
mod end;
#[cfg(feature = "sql")]
mod kept;
#[cfg(feature = "sql")]
mod lease;
#[cfg(feature = "sql")]
mod left;
#[cfg(feature = "sql")]
mod list;
#[cfg(feature = "sql")]
mod mine;
#[cfg(feature = "sql")]
mod model;
#[cfg(feature = "sql")]
mod pull;
#[cfg(feature = "sql")]
mod queue;
#[cfg(feature = "sql")]
mod reap;
#[cfg(feature = "sql")]
mod say;
#[cfg(feature = "sql")]
mod sub_run;
#[cfg(feature = "sql")]
mod suspend;
#[cfg(feature = "sql")]
mod tails;

#[cfg(feature = "sql")]
pub use assignment::{Assignment, Task, assignment};
#[cfg(feature = "sql")]
pub use claim::{claim_due, claim_for};
#[cfg(feature = "sql")]
pub(crate) use end::{cancel_in, end_in};
#[cfg(feature = "sql")]
pub use end::{complete, fail, fail_because};
#[cfg(feature = "sql")]
pub use kept::{has_ended, keep, kept, waits};
#[cfg(feature = "sql")]
pub(crate) use lease::lock_claim;
#[cfg(feature = "sql")]
pub use lease::{Standing, heartbeat, release};
#[cfg(feature = "sql")]
pub use left::{Left, left, told};
#[cfg(feature = "sql")]
pub use list::{Listed, Wanted, get, list};
#[cfg(feature = "sql")]
pub use mine::{InHand, in_hand, report};
#[cfg(feature = "sql")]
pub use model::{Claimed, is_lost};
#[cfg(feature = "sql")]
pub(crate) use model::{Living, living_in, living_run_in};
#[cfg(feature = "sql")]
pub use pull::{Heard, Pulled, Stage, heard, may_say, next_numbers, pulled, say_at};
#[cfg(feature = "sql")]
pub(crate) use queue::queue_in;
#[cfg(feature = "sql")]
pub use queue::retry;
#[cfg(feature = "sql")]
pub use reap::reap;
#[cfg(feature = "sql")]
pub(crate) use reap::take_back_all_in;
#[cfg(feature = "sql")]
pub use say::{backstage, say};
#[cfg(feature = "sql")]
pub(crate) use sub_run::may_hand_over;
#[cfg(feature = "sql")]
pub use sub_run::{Helper, SubRun, answer, delegate, give_up, helpers, sub_runs};
#[cfg(feature = "sql")]
pub(crate) use suspend::{resume_in, suspend_in};
#[cfg(feature = "sql")]
pub(crate) use tails::reseal_in;
#[cfg(feature = "sql")]
pub use tails::{Draft, draft, say_rest, stamp};
