//! Sub-runs: an agent at work has other agents of the workspace help with parts of its request. A sub-run is worked like
//! any run, by whatever backend, and its agent writes into the same session under its own name; what it comes to goes to
//! the run that started it, which alone delivers and ends the request's work. It ends with that run at the latest.

mod delegate;
mod off;

pub use delegate::{Helper, delegate, helpers};
pub(in crate::runs) use off::cancel_of_in;
pub use off::give_up;

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::{lock_claim, model::Claimed};
use crate::{Db, Error, Result, ids::RunId, session::RunState};

/// The longest result, in characters.
const RESULT: usize = 40_000;

/// A sub-run as the run that started it sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SubRun {
    pub run: RunId,
    /// The name of the agent that helps.
    pub agent: String,
    pub task: String,
    pub state: RunState,
    /// What it came to, once it has completed.
    pub result: Option<String>,
    /// Why not, when it failed or nobody came.
    pub failure: Option<String>,
    pub queued_at: DateTime<Utc>,
}

/// The sub-runs that a run has started, in whichever of its attempts, oldest first.
pub async fn sub_runs(db: &Db, claimed: &Claimed) -> Result<Vec<SubRun>> {
    let mut tx = db.begin(&claimed.scope).await?;
    let rows = sqlx::query!(
        r#"SELECT r.id, a.name, r.task AS "task!", r.state AS "state: RunState", r.result, r.failure, r.queued_at
           FROM run r JOIN agent a ON a.workspace_id = r.workspace_id AND a.id = r.agent_id
           WHERE r.workspace_id = $1 AND r.client_id = $2 AND r.parent_id = $3
           ORDER BY r.queued_at, r.id"#,
        claimed.scope.workspace.0,
        claimed.client.0,
        claimed.run.0,
    )
    .fetch_all(tx.conn())
    .await?;
    tx.commit().await?;
    let found = rows.into_iter().map(|row| SubRun {
        run: RunId(row.id),
        agent: row.name,
        task: row.task,
        state: row.state,
        result: row.result,
        failure: row.failure,
        queued_at: row.queued_at,
    });
    Ok(found.collect())
}

/// Ends a sub-run as done, with what it came to.
///
/// # Errors
/// [`Error::Refused`] for a run that helps nobody, and without words; as [`super::is_lost`] tells.
pub async fn answer(db: &Db, claimed: &Claimed, result: &str) -> Result<()> {
    if claimed.parent.is_none() {
        return Err(Error::refused("Nobody waits for an answer of this run. Deliver what you have made."));
    }
    let result: String = claimed.redact(result).replace('\0', "").trim().chars().take(RESULT).collect();
    if result.is_empty() {
        return Err(Error::refused("Say what it came to."));
    }
    let mut tx = db.begin(&claimed.scope).await?;
    let (held, row) = lock_claim(&mut tx, claimed).await?;
    sqlx::query!(
        "UPDATE run SET result = $4 WHERE workspace_id = $1 AND client_id = $2 AND id = $3",
        claimed.scope.workspace.0,
        claimed.client.0,
        claimed.run.0,
        result,
    )
    .execute(tx.conn())
    .await?;
    super::end_in(&mut tx, &claimed.scope, &held, &row, &claimed.living(), RunState::Completed, None).await?;
    tx.commit().await
}

/// Makes sure that what is about to be done is for the run that has the request, and not for one that helps.
///
/// # Errors
/// [`Error::Refused`] for a sub-run.
pub(crate) fn may_hand_over(claimed: &Claimed) -> Result<()> {
    match claimed.parent {
        None => Ok(()),
        Some(_) => Err(Error::refused(
            "You help with a part of the work. Finish with what it came to; whoever asked you talks to the client and \
             delivers.",
        )),
    }
}
