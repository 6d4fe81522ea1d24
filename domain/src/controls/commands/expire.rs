use super::settle::{request_of, settle_in};
use crate::{
    Db, Result, Scope, SystemRole,
    controls::Outcome,
    each::{DueRow, each},
    ids::ControlId,
    requests::lock,
    runs,
};

/// How many are settled in one call; the rest with the next one.
const MOST: i64 = 100;

/// Settles the controls whose deadline has passed: nobody answered. A stop takes the work from the agent, whose later
/// words are refused; something that was said is left at that. Answers how many were settled.
pub async fn expire(db: &Db) -> Result<u64> {
    each(overdue(db).await?, |overdue| expire_one(db, overdue)).await
}

async fn overdue(db: &Db) -> Result<Vec<(Scope, ControlId)>> {
    let mut tx = db.begin_as(SystemRole::Jobs).await?;
    let now = tx.now();
    let rows = sqlx::query_as!(
        DueRow,
        "SELECT id, workspace_id, client_id FROM control
         WHERE outcome IS NULL AND deadline <= $1 ORDER BY deadline LIMIT $2",
        now,
        MOST,
    )
    .fetch_all(tx.conn())
    .await?;
    tx.commit().await?;
    Ok(rows.into_iter().map(|row| row.scoped(ControlId)).collect())
}

async fn expire_one(db: &Db, (scope, control): (Scope, ControlId)) -> Result<bool> {
    let scope = &scope;
    let mut tx = db.begin(scope).await?;
    let request = request_of(&mut tx, scope, control).await?;
    let (held, row) = lock::lock_request(&mut tx, scope, request).await?;
    let missed = match runs::living_in(&mut tx, scope, &row).await? {
        Some(run) => format!("{} didn’t respond in time", run.agent_name),
        None => "No one responded in time".to_owned(),
    };
    let is_stop = sqlx::query_scalar!(
        r#"SELECT kind = 'stop' AS "stop!" FROM control WHERE workspace_id = $1 AND id = $2"#,
        scope.workspace.0,
        control.0,
    )
    .fetch_one(tx.conn())
    .await?;
    let reason = if is_stop {
        format!("{missed}, so we stopped the work.")
    } else {
        format!("{missed}. Your message is saved here.")
    };
    let settled = settle_in(&mut tx, scope, &held, &row, control, Outcome::NoAnswer, &reason).await?;
    tx.commit().await?;
    Ok(settled)
}
