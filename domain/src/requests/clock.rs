//! The cycle's clock in the database: spans are opened and closed in the transaction that moves the request.
//!
//! It runs while a request is in progress. It stands still while the request waits on the client, which it does in
//! Waiting on you and in Review, and while the subscription is not active. It has an open span exactly while the
//! request holds a place.

use chrono::{DateTime, TimeDelta, Utc};

use super::{Column, lock::LockedBoard};
use crate::{
    Result, Scope, Tx,
    calendar::{Calendar, Cycle, Span},
    cycle::{CycleView, SpanKind},
    db::one_row,
    ids::{ClientId, RequestId},
};

/// What the clock does for a request in `column`, `None` where it is not even stopped: there it does not count.
pub(crate) fn wanted(column: Column, at_work: bool) -> Option<SpanKind> {
    match column {
        Column::Backlog | Column::UpNext | Column::Done => None,
        _ if !at_work => Some(SpanKind::Paused),
        Column::InProgress => Some(SpanKind::Running),
        Column::Waiting | Column::Review => Some(SpanKind::Waiting),
    }
}

/// Sets the clock to what `column` asks for, and says anew when the request is due.
pub(crate) async fn set_in(
    tx: &mut Tx,
    scope: &Scope,
    held: &LockedBoard,
    request: RequestId,
    column: Column,
) -> Result<()> {
    let kind = wanted(column, held.at_work().is_some());
    change_span(tx, scope, held.client, request, kind).await?;
    let due = match kind {
        Some(SpanKind::Running) => due(tx, scope, held, request).await?,
        _ => None,
    };
    let done = sqlx::query!(
        "UPDATE request SET due_at = $4 WHERE workspace_id = $1 AND client_id = $2 AND id = $3",
        scope.workspace.0,
        held.client.0,
        request.0,
        due,
    )
    .execute(tx.conn())
    .await?;
    one_row(done.rows_affected())
}

/// Closes the span that lasts, unless it is of the wanted kind, and opens the wanted one. Two nodes' clocks may differ:
/// no span ends before it began or begins before the last one ended.
async fn change_span(
    tx: &mut Tx,
    scope: &Scope,
    client: ClientId,
    request: RequestId,
    kind: Option<SpanKind>,
) -> Result<()> {
    let (now, kind) = (tx.now(), kind.map(SpanKind::as_str));
    sqlx::query!(
        "UPDATE cycle_span SET to_at = greatest(from_at, $4)
         WHERE workspace_id = $1 AND client_id = $2 AND request_id = $3 AND to_at IS NULL AND kind IS DISTINCT FROM $5",
        scope.workspace.0,
        client.0,
        request.0,
        now,
        kind,
    )
    .execute(tx.conn())
    .await?;
    let Some(kind) = kind else { return Ok(()) };
    sqlx::query!(
        "INSERT INTO cycle_span (workspace_id, client_id, request_id, from_at, kind)
         SELECT $1, $2, $3, greatest($4, max(to_at)), $5 FROM cycle_span
         WHERE workspace_id = $1 AND client_id = $2 AND request_id = $3
         HAVING count(*) FILTER (WHERE to_at IS NULL) = 0",
        scope.workspace.0,
        client.0,
        request.0,
        now,
        kind,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

async fn due(
    tx: &mut Tx,
    scope: &Scope,
    held: &LockedBoard,
    request: RequestId,
) -> Result<Option<DateTime<Utc>>> {
    let hours = sqlx::query_scalar!(
        "SELECT cycle_hours FROM request WHERE workspace_id = $1 AND client_id = $2 AND id = $3",
        scope.workspace.0,
        held.client.0,
        request.0,
    )
    .fetch_one(tx.conn())
    .await?;
    let spans = spans_in(tx, scope, held.client, request).await?;
    Ok(cycle(hours.unwrap_or(0), spans).read(&held.calendar, tx.now()).due)
}

pub(crate) async fn spans_in(
    tx: &mut Tx,
    scope: &Scope,
    client: ClientId,
    request: RequestId,
) -> Result<Vec<Span>> {
    let rows = sqlx::query!(
        r#"SELECT kind AS "kind: SpanKind", from_at, to_at FROM cycle_span
           WHERE workspace_id = $1 AND client_id = $2 AND request_id = $3 ORDER BY from_at, to_at"#,
        scope.workspace.0,
        client.0,
        request.0,
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows.into_iter().map(|row| Span { kind: row.kind, from: row.from_at, to: row.to_at }).collect())
}

fn cycle(hours: i32, spans: Vec<Span>) -> Cycle {
    Cycle::new(TimeDelta::hours(hours.into()), spans)
}

/// The clock as a card shows it.
pub(crate) fn view(calendar: &Calendar, hours: i32, spans: Vec<Span>, now: DateTime<Utc>) -> CycleView {
    let cycle = cycle(hours, spans);
    let reading = cycle.read(calendar, now);
    CycleView {
        hours: u32::try_from(hours).unwrap_or(0),
        worked: reading.worked.num_seconds(),
        waited: reading.waited.num_seconds(),
        left: reading.left.num_seconds(),
        state: reading.state,
        at_risk: reading.at_risk,
        overdue: reading.overdue,
        pieces: cycle.line(calendar, now),
    }
}

/// Stops the clocks of a client whose subscription no longer lets it be worked for (paused). Call it in the
/// transaction that changed the subscription, after that. No run is taken up until the subscription is active again.
pub async fn pause_all_in(tx: &mut Tx, scope: &Scope, client: ClientId) -> Result<()> {
    set_all(tx, scope, client).await.map(|_| ())
}

/// The same where the client is entitled to nothing any more: the work is taken from whoever is at it, and queued for
/// when the client is again.
pub(crate) async fn stop_all_in(tx: &mut Tx, scope: &Scope, client: ClientId) -> Result<()> {
    let held = set_all(tx, scope, client).await?;
    crate::runs::commands::take_back_all_in(tx, scope, &held).await
}

/// Starts the clocks of a client whose subscription lets it be worked for again, and what is next. Call it in the
/// transaction that changed the subscription, after that: also when a first payment makes it active.
pub async fn resume_all_in(tx: &mut Tx, scope: &Scope, client: ClientId) -> Result<()> {
    let held = set_all(tx, scope, client).await?;
    super::commands::start_next_held(tx, scope, &held, None).await
}

/// Sets the clocks of a client's requests anew, after the workspace's calendar changed: when they are due reads
/// differently now.
pub async fn set_all_in(tx: &mut Tx, scope: &Scope, client: ClientId) -> Result<()> {
    set_all(tx, scope, client).await.map(|_| ())
}

/// Sets the clocks of all requests that hold a place.
async fn set_all(tx: &mut Tx, scope: &Scope, client: ClientId) -> Result<LockedBoard> {
    let held = super::lock::lock_board(tx, scope, client).await?;
    let rows = sqlx::query!(
        r#"SELECT id, number, board_column AS "column: Column" FROM request
           WHERE workspace_id = $1 AND client_id = $2 AND withdrawn_at IS NULL
             AND board_column IN ('in_progress', 'waiting', 'review')
           ORDER BY id"#,
        scope.workspace.0,
        client.0,
    )
    .fetch_all(tx.conn())
    .await?;
    for row in rows {
        set_in(tx, scope, &held, RequestId(row.id), row.column).await?;
        held.changed(tx, scope, "request", row.number.cast_unsigned()).await?;
    }
    Ok(held)
}
