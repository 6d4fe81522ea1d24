use std::time::Duration;

use chrono::{DateTime, Utc};

use super::{end::append_run_state, lease::later};
use crate::{
    Result, Scope, Tx, billing, controls,
    db::one_row,
    ids::RunId,
    requests::lock::{LockedBoard, LockedRequest},
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
    row: &LockedRequest,
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

/// Lets a suspended run go on. Its worker keeps it if it is still there and renews the lease in time; otherwise the
/// lease runs out, and another attempt takes it up with the answer in the session.
///
/// Where its client is entitled to no work now, it is queued with the answer, for whoever takes it up when the client is
/// again. A worker that still waits for the answer is refused from the commit on.
pub(crate) async fn resume_in(
    tx: &mut Tx,
    scope: &Scope,
    held: &LockedBoard,
    row: &LockedRequest,
    run: &LivingRun,
) -> Result<()> {
    let now = tx.now();
    let (state, lease_until, not_before) = if held.entitlement.may_finish() {
        (RunState::Working, Some(later(now, GRACE)), None)
    } else {
        (RunState::Queued, None, Some(now))
    };
    let done = sqlx::query!(
        "UPDATE run SET state = $4, lease_until = $5, not_before = coalesce($6, not_before),
                max_attempts = greatest(max_attempts, attempt + $7)
         WHERE workspace_id = $1 AND client_id = $2 AND id = $3 AND state = 'suspended'",
        scope.workspace.0,
        row.client.0,
        run.id.0,
        state.as_str(),
        lease_until,
        not_before,
        MORE_ATTEMPTS,
    )
    .execute(tx.conn())
    .await?;
    one_row(done.rows_affected())?;
    if state == RunState::Working {
        renew_controls_in(tx, scope, run.id).await?;
    } else {
        for stream in [row.session, row.backstage] {
            tx.fence(stream, run.id.to_string(), u64::from(run.attempt) + 1);
        }
    }
    append_run_state(tx, row, &Author::system(), run, state, None).await?;
    held.changed(tx, scope, "run", row.number).await
}

/// What was said just before is heard when the work goes on, however long that takes.
async fn rest_controls_in(tx: &mut Tx, claimed: &ClaimedRun) -> Result<()> {
    set_deadline_in(tx, &claimed.scope, claimed.run, None).await
}

/// What was said while nobody could hear it is answered from now on.
pub(super) async fn renew_controls_in(tx: &mut Tx, scope: &Scope, run: RunId) -> Result<()> {
    let deadline = later(tx.now(), controls::ANSWER_WITHIN);
    set_deadline_in(tx, scope, run, Some(deadline)).await
}

/// Until when what was said to the run's agent waits to be heard; for ever without a deadline.
async fn set_deadline_in(
    tx: &mut Tx,
    scope: &Scope,
    run: RunId,
    deadline: Option<DateTime<Utc>>,
) -> Result<()> {
    sqlx::query!(
        "UPDATE control SET deadline = coalesce($3, 'infinity'::timestamptz)
         WHERE workspace_id = $1 AND run_id = $2 AND outcome IS NULL AND kind = 'steer'",
        scope.workspace.0,
        run.0,
        deadline,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}
