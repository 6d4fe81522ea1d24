use super::{
    shift::{no_place, no_subscription, shift_in},
    slots::{take_slot, taken},
};
use crate::{
    Result, Scope, Tx, agents,
    ids::{AgentId, ClientId, RequestId},
    requests::{
        Column, clock,
        lock::{self, LockedBoard, LockedRequest},
        position,
    },
    runs,
    session::{Author, Part},
};

/// Starts what is next on a client's board for as long as places are free and its subscription is active.
pub async fn start_next_in(tx: &mut Tx, scope: &Scope, client: ClientId) -> Result<()> {
    let held = lock::lock_board(tx, scope, client).await?;
    start_next_held(tx, scope, &held, None).await
}

/// The same on a board that is held already. `but`: one that was just parked, and would otherwise be started anew.
pub(crate) async fn start_next_held(
    tx: &mut Tx,
    scope: &Scope,
    held: &LockedBoard,
    but: Option<RequestId>,
) -> Result<()> {
    let Some(terms) = held.at_work() else { return Ok(()) };
    let free = i64::from(terms.active_limit) - taken(tx, scope, held.client).await?;
    for request in next(tx, scope, held.client, but, free.max(0)).await? {
        let row = lock::find_in(tx, scope, held.client, request).await?;
        if !start_in(tx, scope, held, &row, None, &Author::system()).await? {
            break;
        }
    }
    Ok(())
}

async fn next(
    tx: &mut Tx,
    scope: &Scope,
    client: ClientId,
    but: Option<RequestId>,
    most: i64,
) -> Result<Vec<RequestId>> {
    let ids = sqlx::query_scalar!(
        "SELECT id FROM request
         WHERE workspace_id = $1 AND client_id = $2 AND board_column = 'up_next' AND withdrawn_at IS NULL
           AND id IS DISTINCT FROM $3
         ORDER BY position, id LIMIT $4",
        scope.workspace.0,
        client.0,
        but.map(|id| id.0),
        most,
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(ids.into_iter().map(RequestId).collect())
}

/// Starts a request by hand, at a position of its own.
///
/// # Errors
/// [`crate::Error::Refused`] when no place is free or the subscription is not active.
pub(crate) async fn start_by_hand(
    tx: &mut Tx,
    scope: &Scope,
    held: &LockedBoard,
    row: &LockedRequest,
    position: f64,
    author: &Author,
) -> Result<()> {
    if held.at_work().is_none() {
        return Err(no_subscription(held));
    }
    if start_in(tx, scope, held, row, Some(position), author).await? { Ok(()) } else { Err(no_place(held)) }
}

/// Gives a request a place, starts its clock and queues a run; `false` where no place is free. Without any agent in
/// the workspace the request is at work all the same, for the operator to see to.
async fn start_in(
    tx: &mut Tx,
    scope: &Scope,
    held: &LockedBoard,
    row: &LockedRequest,
    position: Option<f64>,
    author: &Author,
) -> Result<bool> {
    let Some(terms) = held.at_work() else { return Ok(false) };
    let agent = agent_for(tx, scope, row).await?;
    let position = position_or_end(tx, scope, held.client, position).await?;
    if !take_slot(tx, scope, row, terms, agent, position).await? {
        return Ok(false);
    }
    clock::set_in(tx, scope, held, row.id, Column::InProgress).await?;
    row.append(tx, author, [Part::DataMoved { from: row.column, to: Column::InProgress }]).await?;
    held.changed(tx, scope, "request", row.number).await?;
    if let Some(agent) = agent {
        runs::commands::queue_in(tx, scope, held, row, agent).await?;
    }
    Ok(true)
}

/// Goes on with a request that holds a place and that nobody works on: into In progress, with a new run. `false`
/// where nobody is there to do the work.
///
/// # Errors
/// [`crate::Error::Refused`] when the subscription is not active.
pub(crate) async fn go_on_in(
    tx: &mut Tx,
    scope: &Scope,
    held: &LockedBoard,
    row: &LockedRequest,
    position: Option<f64>,
    author: &Author,
) -> Result<bool> {
    if held.at_work().is_none() {
        return Err(no_subscription(held));
    }
    if row.column != Column::InProgress {
        let position = position_or_end(tx, scope, held.client, position).await?;
        shift_in(tx, scope, held, row, Column::InProgress, position, author).await?;
    }
    let Some(agent) = agent_for(tx, scope, row).await? else { return Ok(false) };
    runs::commands::queue_in(tx, scope, held, row, agent).await?;
    Ok(true)
}

/// Who worked on it before goes on with it; otherwise whoever works for its client.
async fn agent_for(tx: &mut Tx, scope: &Scope, row: &LockedRequest) -> Result<Option<AgentId>> {
    match row.agent {
        Some(agent) => Ok(Some(agent)),
        None => agents::queries::for_client_in(tx, scope, row.client).await,
    }
}

async fn position_or_end(tx: &mut Tx, scope: &Scope, client: ClientId, position: Option<f64>) -> Result<f64> {
    match position {
        Some(position) => Ok(position),
        None => position::end_in(tx, scope, client, Column::InProgress).await,
    }
}
