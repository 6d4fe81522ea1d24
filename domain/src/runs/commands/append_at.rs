use sessions::{Append, AppendOutcome};

use super::append::is_agents;
use crate::{
    Db, Error, Result,
    runs::{ClaimedRun, Stage, held_back},
    session::Part,
};

/// Whether an agent may write this itself there. The rest are facts, and are written in the transaction that makes
/// them so.
pub fn may_append(stage: Stage, part: &Part) -> bool {
    match stage {
        Stage::Session => is_agents(part),
        Stage::Backstage => {
            is_agents(part)
                || matches!(
                    part,
                    Part::ToolInputAvailable { .. }
                        | Part::ToolOutputAvailable { .. }
                        | Part::ToolOutputError { .. }
                        | Part::DataComment { .. }
                )
        }
    }
}

/// Appends under a number that the caller counts itself, from 0 in each attempt and on each stage: what is sent again
/// under the same number is stored once.
///
/// # Errors
/// As [`crate::runs::is_lost`] tells; [`Error::Refused`] for parts that are not an agent's to write there;
/// [`Error::Sessions`] where a number was left out.
pub async fn append_at(
    db: &Db,
    claimed: &ClaimedRun,
    stage: Stage,
    sequence: u64,
    parts: Vec<Part>,
) -> Result<AppendOutcome> {
    if parts.iter().any(|part| !may_append(stage, part)) {
        return Err(Error::refused("A part of these is not an agent's to write there."));
    }
    let producer = claimed.producer(stage);
    let mut draft = held_back::draft(db, claimed, stage, sequence, parts).await?;
    let append = Append::by(producer.producer(sequence), std::mem::take(&mut draft.events));
    let appended = db.engine().append(producer.stream, append).await?;
    draft.stored().await?;
    Ok(appended)
}
