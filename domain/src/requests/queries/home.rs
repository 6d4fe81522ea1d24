use uuid::Uuid;

use super::cards;
use crate::{
    Db, Error, Result, Scope, Tx,
    ids::ClientId,
    requests::{Card, Column, Home, SlotCount},
};

/// The most that are shown of what comes next, and of what was done.
const NEXT: i64 = 20;
const DONE: i64 = 5;

/// What a client asks first: what is worked on, what waits on me, what comes next.
///
/// # Errors
/// [`Error::NotFound`] without a client in the scope.
pub async fn home(db: &Db, scope: &Scope) -> Result<Home> {
    let Some(client) = scope.client else { return Err(Error::NotFound) };
    let mut tx = db.begin(scope).await?;
    let calendar = cards::calendar_in(&mut tx, scope).await?;
    let (places, backlog) = places(&mut tx, scope, client).await?;
    let ids = wanted(&mut tx, scope, client).await?;
    let cards = cards::load(&mut tx, scope, &calendar, &ids).await?;
    tx.commit().await?;
    let of = |columns: &[Column]| -> Vec<Card> {
        cards.iter().filter(|card| columns.contains(&card.column)).cloned().collect()
    };
    Ok(Home {
        working: of(&[Column::InProgress]),
        waiting_on_me: of(&[Column::Waiting, Column::Review]),
        next: of(&[Column::UpNext]),
        backlog,
        done_recently: of(&[Column::Done]),
        places,
    })
}

async fn wanted(tx: &mut Tx, scope: &Scope, client: ClientId) -> Result<Vec<Uuid>> {
    Ok(sqlx::query_scalar!(
        r#"(SELECT id AS "id!" FROM request
            WHERE workspace_id = $1 AND client_id = $2 AND board_column IN ('in_progress', 'waiting', 'review')
              AND withdrawn_at IS NULL
            ORDER BY due_at, moved_at)
           UNION ALL
           (SELECT id FROM request
            WHERE workspace_id = $1 AND client_id = $2 AND board_column = 'up_next' AND withdrawn_at IS NULL
            ORDER BY position, id LIMIT $3)
           UNION ALL
           (SELECT id FROM request
            WHERE workspace_id = $1 AND client_id = $2 AND board_column = 'done' AND withdrawn_at IS NULL
            ORDER BY done_at DESC LIMIT $4)"#,
        scope.workspace.0,
        client.0,
        NEXT,
        DONE,
    )
    .fetch_all(tx.conn())
    .await?)
}

/// The places, and how many requests are kept in the Backlog.
async fn places(tx: &mut Tx, scope: &Scope, client: ClientId) -> Result<(SlotCount, u64)> {
    let row = sqlx::query!(
        r#"SELECT count(*) FILTER (WHERE board_column IN ('in_progress', 'waiting', 'review')) AS "taken!",
                  count(*) FILTER (WHERE board_column = 'backlog') AS "backlog!",
                  (SELECT active_limit FROM subscription
                   WHERE workspace_id = $1 AND client_id = $2 AND state <> 'ended') AS "allowed?",
                  EXISTS (SELECT FROM subscription
                          WHERE workspace_id = $1 AND client_id = $2 AND state = 'active') AS "active!"
           FROM request
           WHERE workspace_id = $1 AND client_id = $2 AND withdrawn_at IS NULL
             AND board_column IN ('backlog', 'in_progress', 'waiting', 'review')"#,
        scope.workspace.0,
        client.0,
    )
    .fetch_one(tx.conn())
    .await?;
    let places = SlotCount {
        taken: u32::try_from(row.taken).unwrap_or(u32::MAX),
        allowed: row.allowed.map(i32::cast_unsigned),
        active: row.active,
    };
    Ok((places, row.backlog.cast_unsigned()))
}
