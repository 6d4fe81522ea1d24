//! A month's limit that would be passed: the work stands until an operator has decided. The client is not told of money.

use domain::{
    Db,
    approvals::{Audience, Question},
    costs::{self, Hit},
    runs::Claimed,
    session::Choice,
};

use super::{End, Failure, Workbench};

/// How long the operators have; after that the run fails, and can be started again.
const OPEN_FOR: i64 = 30 * 86_400;

const NO: &str = "Stop this work";

/// Asks the operators. Where they raise the limit, the run goes back to the queue: the next attempt goes on from what
/// this one wrote.
pub(super) async fn decide(
    db: &Db,
    claimed: &Claimed,
    bench: &mut Workbench,
    hit: &Hit,
) -> Result<End, Failure> {
    let settled = bench.ask(question(hit)).await?;
    if settled.label == Some(hit.yes()) {
        costs::raise(db, claimed, hit).await?;
        return Err(Failure::Leaving);
    }
    let words = "We have put this work aside and will write to you about it. What is written so far stays.";
    Err(Failure::failed(words, format!("the limit of {} for {} is reached", hit.limit, hit.month)))
}

fn question(hit: &Hit) -> Question {
    let choice = |key: &str, label: String| Choice { key: key.into(), label };
    Question {
        question: hit.question(),
        detail: format!(
            "It has cost {} in {}. The work stands until you decide; the client sees that it waits, and not why.",
            hit.used, hit.month
        ),
        options: vec![choice("raise", hit.yes()), choice("stop", NO.to_owned())],
        open_for: OPEN_FOR,
        audience: Audience::Operator,
    }
}
