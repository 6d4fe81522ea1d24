//! What moves a run along its arrows, and what its agent writes.

mod append;
mod append_at;
mod cancel_sub_runs;
mod claim;
mod delegate;
mod end;
mod keep;
mod lease;
mod queue;
mod reap;
mod suspend;

pub use append::{append_backstage, append_events, report};
pub use append_at::{append_at, may_append};
pub use cancel_sub_runs::give_up;
pub use claim::{claim_due, claim_for};
pub(crate) use delegate::may_hand_over;
pub use delegate::{answer, delegate};
pub(crate) use end::{append_run_state, cancel_in, end_in};
pub use end::{complete, fail, fail_because};
pub use keep::{clear_elsewhere, keep};
pub(crate) use lease::lock_claim;
pub use lease::{LeaseState, heartbeat, release};
pub(crate) use queue::queue_in;
pub use queue::retry;
pub use reap::reap;
pub(crate) use reap::take_back_all_in;
pub(crate) use suspend::{resume_in, suspend_in};

pub use super::held_back::append_held_back;
