//! A month's limit that would be passed: the work stands until an operator has decided.

use domain::{costs::LimitHit, format};

use super::{AttemptContext, AttemptEnd, AttemptFailure};

/// Asks the operators. Where they raise the limit, the run goes back to the queue: the next attempt goes on from what
/// this one wrote.
pub(super) async fn decide(
    context: &mut AttemptContext,
    hit: &LimitHit,
) -> Result<AttemptEnd, AttemptFailure> {
    context.ask_once(&hit.key(), hit.approval()).await?;
    if context.is_raised(hit).await? { Err(AttemptFailure::Leaving) } else { Err(reached(hit)) }
}

/// They did not raise it.
pub(super) fn reached(hit: &LimitHit) -> AttemptFailure {
    AttemptFailure::failed(
        hit.client_message(),
        format!("the limit of {} for {} is reached", hit.limit, format::month(hit.month)),
    )
}
