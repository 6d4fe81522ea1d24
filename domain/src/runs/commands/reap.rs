use chrono::{DateTime, TimeDelta, Utc};

use super::{cancel_in, end::append_run_state, end_in};
use crate::{
    Db, Result, Scope, SystemRole, Tx, billing, controls,
    db::one_row,
    each::each,
    ids::{ClientId, RequestId, RunId},
    requests::lock::{self, LockedBoard, LockedRequest},
    runs::{LivingRun, living_run_in},
    session::{Author, RunState},
};

/// How many are taken back in one call; the rest with the next one.
const MOST: i64 = 100;

/// Takes back the runs whose lease ran out: each is queued for its next attempt, after a while that grows, and fails
/// after the last one. One that was to stop is cancelled. Answers how many were taken back.
pub async fn reap(db: &Db) -> Result<u64> {
    each(leases_out(db).await?, |out| reap_one(db, out)).await
}

async fn reap_one(db: &Db, (scope, client, request, run): ExpiredLease) -> Result<bool> {
    let mut tx = db.begin(&scope).await?;
    let taken = take_back(&mut tx, &scope, client, request, run).await?;
    tx.commit().await?;
    Ok(taken)
}

type ExpiredLease = (Scope, ClientId, RequestId, RunId);

async fn leases_out(db: &Db) -> Result<Vec<ExpiredLease>> {
    let mut tx = db.begin_as(SystemRole::Jobs).await?;
    let now = tx.now();
    let rows = sqlx::query!(
        "SELECT id, workspace_id, client_id, request_id FROM run
         WHERE state = 'working' AND lease_until < $1 ORDER BY lease_until LIMIT $2",
        now,
        MOST,
    )
    .fetch_all(tx.conn())
    .await?;
    tx.commit().await?;
    Ok(rows
        .into_iter()
        .map(|row| {
            let client = ClientId(row.client_id);
            let scope = Scope::of_row(row.workspace_id, row.client_id);
            (scope, client, RequestId(row.request_id), RunId(row.id))
        })
        .collect())
}

async fn take_back(
    tx: &mut Tx,
    scope: &Scope,
    client: ClientId,
    request: RequestId,
    run: RunId,
) -> Result<bool> {
    let (held, row) = lock::lock_request(tx, scope, request).await?;
    let Some(living) = living_run_in(tx, scope, &row, run).await? else { return Ok(false) };
    // It may have been renewed, or have ended, while we came.
    let Some(attempts) = still_out(tx, scope, client, run).await? else { return Ok(false) };
    if controls::commands::settle_stop_in(tx, scope, &row, run).await? {
        cancel_in(tx, scope, &held, &row, &living, &Author::system()).await?;
    } else if living.attempt.cast_signed() < attempts {
        requeue(tx, scope, &held, &row, &living).await?;
    } else {
        let words = broke_off(&living.agent_name);
        end_in(tx, scope, &held, &row, &living, RunState::Failed, Some(words)).await?;
    }
    Ok(true)
}

/// How many attempts the run has, if its lease is out.
async fn still_out(tx: &mut Tx, scope: &Scope, client: ClientId, run: RunId) -> Result<Option<i32>> {
    let now = tx.now();
    Ok(sqlx::query_scalar!(
        "SELECT max_attempts FROM run
         WHERE workspace_id = $1 AND client_id = $2 AND id = $3 AND state = 'working' AND lease_until < $4",
        scope.workspace.0,
        client.0,
        run.0,
        now,
    )
    .fetch_optional(tx.conn())
    .await?)
}

async fn requeue(
    tx: &mut Tx,
    scope: &Scope,
    held: &LockedBoard,
    row: &LockedRequest,
    run: &LivingRun,
) -> Result<()> {
    let next = next_try(tx.now(), run.attempt);
    let done = sqlx::query!(
        "UPDATE run SET state = 'queued', lease_holder = NULL, lease_until = NULL, not_before = $4
         WHERE workspace_id = $1 AND client_id = $2 AND id = $3 AND state = 'working'",
        scope.workspace.0,
        row.client.0,
        run.id.0,
        next,
    )
    .execute(tx.conn())
    .await?;
    one_row(done.rows_affected())?;
    for stream in [row.session, row.backstage] {
        tx.fence(stream, run.id.to_string(), u64::from(run.attempt) + 1);
    }
    append_run_state(tx, row, &Author::system(), run, RunState::Queued, None).await?;
    held.changed(tx, scope, "run", row.number).await?;
    billing::pause_if_at_rest_in(tx, scope, row.client).await
}

/// Takes the work from everybody who is at it for a client that is entitled to none any more. It is queued for whoever
/// takes it up when the client is again; that it was broken off does not count among the attempts.
pub(crate) async fn take_back_all_in(tx: &mut Tx, scope: &Scope, held: &LockedBoard) -> Result<()> {
    let rows = sqlx::query!(
        "SELECT id, request_id FROM run WHERE workspace_id = $1 AND client_id = $2 AND state = 'working' ORDER BY id",
        scope.workspace.0,
        held.client.0,
    )
    .fetch_all(tx.conn())
    .await?;
    for found in rows {
        let row = lock::find_in(tx, scope, held.client, RequestId(found.request_id)).await?;
        let Some(run) = living_run_in(tx, scope, &row, RunId(found.id)).await? else { continue };
        sqlx::query!(
            "UPDATE run SET max_attempts = max_attempts + 1 WHERE workspace_id = $1 AND client_id = $2 AND id = $3",
            scope.workspace.0,
            held.client.0,
            run.id.0,
        )
        .execute(tx.conn())
        .await?;
        requeue(tx, scope, held, &row, &run).await?;
    }
    Ok(())
}

/// 5, 15, 45, 135 seconds, then 5 minutes each.
fn next_try(now: DateTime<Utc>, attempt: u32) -> DateTime<Utc> {
    let seconds = 5_i64.saturating_mul(3_i64.saturating_pow(attempt.saturating_sub(1))).min(300);
    now + TimeDelta::seconds(seconds)
}

fn broke_off(agent: &str) -> String {
    format!(
        "{agent} was interrupted several times and couldn’t finish. Everything so far is saved. Try again, or add \
         anything that might help first."
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pause_between_tries_grows_and_ends() {
        let pauses: Vec<i64> = [1, 2, 3, 4, 5, 60]
            .map(|attempt| (next_try(DateTime::UNIX_EPOCH, attempt) - DateTime::UNIX_EPOCH).num_seconds())
            .into();
        assert_eq!(pauses, [5, 15, 45, 135, 300, 300]);
    }
}
