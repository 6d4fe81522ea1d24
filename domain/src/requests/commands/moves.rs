use super::{
    go_on_in, may_work, operator, park_in,
    rules::{Facts, MoveKind, move_kind},
    shift_in, start_by_hand, start_next_held,
};
use crate::{
    Db, Error, Result, Role, Scope, Tx, approvals,
    ids::RequestId,
    requests::{
        Column, MovedRequest, Position,
        lock::{self, LockedBoard, LockedRequest},
        position,
    },
    reviews, runs,
    session::Author,
};

/// Moves a request on the board, above another card or to the end of the column.
///
/// Members move between Backlog and Up next. Operators move anywhere that the work allows: a request that is put into
/// In progress is started, one that is taken out of work is parked (its clock stops, whoever works on it is taken off),
/// one that is taken from Review to Done is approved. What is parked in Up next is not started again before something
/// else moves there.
///
/// # Errors
/// [`Error::Refused`] with the reason, such as that all places are taken.
pub async fn move_to(
    db: &Db,
    scope: &Scope,
    request: RequestId,
    to: Column,
    before: Option<RequestId>,
) -> Result<MovedRequest> {
    moved(db, scope, request, to, before.map_or(Position::Last, Position::Before)).await
}

/// Takes a move back: into the column and to the position that [`MovedRequest`] tells. It is a move like any other, and
/// refused where the place has been taken meanwhile.
///
/// # Errors
/// As [`move_to`].
pub async fn undo_move(
    db: &Db,
    scope: &Scope,
    request: RequestId,
    to: Column,
    position: f64,
) -> Result<MovedRequest> {
    moved(db, scope, request, to, Position::At(position)).await
}

async fn moved(db: &Db, scope: &Scope, request: RequestId, to: Column, at: Position) -> Result<MovedRequest> {
    may_work(scope)?;
    let mut tx = db.begin(scope).await?;
    let (held, row) = lock::lock_request(&mut tx, scope, request).await?;
    row.still_wanted()?;
    if scope.role() != Some(Role::Operator) {
        members_own(row.column, to)?;
    }
    let facts = facts(&mut tx, scope, &row).await?;
    let move_kind = move_kind(row.column, to, facts)?;
    let position = position::position_in(&mut tx, scope, &row, to, at).await?;
    carry_out(&mut tx, scope, &held, &row, to, position, move_kind).await?;
    let now = lock::find_in(&mut tx, scope, held.client, request).await?;
    tx.commit().await?;
    Ok(MovedRequest { request, number: row.number, from: row.column, to: now.column, position: row.position })
}

fn members_own(from: Column, to: Column) -> Result<()> {
    let own = |column| matches!(column, Column::Backlog | Column::UpNext);
    if own(from) && own(to) {
        return Ok(());
    }
    Err(Error::refused(
        "You can move requests between Backlog and Up next. After that, they move as the work moves.",
    ))
}

async fn facts(tx: &mut Tx, scope: &Scope, row: &LockedRequest) -> Result<Facts> {
    let known = sqlx::query!(
        r#"SELECT EXISTS (SELECT FROM approval WHERE workspace_id = $1 AND client_id = $2 AND request_id = $3
                          AND state = 'open' AND audience = 'client') AS "asked!",
                  EXISTS (SELECT FROM deliverable WHERE workspace_id = $1 AND client_id = $2 AND request_id = $3)
                      AS "delivered!""#,
        scope.workspace.0,
        row.client.0,
        row.id.0,
    )
    .fetch_one(tx.conn())
    .await?;
    let living = runs::living_in(tx, scope, row).await?.map(|run| run.state);
    Ok(Facts { living, asked: known.asked, delivered: known.delivered })
}

async fn carry_out(
    tx: &mut Tx,
    scope: &Scope,
    held: &LockedBoard,
    row: &LockedRequest,
    to: Column,
    position: f64,
    move_kind: MoveKind,
) -> Result<()> {
    let author = Author::of(scope);
    match move_kind {
        MoveKind::Reorder => super::order::put_in(tx, scope, held, row, position).await,
        MoveKind::Shift => {
            if row.column.is_active() {
                take_off(tx, scope, held, row, &author).await?;
            }
            shift_in(tx, scope, held, row, to, position, &author).await?;
            start_next_held(tx, scope, held, None).await
        }
        MoveKind::Start => {
            operator(scope)?;
            start_by_hand(tx, scope, held, row, position, &author).await
        }
        MoveKind::Park => {
            park_in(tx, scope, held, row, to, position, &author).await?;
            start_next_held(tx, scope, held, Some(row.id)).await
        }
        MoveKind::GoOn if runs::living_in(tx, scope, row).await?.is_some() => {
            shift_in(tx, scope, held, row, to, position, &author).await
        }
        MoveKind::GoOn => go_on_in(tx, scope, held, row, Some(position), &author).await.map(|_| ()),
        MoveKind::Approve => reviews::commands::approve_in(tx, scope, held, row, position).await,
    }
}

/// Nobody works on what stands still.
async fn take_off(
    tx: &mut Tx,
    scope: &Scope,
    held: &LockedBoard,
    row: &LockedRequest,
    author: &Author,
) -> Result<()> {
    if let Some(run) = runs::living_in(tx, scope, row).await? {
        runs::commands::cancel_in(tx, scope, held, row, &run, author).await?;
    }
    approvals::commands::withdraw_open_in(tx, scope, row, author).await
}
