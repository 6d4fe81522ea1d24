//! What the backends have in common that work by themselves, with tools of their own: the server reads along, and puts
//! what they say and do into the session in the portal's words.

pub(super) mod brief;
mod error;
mod orphans;
mod permission;
mod plain;
mod program;
mod program_state;
mod reporter;
mod scratch;
mod steer_queue;
mod tool_access;
mod tool_gateway;
mod work;

pub(super) use error::ExternalError;
pub use orphans::end_orphans;
pub(super) use permission::{Permission, ask_permission};
pub use program::Programs;
pub(super) use program::{Program, ProgramSpec};
pub(super) use program_state::ProgramState;
pub(super) use reporter::Reporter;
pub(super) use steer_queue::{SteerQueue, queue_steers};
pub(super) use tool_access::ToolAccess;
pub use tool_gateway::{AttemptEnded, PermissionRequest, TOOLS_PATH, ToolGateway};
pub(super) use work::{ExternalProgram, ExternalResult, ProgramSession, work};

use super::{AttemptContext, AttemptEnd, AttemptFailure};

/// What an attempt keeps for the next one.
pub(super) trait SavedState: serde::Serialize + Sync {
    /// Something works for the run elsewhere, and has to be told when that ends.
    fn is_elsewhere(&self) -> bool {
        false
    }
}

/// Hands in what the agent said last, unless it has delivered by the portal's own tools.
pub(super) async fn hand_in(context: &AttemptContext, last: &str) -> Result<AttemptEnd, AttemptFailure> {
    if context.task().is_some() {
        return match last.trim() {
            "" => Err(ExternalError::Nonsense("it said nothing".to_owned()).failure(context.agent())),
            said => Ok(AttemptEnd::Answer(said.to_owned())),
        };
    }
    if context.has_delivered().await? {
        return Ok(AttemptEnd::Review);
    }
    let work = context.assignment();
    let title = work.delivered.first().map_or(&work.title, |delivered| &delivered.title).clone();
    match context.deliver(&title, last).await? {
        Ok(_) => Ok(AttemptEnd::Review),
        Err(why) => Err(ExternalError::Nonsense(why).failure(context.agent())),
    }
}
