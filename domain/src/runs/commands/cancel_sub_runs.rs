//! Sub-runs that end without a result, because nobody came or the run that they helped is over.

use chrono::TimeDelta;

use crate::{
    Db, Result, Scope, SystemRole, Tx, approvals,
    each::each,
    ids::{RequestId, RunId},
    requests::lock::{self, LockedBoard, LockedRequest},
    runs::{
        commands::end::{append_run_state, settle_state},
        model::{LivingRun, living_helpers_in, living_run_in},
    },
    session::{Author, RunState},
};

/// How long a sub-run waits for its agent.
const PATIENCE: TimeDelta = TimeDelta::minutes(30);
/// How many are given up in one call; the rest with the next one.
const MOST: i64 = 100;

/// Takes back the sub-runs that nobody took up in time, because their agents rest or their programs do not come: whoever
/// asked goes on without them. Answers how many there were.
pub async fn give_up(db: &Db) -> Result<u64> {
    each(forgotten(db).await?, |forgotten| give_up_one(db, forgotten)).await
}

type OverdueSubRun = (Scope, RequestId, RunId);

async fn forgotten(db: &Db) -> Result<Vec<OverdueSubRun>> {
    let mut tx = db.begin_as(SystemRole::Jobs).await?;
    let before = tx.now() - PATIENCE;
    let rows = sqlx::query!(
        "SELECT id, workspace_id, client_id, request_id FROM run
         WHERE state = 'queued' AND parent_id IS NOT NULL AND not_before < $1 ORDER BY not_before LIMIT $2",
        before,
        MOST,
    )
    .fetch_all(tx.conn())
    .await?;
    tx.commit().await?;
    let found = rows.into_iter().map(|row| {
        let scope = Scope::of_row(row.workspace_id, row.client_id);
        (scope, RequestId(row.request_id), RunId(row.id))
    });
    Ok(found.collect())
}

async fn give_up_one(db: &Db, (scope, request, run): OverdueSubRun) -> Result<bool> {
    let mut tx = db.begin(&scope).await?;
    let (held, row) = lock::lock_request(&mut tx, &scope, request).await?;
    // Somebody may have come meanwhile.
    let living = living_run_in(&mut tx, &scope, &row, run).await?;
    let Some(run) = living.filter(|run| run.state == RunState::Queued) else { return Ok(false) };
    let words = format!("{} wasn’t available in time.", run.agent_name);
    take_off(&mut tx, &scope, &held, &row, &run, Some(words)).await?;
    tx.commit().await?;
    Ok(true)
}

/// Cancels the living sub-runs of a run that has ended, and takes their questions back.
pub(super) async fn cancel_sub_runs_of_in(
    tx: &mut Tx,
    scope: &Scope,
    held: &LockedBoard,
    row: &LockedRequest,
    parent: &LivingRun,
) -> Result<()> {
    if parent.parent.is_some() {
        return Ok(());
    }
    for run in living_helpers_in(tx, scope, row, parent.id).await? {
        take_off(tx, scope, held, row, &run, None).await?;
    }
    Ok(())
}

/// Cancels one, and takes its questions back.
async fn take_off(
    tx: &mut Tx,
    scope: &Scope,
    held: &LockedBoard,
    row: &LockedRequest,
    run: &LivingRun,
    why: Option<String>,
) -> Result<()> {
    settle_state(tx, scope, row, run, RunState::Cancelled, why.as_deref()).await?;
    approvals::commands::withdraw_of_run_in(tx, scope, row, run.id, &Author::system()).await?;
    append_run_state(tx, row, &Author::system(), run, RunState::Cancelled, why).await?;
    held.changed(tx, scope, "run", row.number).await
}
