use super::{LimitHit, commands::raise, queries::limit_hit};
use crate::{
    Db, Result,
    approvals::{self, Audience, Decision, Question},
    format::month,
    runs::{self, ClaimedRun},
    session::Choice,
};

/// How long the operators have to decide; after that the run fails, and can be started again.
const OPEN_FOR: i64 = 30 * 86_400;

/// The key of the answer that raises a limit.
pub(crate) const RAISE: &str = "raise";

/// What the client reads where a limit is not raised.
const PUT_ASIDE: &str = "We’ve put this work on hold and will be in touch. Everything so far is saved.";

/// Whether the operators have raised it, as this run asked them.
pub async fn is_raised(db: &Db, claimed: &ClaimedRun, hit: &LimitHit) -> Result<bool> {
    let decision = approvals::queries::decision(db, claimed, claimed.approval(&hit.key())).await?;
    Ok(decision == Decision::Chosen(RAISE.to_owned()))
}

/// Whether a run may take its next step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Gate {
    Open,
    /// A limit could be passed: the operators are to be asked.
    Ask(Box<LimitHit>),
    /// They were asked, and did not raise it.
    Shut(Box<LimitHit>),
}

impl LimitHit {
    /// What the operators are asked. It stays backstage: the client is not told of money.
    pub fn approval(&self) -> Question {
        let choice = |key: &str, label: String| Choice { key: key.into(), label };
        Question {
            question: self.question(),
            detail: format!(
                "It has cost {} in {}. Work is on hold until you decide. The client sees that it’s waiting but not why.",
                self.used,
                month(self.month)
            ),
            options: vec![choice(RAISE, self.yes()), choice("stop", "Stop work".into())],
            open_for: OPEN_FOR,
            audience: Audience::Operator,
        }
    }

    /// How a run ends that is shut out: the words for the client.
    pub fn client_message(&self) -> &'static str {
        PUT_ASIDE
    }
}

/// Looks at the limits, and raises one where the operators have said so to this run.
pub async fn check(db: &Db, claimed: &ClaimedRun) -> Result<Gate> {
    loop {
        let Some(hit) = limit_hit(db, claimed).await? else { return Ok(Gate::Open) };
        match approvals::queries::decision(db, claimed, claimed.approval(&hit.key())).await? {
            Decision::Pending => return Ok(Gate::Ask(Box::new(hit))),
            Decision::Chosen(key) if key == RAISE => raise(db, claimed, &hit).await?,
            Decision::Chosen(_) | Decision::Unanswered => return Ok(Gate::Shut(Box::new(hit))),
        }
    }
}

/// Holds a run of a program that fetches its work: where a limit could be passed it is suspended with the question, or
/// ended where the operators said no. Whether it may go on.
///
/// # Errors
/// As [`runs::is_lost`] tells.
pub async fn enforce(db: &Db, claimed: &ClaimedRun) -> Result<bool> {
    match check(db, claimed).await? {
        Gate::Open => return Ok(true),
        Gate::Ask(hit) => {
            approvals::commands::ask_as(db, claimed, claimed.approval(&hit.key()), hit.approval()).await?
        }
        Gate::Shut(hit) => runs::commands::fail(db, claimed, hit.client_message()).await?,
    }
    Ok(false)
}
