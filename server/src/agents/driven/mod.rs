//! What the backends have in common that work by themselves, with tools of their own: the server reads along, and puts
//! what they say and do into the session in the portal's words.

pub(super) mod brief;
mod hush;
mod memory;
mod parting;
mod permission;
mod plain;
mod program;
mod queue;
mod teller;
mod trouble;

pub(super) use hush::Hush;
pub(super) use memory::Memory;
pub(super) use parting::Parting;
pub(super) use permission::{Permission, ask};
pub use program::Programs;
pub(super) use program::{Program, Spec};
pub(super) use queue::{Queue, take_in};
pub(super) use teller::Teller;
pub(super) use trouble::Trouble;

use super::{End, Failure, Workbench};

/// Hands in what the agent said last, unless it has delivered by the portal's own tools.
pub(super) async fn hand_in(bench: &Workbench, hush: &Hush, last: &str) -> Result<End, Failure> {
    if bench.task().is_some() {
        return match last.trim() {
            "" => Err(Trouble::Nonsense("it said nothing".to_owned()).failure(bench.agent(), hush)),
            said => Ok(End::Answer(said.to_owned())),
        };
    }
    if bench.has_delivered().await? {
        return Ok(End::Review);
    }
    let work = bench.assignment();
    let title = work.delivered.first().map_or(&work.title, |delivered| &delivered.title).clone();
    match bench.deliver(&title, &hush.over(last)).await? {
        Ok(_) => Ok(End::Review),
        Err(why) => Err(Trouble::Nonsense(why).failure(bench.agent(), hush)),
    }
}

/// Dollars as millionths of one.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped before")]
pub(super) fn micros(dollars: f64) -> u64 {
    (dollars * 1e6).round().clamp(0.0, 1e15) as u64
}
