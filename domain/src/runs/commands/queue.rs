use super::end::append_run_state;
use crate::{
    Db, Error, OnConstraint, Origin, Result, Scope, Tx, agents,
    ids::{AgentId, RequestId, RunId},
    requests::{
        Column,
        commands::{go_on_in, may_work},
        lock::{self, LockedBoard, LockedRequest},
    },
    runs::{LivingRun, living_in},
    session::{Author, RunState},
};

/// Queues a run of a request that holds a place, for an agent to take up.
///
/// # Errors
/// [`Error::Refused`] while another one lives.
pub(crate) async fn queue_in(
    tx: &mut Tx,
    scope: &Scope,
    held: &LockedBoard,
    row: &LockedRequest,
    agent: AgentId,
) -> Result<RunId> {
    let run = RunId::new();
    let now = tx.now();
    sqlx::query!(
        "INSERT INTO run (id, workspace_id, client_id, request_id, agent_id, state, not_before, queued_at, trace_parent)
         VALUES ($1, $2, $3, $4, $5, 'queued', $6, $6, $7)",
        run.0,
        scope.workspace.0,
        row.client.0,
        row.id.0,
        agent.0,
        now,
        Origin::trace_parent(),
    )
    .execute(tx.conn())
    .await
    .on_constraint("run_one_living", || Error::refused("Someone is already working on this."))?;
    sqlx::query!(
        "UPDATE request SET agent_id = $4 WHERE workspace_id = $1 AND client_id = $2 AND id = $3",
        scope.workspace.0,
        row.client.0,
        row.id.0,
        agent.0,
    )
    .execute(tx.conn())
    .await?;
    let queued =
        LivingRun { id: run, parent: None, state: RunState::Queued, attempt: 0, agent_name: String::new() };
    append_run_state(tx, row, &Author::system(), &queued, RunState::Queued, None).await?;
    held.changed(tx, scope, "run", row.number).await?;
    Ok(run)
}

/// Takes the work up again after it failed, was stopped, or ended without anything to review.
///
/// # Errors
/// [`Error::Refused`] while someone is at work, a question is open, the request holds no place, the subscription is not
/// active or nobody is there to do it.
pub async fn retry(db: &Db, scope: &Scope, request: RequestId) -> Result<()> {
    may_work(scope)?;
    let mut tx = db.begin(scope).await?;
    let (held, row) = lock::lock_request(&mut tx, scope, request).await?;
    row.still_wanted()?;
    if !matches!(row.column, Column::InProgress | Column::Waiting) {
        return Err(Error::refused("This request isn’t in progress, so there’s nothing to restart."));
    }
    if let Some(run) = living_in(&mut tx, scope, &row).await? {
        return Err(Error::refused(match run.state {
            RunState::Suspended => {
                format!(
                    "{} is waiting on an answer. Answer the question and work will continue.",
                    run.agent_name
                )
            }
            _ => format!("{} is already working on this.", run.agent_name),
        }));
    }
    // Someone else than last time where that one rests by now.
    let agent = agents::queries::for_client_in(&mut tx, scope, held.client).await?;
    let row = LockedRequest {
        agent: agents::queries::if_ready_in(&mut tx, scope, row.agent).await?.or(agent),
        ..row
    };
    if !go_on_in(&mut tx, scope, &held, &row, None, &Author::of(scope)).await? {
        return Err(Error::refused("No one is available to do the work yet. Try again later."));
    }
    tx.commit().await
}
