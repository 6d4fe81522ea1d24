//! Sub-runs that end without a result, because nobody came or the run that they helped is over.

use chrono::TimeDelta;

use crate::{
    Db, Office, Result, Scope, Tx, approvals,
    ids::{ClientId, RequestId, RunId, WorkspaceId},
    requests::hold::{self, Held, Row},
    runs::{
        end::{say_run, settle_state},
        model::{Living, living_run_in, state},
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
    let (mut given_up, mut failed) = (0, None);
    for (scope, request, run) in forgotten(db).await? {
        match give_up_one(db, &scope, request, run).await {
            Ok(was_queued) => given_up += u64::from(was_queued),
            // The others are not to wait for this one.
            Err(error) => failed = Some(error),
        }
    }
    failed.map_or(Ok(given_up), Err)
}

async fn forgotten(db: &Db) -> Result<Vec<(Scope, RequestId, RunId)>> {
    let mut tx = db.begin_as(Office::Jobs).await?;
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
        let scope = Scope::system(WorkspaceId(row.workspace_id)).within(ClientId(row.client_id));
        (scope, RequestId(row.request_id), RunId(row.id))
    });
    Ok(found.collect())
}

async fn give_up_one(db: &Db, scope: &Scope, request: RequestId, run: RunId) -> Result<bool> {
    let mut tx = db.begin(scope).await?;
    let (held, row) = hold::hold_request_in(&mut tx, scope, request).await?;
    // Somebody may have come meanwhile.
    let living = living_run_in(&mut tx, scope, &row, run).await?;
    let Some(run) = living.filter(|run| run.state == RunState::Queued) else { return Ok(false) };
    let words = format!("{} did not come in time.", run.agent_name);
    settle_state(&mut tx, scope, &row, &run, RunState::Cancelled, Some(&words)).await?;
    say_run(&mut tx, &row, &Author::system(), &run, RunState::Cancelled, Some(words)).await?;
    held.changed(&mut tx, scope, "run", row.number).await?;
    tx.commit().await?;
    Ok(true)
}

/// Cancels the living sub-runs of a run that has ended, and takes their questions back.
pub(in crate::runs) async fn cancel_of_in(
    tx: &mut Tx,
    scope: &Scope,
    held: &Held,
    row: &Row,
    parent: &Living,
) -> Result<()> {
    if parent.parent.is_some() {
        return Ok(());
    }
    let rows = sqlx::query!(
        "SELECT r.id, r.state, r.attempt, a.name
         FROM run r JOIN agent a ON a.workspace_id = r.workspace_id AND a.id = r.agent_id
         WHERE r.workspace_id = $1 AND r.client_id = $2 AND r.parent_id = $3
           AND r.state IN ('queued', 'working', 'suspended')
         ORDER BY r.id FOR UPDATE OF r",
        scope.workspace.0,
        row.client.0,
        parent.id.0,
    )
    .fetch_all(tx.conn())
    .await?;
    for found in rows {
        let run = Living {
            id: RunId(found.id),
            parent: Some(parent.id),
            state: state(&found.state)?,
            attempt: found.attempt.cast_unsigned(),
            agent_name: found.name,
        };
        settle_state(tx, scope, row, &run, RunState::Cancelled, None).await?;
        approvals::withdraw_of_run_in(tx, scope, row, run.id, &Author::system()).await?;
        say_run(tx, row, &Author::system(), &run, RunState::Cancelled, None).await?;
        held.changed(tx, scope, "run", row.number).await?;
    }
    Ok(())
}
