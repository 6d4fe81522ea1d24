use chrono::TimeDelta;
use uuid::Uuid;

use super::cards;
use crate::{
    Db, Result, Scope, Tx,
    ids::ClientId,
    requests::{Card, Column},
};

/// The most cards of one column: what a person can still look over. Where a column has as many, there may be more.
pub const COLUMN_CARDS: usize = 60;
/// How long what is done stays on the board.
const DONE_DAYS: i64 = 7;

/// The cards of a board, column by column, each in its order: all open requests, and what was done in the last seven
/// days, newest first; at most [`COLUMN_CARDS`] of each column. For one client or, in a whole workspace, for all.
pub async fn board(db: &Db, scope: &Scope, filter: Option<ClientId>) -> Result<Vec<Card>> {
    let mut tx = db.begin(scope).await?;
    let cards = board_in(&mut tx, scope, filter, COLUMN_CARDS as i64).await?;
    tx.commit().await?;
    Ok(cards)
}

/// The same within a transaction, at most `most` of each column.
pub(crate) async fn board_in(
    tx: &mut Tx,
    scope: &Scope,
    filter: Option<ClientId>,
    most: i64,
) -> Result<Vec<Card>> {
    let client = scope.client.or(filter);
    let calendar = cards::calendar_in(tx, scope).await?;
    let mut ids = Vec::new();
    for column in Column::ALL {
        ids.extend(match (column, client) {
            (Column::Done, _) => done(tx, scope, client, most).await?,
            (_, Some(client)) => of_client(tx, scope, client, column, most).await?,
            (_, None) => of_all(tx, scope, column, most).await?,
        });
    }
    cards::load(tx, scope, &calendar, &ids).await
}

async fn of_all(tx: &mut Tx, scope: &Scope, column: Column, most: i64) -> Result<Vec<Uuid>> {
    Ok(sqlx::query_scalar!(
        "SELECT id FROM request
         WHERE workspace_id = $1 AND board_column = $2 AND board_column <> 'done' AND withdrawn_at IS NULL
         ORDER BY position, id LIMIT $3",
        scope.workspace.0,
        column.as_str(),
        most,
    )
    .fetch_all(tx.conn())
    .await?)
}

async fn of_client(
    tx: &mut Tx,
    scope: &Scope,
    client: ClientId,
    column: Column,
    most: i64,
) -> Result<Vec<Uuid>> {
    Ok(sqlx::query_scalar!(
        "SELECT id FROM request
         WHERE workspace_id = $1 AND client_id = $2 AND board_column = $3 AND withdrawn_at IS NULL
         ORDER BY position, id LIMIT $4",
        scope.workspace.0,
        client.0,
        column.as_str(),
        most,
    )
    .fetch_all(tx.conn())
    .await?)
}

async fn done(tx: &mut Tx, scope: &Scope, client: Option<ClientId>, most: i64) -> Result<Vec<Uuid>> {
    let since = tx.now() - TimeDelta::days(DONE_DAYS);
    Ok(sqlx::query_scalar!(
        "SELECT id FROM request
         WHERE workspace_id = $1 AND ($2::uuid IS NULL OR client_id = $2) AND board_column = 'done' AND done_at >= $3
           AND withdrawn_at IS NULL
         ORDER BY done_at DESC, id LIMIT $4",
        scope.workspace.0,
        client.map(|id| id.0),
        since,
        most,
    )
    .fetch_all(tx.conn())
    .await?)
}
