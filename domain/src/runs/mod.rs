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

mod assignment;
mod claim;
mod end;
mod kept;
mod lease;
mod left;
mod list;
mod mine;
mod model;
mod pull;
mod queue;
mod reap;
mod say;
mod sub_run;
mod suspend;
mod tails;

pub use assignment::{Assignment, Task, assignment};
pub use claim::{claim_due, claim_for};
pub(crate) use end::{cancel_in, end_in};
pub use end::{complete, fail, fail_because};
pub use kept::{has_ended, keep, kept, waits};
pub(crate) use lease::lock_claim;
pub use lease::{Standing, heartbeat, release};
pub use left::{Left, left, told};
pub use list::{Listed, Wanted, get, list};
pub use mine::{InHand, in_hand, report};
pub use model::{Claimed, is_lost};
pub(crate) use model::{Living, living_in, living_run_in};
pub use pull::{Heard, Pulled, Stage, heard, may_say, next_numbers, pulled, say_at};
pub(crate) use queue::queue_in;
pub use queue::retry;
pub use reap::reap;
pub(crate) use reap::take_back_all_in;
pub use say::{backstage, say};
pub(crate) use sub_run::may_hand_over;
pub use sub_run::{Helper, SubRun, answer, delegate, give_up, helpers, sub_runs};
pub(crate) use suspend::{resume_in, suspend_in};
pub(crate) use tails::reseal_in;
pub use tails::{Draft, draft, say_rest, stamp};
