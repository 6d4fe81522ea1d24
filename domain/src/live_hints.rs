//! Hints that lists and boards follow: what reads differently now, never how. Pages that follow them read their rows
//! again.

use sessions::StreamId;

use crate::{
    Result, Scope, Tx,
    ids::{ClientId, WorkspaceId},
    session::{Author, Event, Part},
};

/// Says on the client's board and on the desk that something of a client's changed. `what` as in
/// [`Part::DataChanged`]; `request`: its number.
pub async fn publish(
    tx: &mut Tx,
    scope: &Scope,
    client: ClientId,
    what: &str,
    request: Option<u64>,
) -> Result<()> {
    let streams = sqlx::query!(
        "SELECT c.board_stream, w.desk_stream
         FROM client c JOIN workspace w ON w.id = c.workspace_id
         WHERE c.workspace_id = $1 AND c.id = $2",
        scope.workspace.0,
        client.0,
    )
    .fetch_one(tx.conn())
    .await?;
    let hint = hint(tx, scope, Some(client), what, request);
    tx.append(StreamId(streams.board_stream), std::slice::from_ref(&hint)).await?;
    tx.append_to_desk(scope.workspace, StreamId(streams.desk_stream), &hint);
    Ok(())
}

/// Says on the desk alone that something of the workspace's own changed (an offer, an agent).
pub async fn publish_to_desk(tx: &mut Tx, scope: &Scope, what: &str) -> Result<()> {
    let desk = desk_of(tx, scope.workspace).await?;
    let hint = hint(tx, scope, None, what, None);
    tx.append_to_desk(scope.workspace, desk, &hint);
    Ok(())
}

async fn desk_of(tx: &mut Tx, workspace: WorkspaceId) -> Result<StreamId> {
    let desk = sqlx::query_scalar!("SELECT desk_stream FROM workspace WHERE id = $1", workspace.0)
        .fetch_one(tx.conn())
        .await?;
    Ok(StreamId(desk))
}

fn hint(tx: &Tx, scope: &Scope, client: Option<ClientId>, what: &str, request: Option<u64>) -> Event {
    let part = Part::DataChanged { what: what.to_owned(), client, request };
    Event::new(Author::of(scope), tx.now(), part)
}
