use super::answer::go_on;
use crate::{
    Db, Result, Scope, SystemRole, Tx,
    approvals::{ApprovalState, queries, stream_of},
    db::one_row,
    each::{DueRow, each},
    ids::{ApprovalId, RunId},
    requests::lock::{self, LockedRequest},
    session::{Author, Part},
};

/// How many expire in one call; the rest with the next one.
const MOST: i64 = 100;

/// Ends the questions whose time is over. Their runs go on without an answer. Answers how many there were.
pub async fn expire(db: &Db) -> Result<u64> {
    each(overdue(db).await?, |overdue| expire_one(db, overdue)).await
}

async fn overdue(db: &Db) -> Result<Vec<(Scope, ApprovalId)>> {
    let mut tx = db.begin_as(SystemRole::Jobs).await?;
    let now = tx.now();
    let rows = sqlx::query_as!(
        DueRow,
        "SELECT id, workspace_id, client_id FROM approval
         WHERE state = 'open' AND expires_at <= $1 ORDER BY expires_at LIMIT $2",
        now,
        MOST,
    )
    .fetch_all(tx.conn())
    .await?;
    tx.commit().await?;
    Ok(rows.into_iter().map(|row| row.scoped(ApprovalId)).collect())
}

async fn expire_one(db: &Db, (scope, approval): (Scope, ApprovalId)) -> Result<bool> {
    let scope = &scope;
    let mut tx = db.begin(scope).await?;
    let request = queries::request_of(&mut tx, scope, approval).await?;
    let (held, row) = lock::lock_request(&mut tx, scope, request).await?;
    let asked = queries::lock_in(&mut tx, scope, approval).await?;
    if asked.state != ApprovalState::Open {
        return Ok(false);
    }
    close(&mut tx, scope, approval, ApprovalState::Expired).await?;
    let part = Part::DataAnswer { approval, label: None, expired: true };
    let events = lock::events(tx.now(), &Author::system(), [part]);
    tx.append(stream_of(&row, asked.audience), &events).await?;
    held.changed(&mut tx, scope, "approval", row.number).await?;
    go_on(&mut tx, scope, &held, &row, &asked).await?;
    tx.commit().await?;
    Ok(true)
}

/// Takes back the open questions of a request that is no longer worked on.
pub(crate) async fn withdraw_open_in(
    tx: &mut Tx,
    scope: &Scope,
    row: &LockedRequest,
    author: &Author,
) -> Result<()> {
    withdraw(tx, scope, row, None, author).await
}

/// The same for the questions of one run.
pub(crate) async fn withdraw_of_run_in(
    tx: &mut Tx,
    scope: &Scope,
    row: &LockedRequest,
    run: RunId,
    author: &Author,
) -> Result<()> {
    withdraw(tx, scope, row, Some(run), author).await
}

async fn withdraw(
    tx: &mut Tx,
    scope: &Scope,
    row: &LockedRequest,
    run: Option<RunId>,
    author: &Author,
) -> Result<()> {
    // Those to the operators as well, which the client's own scope does not see.
    let all = Scope::system(scope.workspace).within(row.client);
    tx.enter(&all).await?;
    for (approval, audience) in queries::open_of(tx, &all, row, run).await? {
        close(tx, &all, approval, ApprovalState::Withdrawn).await?;
        let part = Part::DataAnswer { approval, label: None, expired: false };
        let events = lock::events(tx.now(), author, [part]);
        tx.append(stream_of(row, audience), &events).await?;
    }
    tx.enter(scope).await
}

async fn close(tx: &mut Tx, scope: &Scope, approval: ApprovalId, state: ApprovalState) -> Result<()> {
    let done = sqlx::query!(
        "UPDATE approval SET state = $3 WHERE workspace_id = $1 AND id = $2 AND state = 'open'",
        scope.workspace.0,
        approval.0,
        state.as_str(),
    )
    .execute(tx.conn())
    .await?;
    one_row(done.rows_affected())
}
