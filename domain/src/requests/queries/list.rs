use uuid::Uuid;

use super::cards;
use crate::{
    Db, Error, Result, Scope, Tx,
    requests::{Card, Column, Page},
};

/// Cards on one page of a list.
const PAGE: i64 = 50;
/// The most cards of a queue.
const QUEUE: i64 = 200;

/// All requests of the scope, newest first, of one column or of all, a page at a time (from 1).
pub async fn list(db: &Db, scope: &Scope, column: Option<Column>, page: u32) -> Result<Page> {
    let page = page.max(1);
    let mut tx = db.begin(scope).await?;
    let calendar = cards::calendar_in(&mut tx, scope).await?;
    let mut ids = wanted(&mut tx, scope, column, i64::from(page - 1) * PAGE).await?;
    let more = ids.len() > PAGE as usize;
    ids.truncate(PAGE as usize);
    let cards = cards::load(&mut tx, scope, &calendar, &ids).await?;
    tx.commit().await?;
    Ok(Page { cards, page, more })
}

/// One more than a page, to tell whether another one follows.
async fn wanted(tx: &mut Tx, scope: &Scope, column: Option<Column>, skip: i64) -> Result<Vec<Uuid>> {
    Ok(match scope.client {
        Some(client) => {
            sqlx::query_scalar!(
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
            .await?
        }
        None => {
            sqlx::query_scalar!(
                "SELECT id FROM request
                 WHERE workspace_id = $1 AND ($2::text IS NULL OR board_column = $2) AND withdrawn_at IS NULL
                 ORDER BY created_at DESC LIMIT $3 OFFSET $4",
                scope.workspace.0,
                column.map(Column::as_str),
                PAGE + 1,
                skip,
            )
            .fetch_all(tx.conn())
            .await?
        }
    })
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
