use std::time::Duration;

use super::{end::append_run_state, lease::later};
use crate::{
    Result, Scope, Tx, billing, controls,
    ids::RunId,
    requests::{
        clock,
        lock::{LockedBoard, Row},
    },
    runs::{ClaimedRun, LivingRun, model::lost},
    session::{Author, RunState},
};

/// How long the worker of an answered question has to renew its lease: it may have gone while nobody answered.
const GRACE: Duration = Duration::from_secs(20);

/// How often the work may be tried again after an answer: that it had to wait was not the agent's fault.
const MORE_ATTEMPTS: i32 = 3;

/// Suspends a run that its worker holds.
pub(crate) async fn suspend_in(
    tx: &mut Tx,
    held: &LockedBoard,
    row: &Row,
    claimed: &ClaimedRun,
) -> Result<()> {
    let done = sqlx::query!(
        "UPDATE run SET state = 'suspended', lease_holder = NULL, lease_until = NULL
         WHERE workspace_id = $1 AND client_id = $2 AND id = $3 AND attempt = $4 AND state = 'working'",
        claimed.scope.workspace.0,
        claimed.client.0,
        claimed.run.0,
        claimed.attempt.cast_signed(),
    )
    .execute(tx.conn())
    .await?;
    if done.rows_affected() != 1 {
        return Err(lost(claimed.attempt));
    }
    rest_controls_in(tx, claimed).await?;
    let author = Author::of(&claimed.scope);
    append_run_state(tx, row, &author, &claimed.living(), RunState::Suspended, None).await?;
    held.changed(tx, &claimed.scope, "run", row.number).await?;
    billing::pause_if_at_rest_in(tx, &claimed.scope, claimed.client).await
}

/// Lets a suspended run go on, or puts it back into the queue where nothing may be worked on now. Its worker keeps it if it is still there and renews the lease in time; otherwise the
/// lease runs out, and another attempt takes it up with the answer in the session.
pub(crate) async fn resume_in(
    tx: &mut Tx,
    scope: &Scope,
    held: &LockedBoard,
    row: &Row,
    run: &LivingRun,
) -> Result<()> {
    if !held.entitlement.may_finish() {
        return put_back_in(tx, scope, held, row, run).await;
    }
    let until = later(tx.now(), GRACE);
    let done = sqlx::query!(
        "UPDATE run SET state = 'working', lease_until = $4, max_attempts = greatest(max_attempts, attempt + $5)
         WHERE workspace_id = $1 AND client_id = $2 AND id = $3 AND state = 'suspended'",
        scope.workspace.0,
        row.client.0,
        run.id.0,
        until,
        MORE_ATTEMPTS,
    )
    .execute(tx.conn())
    .await?;
    clock::one_row(done.rows_affected())?;
    renew_controls_in(tx, scope, run.id).await?;
    append_run_state(tx, row, &Author::system(), run, RunState::Working, None).await?;
    held.changed(tx, scope, "run", row.number).await
}

/// A run whose question was settled while its client is entitled to no work: it is queued with the answer, for whoever
/// takes it up when the client is again. A worker that still waits for the answer is refused from the commit on.
async fn put_back_in(
    tx: &mut Tx,
    scope: &Scope,
    held: &LockedBoard,
    row: &Row,
    run: &LivingRun,
) -> Result<()> {
    let now = tx.now();
    let done = sqlx::query!(
        "UPDATE run SET state = 'queued', not_before = $4, max_attempts = greatest(max_attempts, attempt + $5)
         WHERE workspace_id = $1 AND client_id = $2 AND id = $3 AND state = 'suspended'",
        scope.workspace.0,
        row.client.0,
        run.id.0,
        now,
        MORE_ATTEMPTS,
    )
    .execute(tx.conn())
    .await?;
    clock::one_row(done.rows_affected())?;
    for stream in [row.session, row.backstage] {
        tx.fence(stream, run.id.to_string(), u64::from(run.attempt) + 1);
    }
    append_run_state(tx, row, &Author::system(), run, RunState::Queued, None).await?;
    held.changed(tx, scope, "run", row.number).await
}

/// What was said just before is heard when the work goes on, however long that takes.
async fn rest_controls_in(tx: &mut Tx, claimed: &ClaimedRun) -> Result<()> {
    sqlx::query!(
        "UPDATE control SET deadline = 'infinity' WHERE workspace_id = $1 AND run_id = $2 AND outcome IS NULL AND kind = 'steer'",
        claimed.scope.workspace.0,
        claimed.run.0,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// What was said while nobody could hear it is answered from now on.
pub(super) async fn renew_controls_in(tx: &mut Tx, scope: &Scope, run: RunId) -> Result<()> {
    let deadline = later(tx.now(), controls::ANSWER_WITHIN);
    sqlx::query!(
        "UPDATE control SET deadline = $3 WHERE workspace_id = $1 AND run_id = $2 AND outcome IS NULL AND kind = 'steer'",
        scope.workspace.0,
        run.0,
        deadline,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}
