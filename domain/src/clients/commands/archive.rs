use chrono::{DateTime, Utc};

use super::create::{hold_workspace_in, name_is_free_in};
use crate::{
    Db, Error, Result, Scope, Tx,
    audit::{self, NewEntry},
    db::one_row,
    erasures,
    ids::{ClientId, RequestId},
    live_hints,
    requests::{
        Column,
        commands::park_in,
        lock::{self, LockedBoard},
        position,
    },
    scope::operators_only,
    session::Author,
};

/// A client has left: its people can read and download for [`super::READABLE`] and change nothing, its work is taken off
/// the board, and everything is kept.
///
/// # Errors
/// [`Error::Refused`] while it holds a subscription; [`Error::NotFound`], also for anyone but an operator.
pub async fn archive(db: &Db, scope: &Scope, client: ClientId) -> Result<()> {
    operators_only(scope)?;
    let mut tx = db.begin(scope).await?;
    let held = lock::lock_board(&mut tx, scope, client).await?;
    if held.archived {
        return Ok(());
    }
    if held.terms.is_some() {
        let name = &held.client_name;
        return Err(Error::refused(format!(
            "{name} still has a subscription. Cancel it first so they aren’t billed again."
        )));
    }
    park_all_in(&mut tx, scope, &held).await?;
    let now = tx.now();
    set_in(&mut tx, scope, client, Some(now)).await?;
    let entry = NewEntry::done("archive_client", held.client_name.as_str()).of(client);
    audit::commands::record_in(&mut tx, scope, entry).await?;
    tx.commit().await
}

/// Archives a client that holds no subscription, within a transaction of the server itself; its name.
pub(crate) async fn archive_in(tx: &mut Tx, scope: &Scope, client: ClientId) -> Result<String> {
    let held = lock::lock_board(tx, scope, client).await?;
    park_all_in(tx, scope, &held).await?;
    let now = tx.now();
    set_in(tx, scope, client, Some(now)).await?;
    Ok(held.client_name)
}

/// A client is back.
///
/// # Errors
/// Field `name` where another client has its name by now; [`Error::Refused`] where it is going to be erased;
/// [`Error::NotFound`], also for anyone but an operator.
pub async fn restore(db: &Db, scope: &Scope, client: ClientId) -> Result<()> {
    operators_only(scope)?;
    let mut tx = db.begin(scope).await?;
    let held = lock::lock_board(&mut tx, scope, client).await?;
    if erasures::queries::due_in(&mut tx, scope, client).await?.is_some() {
        let name = &held.client_name;
        return Err(Error::refused(format!("{name} is going to be erased. Keep it first, then restore it.")));
    }
    hold_workspace_in(&mut tx, scope).await?;
    name_is_free_in(&mut tx, scope, &held.client_name, Some(client)).await?;
    set_in(&mut tx, scope, client, None).await?;
    let entry = NewEntry::done("restore_client", held.client_name.as_str()).of(client);
    audit::commands::record_in(&mut tx, scope, entry).await?;
    tx.commit().await
}

/// Nobody works for a client that has left.
async fn park_all_in(tx: &mut Tx, scope: &Scope, held: &LockedBoard) -> Result<()> {
    let active = sqlx::query_scalar!(
        "SELECT id FROM request
         WHERE workspace_id = $1 AND client_id = $2 AND withdrawn_at IS NULL
           AND board_column IN ('in_progress', 'waiting', 'review')
         ORDER BY id",
        scope.workspace.0,
        held.client.0,
    )
    .fetch_all(tx.conn())
    .await?;
    for id in active {
        let row = lock::find_in(tx, scope, held.client, RequestId(id)).await?;
        let position = position::end_in(tx, scope, held.client, Column::Backlog).await?;
        park_in(tx, scope, held, &row, Column::Backlog, position, &Author::of(scope)).await?;
    }
    Ok(())
}

async fn set_in(
    tx: &mut Tx,
    scope: &Scope,
    client: ClientId,
    archived_at: Option<DateTime<Utc>>,
) -> Result<()> {
    let done = sqlx::query!(
        "UPDATE client SET archived_at = $3, closed_at = NULL WHERE workspace_id = $1 AND id = $2",
        scope.workspace.0,
        client.0,
        archived_at,
    )
    .execute(tx.conn())
    .await?;
    one_row(done.rows_affected())?;
    live_hints::publish(tx, scope, client, "client", None).await
}
