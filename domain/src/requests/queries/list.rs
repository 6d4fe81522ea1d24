use uuid::Uuid;

use super::cards;
use crate::{
    Db, Error, Result, Scope, Tx,
    ids::ClientId,
    requests::{Card, Column, RequestPage},
};

/// Cards on one page of a list.
const PAGE: i64 = 50;
/// The most cards of a queue.
const QUEUE: i64 = 200;

/// All requests of the scope, of one column or of all, a page at a time (from 1): the newest first, and in a whole
/// workspace what is done by when it was done.
pub async fn list(db: &Db, scope: &Scope, column: Option<Column>, page: u32) -> Result<RequestPage> {
    let page = page.max(1);
    let mut tx = db.begin(scope).await?;
    let calendar = cards::calendar_in(&mut tx, scope).await?;
    let mut ids = wanted(&mut tx, scope, column, i64::from(page - 1) * PAGE).await?;
    let more = ids.len() > PAGE as usize;
    ids.truncate(PAGE as usize);
    let cards = cards::load(&mut tx, scope, &calendar, &ids).await?;
    tx.commit().await?;
    Ok(RequestPage { cards, page, more })
}

/// One more than a page, to tell whether another one follows.
async fn wanted(tx: &mut Tx, scope: &Scope, column: Option<Column>, skip: i64) -> Result<Vec<Uuid>> {
    match (scope.client, column) {
        (Some(client), _) => of_client(tx, scope, client, column, skip).await,
        (None, None) => of_all(tx, scope, skip).await,
        (None, Some(Column::Done)) => done(tx, scope, skip).await,
        (None, Some(column)) => open(tx, scope, column, skip).await,
    }
}

async fn of_client(
    tx: &mut Tx,
    scope: &Scope,
    client: ClientId,
    column: Option<Column>,
    skip: i64,
) -> Result<Vec<Uuid>> {
    Ok(sqlx::query_scalar!(
        "SELECT id FROM request
         WHERE workspace_id = $1 AND client_id = $2 AND ($3::text IS NULL OR board_column = $3)
           AND withdrawn_at IS NULL
         ORDER BY number DESC LIMIT $4 OFFSET $5",
        scope.workspace.0,
        client.0,
        column.map(Column::as_str),
        PAGE + 1,
        skip,
    )
    .fetch_all(tx.conn())
    .await?)
}

async fn of_all(tx: &mut Tx, scope: &Scope, skip: i64) -> Result<Vec<Uuid>> {
    Ok(sqlx::query_scalar!(
        "SELECT id FROM request WHERE workspace_id = $1 AND withdrawn_at IS NULL
         ORDER BY created_at DESC LIMIT $2 OFFSET $3",
        scope.workspace.0,
        PAGE + 1,
        skip,
    )
    .fetch_all(tx.conn())
    .await?)
}

/// By when they were done, as the index has them.
async fn done(tx: &mut Tx, scope: &Scope, skip: i64) -> Result<Vec<Uuid>> {
    Ok(sqlx::query_scalar!(
        "SELECT id FROM request WHERE workspace_id = $1 AND board_column = 'done' AND withdrawn_at IS NULL
         ORDER BY done_at DESC LIMIT $2 OFFSET $3",
        scope.workspace.0,
        PAGE + 1,
        skip,
    )
    .fetch_all(tx.conn())
    .await?)
}

async fn open(tx: &mut Tx, scope: &Scope, column: Column, skip: i64) -> Result<Vec<Uuid>> {
    Ok(sqlx::query_scalar!(
        "SELECT id FROM request
         WHERE workspace_id = $1 AND board_column = $2 AND board_column <> 'done' AND withdrawn_at IS NULL
         ORDER BY created_at DESC LIMIT $3 OFFSET $4",
        scope.workspace.0,
        column.as_str(),
        PAGE + 1,
        skip,
    )
    .fetch_all(tx.conn())
    .await?)
}

/// A client's Up next and Backlog, each in its order.
///
/// # Errors
/// [`Error::NotFound`] without a client in the scope.
pub async fn queue(db: &Db, scope: &Scope) -> Result<Vec<Card>> {
    let Some(client) = scope.client else { return Err(Error::NotFound) };
    let mut tx = db.begin(scope).await?;
    let calendar = cards::calendar_in(&mut tx, scope).await?;
    let ids = sqlx::query_scalar!(
        "SELECT id FROM request
         WHERE workspace_id = $1 AND client_id = $2 AND board_column IN ('up_next', 'backlog') AND withdrawn_at IS NULL
         ORDER BY (board_column = 'backlog'), position, id LIMIT $3",
        scope.workspace.0,
        client.0,
        QUEUE,
    )
    .fetch_all(tx.conn())
    .await?;
    let cards = cards::load(&mut tx, scope, &calendar, &ids).await?;
    tx.commit().await?;
    Ok(cards)
}
