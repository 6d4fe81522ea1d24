//! What the backends have in common that work by themselves, with tools of their own: the server reads along, and puts
//! what they say and do into the session in the portal's words.

pub(super) mod brief;
mod inside;
mod memory;
mod orphans;
mod parting;
mod pass;
mod permission;
mod plain;
mod program;
mod queue;
mod reporter;
mod scratch;
mod trouble;
mod work;

pub use inside::Inside;
pub(super) use inside::Wish;
pub(super) use memory::Memory;
pub use orphans::end_orphans;
pub(super) use parting::Parting;
pub(super) use pass::Pass;
pub(super) use permission::{Permission, ask};
pub use program::Programs;
pub(super) use program::{Program, Spec};
pub(super) use queue::{Queue, take_in};
pub(super) use reporter::Reporter;
pub(super) use trouble::Trouble;
pub(super) use work::{Kind, Outcome, Sitting, work};

use super::{AttemptContext, End, Failure};

/// What an attempt keeps for the next one.
pub(super) trait Kept: serde::Serialize + Sync {
    /// Something works for the run elsewhere, and has to be told when that ends.
    fn is_elsewhere(&self) -> bool {
        false
    }
}

/// Hands in what the agent said last, unless it has delivered by the portal's own tools.
pub(super) async fn hand_in(bench: &AttemptContext, last: &str) -> Result<End, Failure> {
    if bench.task().is_some() {
        return match last.trim() {
            "" => Err(Trouble::Nonsense("it said nothing".to_owned()).failure(bench.agent())),
            said => Ok(End::Answer(said.to_owned())),
        };
    }
    if bench.has_delivered().await? {
        return Ok(End::Review);
    }
    let work = bench.assignment();
    let title = work.delivered.first().map_or(&work.title, |delivered| &delivered.title).clone();
    match bench.deliver(&title, last).await? {
        Ok(_) => Ok(End::Review),
        Err(why) => Err(Trouble::Nonsense(why).failure(bench.agent())),
    }
}
