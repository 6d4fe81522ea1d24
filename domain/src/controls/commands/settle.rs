use super::stop::take_off;
use crate::{
    Actor, Db, Error, Result, Scope, Tx,
    controls::{ControlKind, Outcome},
    db::one_row,
    ids::{ControlId, RequestId, RunId},
    requests::lock::{self, LockedBoard, LockedRequest},
    runs,
    session::{Author, Part},
};

/// Writes what came of a control, for agents and the server. A stop that is done ends the run in the same
/// transaction. The first one to settle it counts: `false` for whoever comes later.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn settle(
    db: &Db,
    scope: &Scope,
    control: ControlId,
    outcome: Outcome,
    reason: &str,
) -> Result<bool> {
    if !matches!(scope.actor, Actor::Agent { .. } | Actor::System) {
        return Err(Error::NotFound);
    }
    let mut tx = db.begin(scope).await?;
    let request = request_of(&mut tx, scope, control).await?;
    let (held, row) = lock::lock_request(&mut tx, scope, request).await?;
    let won = settle_in(&mut tx, scope, &held, &row, control, outcome, reason).await?;
    tx.commit().await?;
    Ok(won)
}

pub(super) async fn request_of(tx: &mut Tx, scope: &Scope, control: ControlId) -> Result<RequestId> {
    sqlx::query_scalar!(
        "SELECT request_id FROM control WHERE workspace_id = $1 AND id = $2",
        scope.workspace.0,
        control.0
    )
    .fetch_optional(tx.conn())
    .await?
    .map(RequestId)
    .ok_or(Error::NotFound)
}

/// The same on a board that is held.
pub(super) async fn settle_in(
    tx: &mut Tx,
    scope: &Scope,
    held: &LockedBoard,
    row: &LockedRequest,
    control: ControlId,
    outcome: Outcome,
    reason: &str,
) -> Result<bool> {
    let Some(open) = open(tx, scope, control).await? else { return Ok(false) };
    let author = Author::of(scope);
    write_outcome(tx, scope, row, control, outcome, reason, &author).await?;
    held.changed(tx, scope, "control", row.number).await?;
    let ends = open.kind == ControlKind::Stop && matches!(outcome, Outcome::Done | Outcome::NoAnswer);
    if ends
        && let Some(run) = runs::living_in(tx, scope, row).await?
        && Some(run.id) == open.run
    {
        take_off(tx, scope, held, row, &run, &author, open.by_operator).await?;
    }
    Ok(true)
}

struct OpenControl {
    kind: ControlKind,
    run: Option<RunId>,
    by_operator: bool,
}

async fn open(tx: &mut Tx, scope: &Scope, control: ControlId) -> Result<Option<OpenControl>> {
    let row = sqlx::query!(
        r#"SELECT c.kind AS "kind: ControlKind", c.run_id,
                  EXISTS (SELECT FROM membership m WHERE m.person_id = c.asked_by AND m.workspace_id = c.workspace_id
                          AND m.role = 'operator') AS "by_operator!"
           FROM control c WHERE c.workspace_id = $1 AND c.id = $2 AND c.outcome IS NULL
           FOR UPDATE OF c"#,
        scope.workspace.0,
        control.0,
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(row.map(|row| OpenControl {
        kind: row.kind,
        run: row.run_id.map(RunId),
        by_operator: row.by_operator,
    }))
}

/// Writes the outcome in the row and in the session.
pub(super) async fn write_outcome(
    tx: &mut Tx,
    scope: &Scope,
    row: &LockedRequest,
    control: ControlId,
    outcome: Outcome,
    reason: &str,
    author: &Author,
) -> Result<()> {
    let now = tx.now();
    let done = sqlx::query!(
        "UPDATE control SET outcome = $3, reason = $4, settled_at = $5
         WHERE workspace_id = $1 AND id = $2 AND outcome IS NULL",
        scope.workspace.0,
        control.0,
        outcome.as_str(),
        reason,
        now,
    )
    .execute(tx.conn())
    .await?;
    one_row(done.rows_affected())?;
    let part = Part::DataOutcome { control, outcome: outcome.as_str().to_owned(), reason: reason.to_owned() };
    row.append(tx, author, [part]).await
}

/// A run ended: what was asked of it and not answered comes too late.
pub(crate) async fn settle_open_in(
    tx: &mut Tx,
    scope: &Scope,
    row: &LockedRequest,
    run: RunId,
) -> Result<()> {
    for control in open_of(tx, scope, run, None).await? {
        let why = "Work ended before anyone could respond to this.";
        write_outcome(tx, scope, row, control, Outcome::AlreadyEnded, why, &Author::system()).await?;
    }
    Ok(())
}

/// A run is to end: settles the stops that ask for it, and answers whether there was one.
pub(crate) async fn settle_stop_in(
    tx: &mut Tx,
    scope: &Scope,
    row: &LockedRequest,
    run: RunId,
) -> Result<bool> {
    let stops = open_of(tx, scope, run, Some(ControlKind::Stop)).await?;
    for control in &stops {
        write_outcome(tx, scope, row, *control, Outcome::Done, "", &Author::system()).await?;
    }
    Ok(!stops.is_empty())
}

async fn open_of(
    tx: &mut Tx,
    scope: &Scope,
    run: RunId,
    kind: Option<ControlKind>,
) -> Result<Vec<ControlId>> {
    let ids = sqlx::query_scalar!(
        "SELECT id FROM control
         WHERE workspace_id = $1 AND run_id = $2 AND outcome IS NULL AND ($3::text IS NULL OR kind = $3)
         ORDER BY asked_at, id FOR UPDATE",
        scope.workspace.0,
        run.0,
        kind.map(ControlKind::as_str),
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(ids.into_iter().map(ControlId).collect())
}
