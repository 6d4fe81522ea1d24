//! A month's limit that would be passed: the work stands until an operator has decided.

use domain::costs::Hit;

use super::{AttemptContext, End, Failure};

/// Asks the operators. Where they raise the limit, the run goes back to the queue: the next attempt goes on from what
/// this one wrote.
pub(super) async fn decide(context: &mut AttemptContext, hit: &Hit) -> Result<End, Failure> {
    let settled = context.ask(hit.asked()).await?;
    if settled.label == Some(hit.yes()) { Err(Failure::Leaving) } else { Err(shut(hit)) }
}

/// They did not raise it.
pub(super) fn shut(hit: &Hit) -> Failure {
    Failure::failed(hit.words(), format!("the limit of {} for {} is reached", hit.limit, hit.month))
}
