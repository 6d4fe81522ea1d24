use chrono::{DateTime, Utc};

use crate::{
    Db, Result, Scope, Tx,
    billing::SubscriptionState,
    clients::{ClientFilter, ClientRow, Clients},
    ids::ClientId,
    requests::SlotCount,
    scope::operators_only,
};

/// Rows on one page.
const PAGE: i64 = 50;

/// Clients by name, those whose name holds `words`, a page at a time (from 1).
///
/// # Errors
/// [`crate::Error::NotFound`] for anyone but an operator.
pub async fn list(db: &Db, scope: &Scope, words: &str, filter: ClientFilter, page: u32) -> Result<Clients> {
    operators_only(scope)?;
    let (page, words) = (page.max(1), words.trim().replace('\0', ""));
    let skip = i64::from(page - 1) * PAGE;
    let mut tx = db.begin(scope).await?;
    let all = count(&mut tx, scope, &words, filter).await?;
    let rows = rows(&mut tx, scope, &words, filter, skip).await?;
    tx.commit().await?;
    let rows = rows.into_iter().map(ClientListRow::into_client).collect();
    Ok(Clients { rows, all: all.cast_unsigned(), page, first: (skip + 1).cast_unsigned() })
}

async fn count(tx: &mut Tx, scope: &Scope, words: &str, filter: ClientFilter) -> Result<i64> {
    Ok(sqlx::query_scalar!(
        r#"SELECT count(*) AS "count!" FROM client c
           WHERE workspace_id = $1 AND position(search_fold($2) IN name_folded) > 0 AND (archived_at IS NOT NULL) = $3
             AND NOT EXISTS (SELECT FROM client_erasure e
                             WHERE e.workspace_id = c.workspace_id AND e.client_id = c.id AND e.done_at IS NOT NULL)"#,
        scope.workspace.0,
        words,
        filter == ClientFilter::Archived,
    )
    .fetch_one(tx.conn())
    .await?)
}

struct ClientListRow {
    id: uuid::Uuid,
    name: String,
    offer: Option<String>,
    state: Option<SubscriptionState>,
    active_limit: Option<i32>,
    taken: i64,
    active_at: DateTime<Utc>,
}

/// What a page shows is settled first, so that only its rows are looked up. The last hint on a client's board tells
/// when anything of it changed.
async fn rows(
    tx: &mut Tx,
    scope: &Scope,
    words: &str,
    filter: ClientFilter,
    skip: i64,
) -> Result<Vec<ClientListRow>> {
    Ok(sqlx::query_as!(
        ClientListRow,
        r#"WITH page AS (
               SELECT workspace_id, id, name, board_stream, created_at FROM client c
               WHERE workspace_id = $1 AND position(search_fold($2) IN name_folded) > 0 AND (archived_at IS NOT NULL) = $3
                 AND NOT EXISTS (SELECT FROM client_erasure e
                                 WHERE e.workspace_id = c.workspace_id AND e.client_id = c.id AND e.done_at IS NOT NULL)
               ORDER BY lower(name), id LIMIT $4 OFFSET $5
           )
           SELECT c.id AS "id!", c.name AS "name!", s.name AS "offer?", s.state AS "state?: SubscriptionState",
                  s.active_limit AS "active_limit?",
                  (SELECT count(*) FROM request r
                   WHERE r.workspace_id = c.workspace_id AND r.client_id = c.id AND r.withdrawn_at IS NULL
                     AND r.board_column IN ('in_progress', 'waiting', 'review')) AS "taken!",
                  coalesce((SELECT e.at FROM stream_event e
                            WHERE e.workspace_id = c.workspace_id AND e.stream_id = c.board_stream
                            ORDER BY e.seq DESC LIMIT 1), c.created_at) AS "active_at!"
           FROM page c
           LEFT JOIN subscription s ON s.workspace_id = c.workspace_id AND s.client_id = c.id AND s.state <> 'ended'
           ORDER BY lower(c.name), c.id"#,
        scope.workspace.0,
        words,
        filter == ClientFilter::Archived,
        PAGE,
        skip,
    )
    .fetch_all(tx.conn())
    .await?)
}

impl ClientListRow {
    fn into_client(self) -> ClientRow {
        ClientRow {
            id: ClientId(self.id),
            name: self.name,
            offer: self.offer,
            places: SlotCount {
                taken: u32::try_from(self.taken).unwrap_or(u32::MAX),
                allowed: self.active_limit.map(i32::cast_unsigned),
                active: self.state == Some(SubscriptionState::Active),
            },
            state: self.state,
            active_at: self.active_at,
        }
    }
}
