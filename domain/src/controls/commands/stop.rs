use chrono::TimeDelta;

use super::settle::write_outcome;
use crate::{
    Db, Error, Result, Role, Scope, Tx, approvals,
    controls::{ANSWER_WITHIN, ControlKind, Outcome, RequestedControl, STOP_WITHIN},
    ids::{ControlId, RequestId, RunId},
    requests::{
        Column,
        commands::{may_work, shift_in},
        lock::{self, LockedBoard, LockedRequest},
        position,
    },
    runs::{self, LivingRun},
    session::{Author, Part, RunState},
};

/// Stops the work on a request. What waits or is queued is cancelled at once; an agent at work is told, and has
/// [`STOP_WITHIN`] to wind up and answer. Stopping twice is one stop.
///
/// # Errors
/// [`Error::Refused`] for the role billing.
pub async fn stop(db: &Db, scope: &Scope, request: RequestId) -> Result<RequestedControl> {
    may_work(scope)?;
    let mut tx = db.begin(scope).await?;
    let (held, row) = lock::lock_request(&mut tx, scope, request).await?;
    let asked = match runs::living_in(&mut tx, scope, &row).await? {
        None => stop_ended(&mut tx, scope, &row, None).await?,
        Some(run) if run.state == RunState::Working => ask_to_stop(&mut tx, scope, &held, &row, &run).await?,
        Some(run) => stop_at_once(&mut tx, scope, &held, &row, &run).await?,
    };
    tx.commit().await?;
    Ok(asked)
}

/// Stops one run and no other: the one that is named, or whichever is newest. One that has ended already is left at
/// that, so that a stop that comes late does not end what was begun since; asked again, the answer is the same.
///
/// # Errors
/// [`Error::Refused`] for the role billing; [`Error::NotFound`] where the request has no such run.
pub async fn stop_run(
    db: &Db,
    scope: &Scope,
    request: RequestId,
    run: Option<RunId>,
) -> Result<RequestedControl> {
    may_work(scope)?;
    let mut tx = db.begin(scope).await?;
    let (held, row) = lock::lock_request(&mut tx, scope, request).await?;
    let living = runs::living_in(&mut tx, scope, &row).await?;
    let meant = meant(&mut tx, scope, &row, run).await?;
    let asked = match living.filter(|living| Some(living.id) == meant) {
        Some(run) if run.state == RunState::Working => ask_to_stop(&mut tx, scope, &held, &row, &run).await?,
        Some(run) => stop_at_once(&mut tx, scope, &held, &row, &run).await?,
        None => match last_stop(&mut tx, scope, meant).await? {
            Some(asked) => asked,
            None => stop_ended(&mut tx, scope, &row, meant).await?,
        },
    };
    tx.commit().await?;
    Ok(asked)
}

/// The run that is meant; none where there never was one.
async fn meant(tx: &mut Tx, scope: &Scope, row: &LockedRequest, run: Option<RunId>) -> Result<Option<RunId>> {
    let found = sqlx::query_scalar!(
        "SELECT id FROM run
         WHERE workspace_id = $1 AND client_id = $2 AND request_id = $3 AND parent_id IS NULL
           AND ($4::uuid IS NULL OR id = $4)
         ORDER BY queued_at DESC, id DESC LIMIT 1",
        scope.workspace.0,
        row.client.0,
        row.id.0,
        run.map(|run| run.0),
    )
    .fetch_optional(tx.conn())
    .await?;
    if found.is_none() && run.is_some() { Err(Error::NotFound) } else { Ok(found.map(RunId)) }
}

/// The newest stop of a run that has ended.
async fn last_stop(tx: &mut Tx, scope: &Scope, run: Option<RunId>) -> Result<Option<RequestedControl>> {
    let Some(run) = run else { return Ok(None) };
    let row = sqlx::query!(
        r#"SELECT id, outcome AS "outcome: Outcome" FROM control
           WHERE workspace_id = $1 AND run_id = $2 AND kind = 'stop' ORDER BY asked_at DESC, id DESC LIMIT 1"#,
        scope.workspace.0,
        run.0,
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(row.map(|row| RequestedControl { control: ControlId(row.id), settled: row.outcome }))
}

async fn stop_ended(
    tx: &mut Tx,
    scope: &Scope,
    row: &LockedRequest,
    run: Option<RunId>,
) -> Result<RequestedControl> {
    let control = insert(tx, scope, row, run, ControlKind::Stop, "").await?;
    row.append(tx, &Author::of(scope), [Part::DataStop { control }]).await?;
    let why = "Work had already ended.";
    write_outcome(tx, scope, row, control, Outcome::AlreadyEnded, why, &Author::system()).await?;
    Ok(RequestedControl { control, settled: Some(Outcome::AlreadyEnded) })
}

async fn stop_at_once(
    tx: &mut Tx,
    scope: &Scope,
    held: &LockedBoard,
    row: &LockedRequest,
    run: &LivingRun,
) -> Result<RequestedControl> {
    let control = insert(tx, scope, row, Some(run.id), ControlKind::Stop, "").await?;
    row.append(tx, &Author::of(scope), [Part::DataStop { control }]).await?;
    write_outcome(tx, scope, row, control, Outcome::Done, "", &Author::system()).await?;
    let by_operator = scope.role() == Some(Role::Operator);
    take_off(tx, scope, held, row, run, &Author::of(scope), by_operator).await?;
    Ok(RequestedControl { control, settled: Some(Outcome::Done) })
}

async fn ask_to_stop(
    tx: &mut Tx,
    scope: &Scope,
    held: &LockedBoard,
    row: &LockedRequest,
    run: &LivingRun,
) -> Result<RequestedControl> {
    if let Some(control) = open_stop(tx, scope, run.id).await? {
        return Ok(RequestedControl { control, settled: None });
    }
    let control = insert(tx, scope, row, Some(run.id), ControlKind::Stop, "").await?;
    row.append(tx, &Author::of(scope), [Part::DataStop { control }]).await?;
    held.changed(tx, scope, "control", row.number).await?;
    Ok(RequestedControl { control, settled: None })
}

async fn open_stop(tx: &mut Tx, scope: &Scope, run: RunId) -> Result<Option<ControlId>> {
    let open = sqlx::query_scalar!(
        "SELECT id FROM control WHERE workspace_id = $1 AND run_id = $2 AND kind = 'stop' AND outcome IS NULL",
        scope.workspace.0,
        run.0,
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(open.map(ControlId))
}

/// Writes a control down; its deadline is counted from now.
pub(super) async fn insert(
    tx: &mut Tx,
    scope: &Scope,
    row: &LockedRequest,
    run: Option<RunId>,
    kind: ControlKind,
    text: &str,
) -> Result<ControlId> {
    let Some(person) = scope.person() else { return Err(Error::NotFound) };
    let id = ControlId::new();
    let within = if kind == ControlKind::Stop { STOP_WITHIN } else { ANSWER_WITHIN };
    let now = tx.now();
    sqlx::query!(
        "INSERT INTO control (id, workspace_id, client_id, request_id, run_id, kind, body, asked_by, asked_at, deadline)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        id.0,
        scope.workspace.0,
        row.client.0,
        row.id.0,
        run.map(|id| id.0),
        kind.as_str(),
        text,
        person.0,
        now,
        now + TimeDelta::from_std(within).unwrap_or_default(),
    )
    .execute(tx.conn())
    .await?;
    Ok(id)
}

/// Takes the agent off and leaves the request with whoever stopped it.
pub(super) async fn take_off(
    tx: &mut Tx,
    scope: &Scope,
    held: &LockedBoard,
    row: &LockedRequest,
    run: &LivingRun,
    author: &Author,
    by_operator: bool,
) -> Result<()> {
    runs::commands::cancel_in(tx, scope, held, row, run, author).await?;
    approvals::commands::withdraw_open_in(tx, scope, row, author).await?;
    let to = if by_operator { Column::InProgress } else { Column::Waiting };
    if row.column == to || !matches!(row.column, Column::InProgress | Column::Waiting) {
        return Ok(());
    }
    let position = position::end_in(tx, scope, held.client, to).await?;
    shift_in(tx, scope, held, row, to, position, &Author::system()).await
}
