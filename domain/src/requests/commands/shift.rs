use crate::{
    Error, OnConstraint, Result, Scope, Tx, approvals,
    billing::Entitlement,
    db::one_row,
    requests::{
        Column, clock,
        lock::{LockedBoard, LockedRequest},
    },
    runs,
    session::{Author, Part},
    webhooks::{
        EventKind,
        commands::{enqueue, with_fields},
    },
};

/// Moves a request to another column, its clock with it, and says so. Where that takes a place the database has the
/// last word.
///
/// # Errors
/// [`Error::Refused`] when all places are taken or there is no subscription.
pub(crate) async fn shift_in(
    tx: &mut Tx,
    scope: &Scope,
    held: &LockedBoard,
    row: &LockedRequest,
    to: Column,
    position: f64,
    author: &Author,
) -> Result<()> {
    let done = sqlx::query!(
        "UPDATE request SET board_column = $5::text, position = $6, moved_at = $7::timestamptz,
                done_at = CASE WHEN $5::text = 'done' THEN $7::timestamptz END
         WHERE workspace_id = $1 AND client_id = $2 AND id = $3 AND board_column = $4 AND withdrawn_at IS NULL",
        scope.workspace.0,
        held.client.0,
        row.id.0,
        row.column.as_str(),
        to.as_str(),
        position,
        tx.now(),
    )
    .execute(tx.conn())
    .await
    .on_constraint("request_active_limit", || no_place(held))
    .on_constraint("request_needs_subscription", || no_subscription(held))?;
    one_row(done.rows_affected())?;
    clock::set_in(tx, scope, held, row.id, to).await?;
    row.append(tx, author, [Part::DataMoved { from: row.column, to }]).await?;
    let moved =
        with_fields(row.webhook_data(), [("from", row.column.as_str().into()), ("to", to.as_str().into())]);
    enqueue(tx, scope, EventKind::RequestMoved, moved).await?;
    held.changed(tx, scope, "request", row.number).await
}

/// Takes a request out of work: its run is cancelled, its open questions are withdrawn, its clock stops and its place
/// is free.
pub(crate) async fn park_in(
    tx: &mut Tx,
    scope: &Scope,
    held: &LockedBoard,
    row: &LockedRequest,
    to: Column,
    position: f64,
    author: &Author,
) -> Result<()> {
    if let Some(run) = runs::living_in(tx, scope, row).await? {
        runs::commands::cancel_in(tx, scope, held, row, &run, author).await?;
    }
    approvals::commands::withdraw_open_in(tx, scope, row, author).await?;
    shift_in(tx, scope, held, row, to, position, author).await
}

/// Why nothing more can be started.
pub(crate) fn no_place(held: &LockedBoard) -> Error {
    let limit = held.terms.map_or(0, |terms| terms.active_limit);
    let places = if limit == 1 { "slot" } else { "slots" };
    Error::refused(format!(
        "{} is using {limit} of {limit} {places}. Finish one or move one back to Up next first.",
        held.client_name
    ))
}

pub(crate) fn no_subscription(held: &LockedBoard) -> Error {
    let name = &held.client_name;
    Error::refused(match held.entitlement {
        Entitlement::Archived => format!("{name} is archived, so nothing can be started."),
        Entitlement::Ended | Entitlement::Nothing => {
            format!("{name} doesn’t have a subscription. Start one first.")
        }
        other => format!("{name}'s subscription is not active. {}", other.goes_on().unwrap_or_default()),
    })
}
