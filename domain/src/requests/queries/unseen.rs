use crate::{
    Db, Error, Result, Scope, Tx,
    ids::{ClientId, RequestId},
    requests::UnseenRequest,
};

/// The most that a client's home shows.
const SHOWN: i64 = 10;

/// Requests of the scope's client about which the desk wrote something that nobody there has looked at, the newest first.
///
/// # Errors
/// [`Error::NotFound`] without a client in the scope.
pub async fn unseen(db: &Db, scope: &Scope) -> Result<Vec<UnseenRequest>> {
    let Some(client) = scope.client else { return Err(Error::NotFound) };
    let mut tx = db.begin(scope).await?;
    let rows = sqlx::query_as!(
        UnseenRow,
        r#"SELECT r.id, r.client_id, c.name AS client_name, r.number, r.title, r.client_unseen_since AS "since!",
                  r.client_unseen_from AS "from"
           FROM request r JOIN client c ON c.workspace_id = r.workspace_id AND c.id = r.client_id
           WHERE r.workspace_id = $1 AND r.client_id = $2 AND r.client_unseen_since IS NOT NULL AND r.withdrawn_at IS NULL
           ORDER BY r.client_unseen_since DESC LIMIT $3"#,
        scope.workspace.0,
        client.0,
        SHOWN,
    )
    .fetch_all(tx.conn())
    .await?;
    tx.commit().await?;
    Ok(rows.into_iter().map(UnseenRequest::from).collect())
}

/// Requests about which clients wrote something that no operator has looked at, the oldest first.
pub(crate) async fn unseen_by_desk_in(tx: &mut Tx, scope: &Scope, most: i64) -> Result<Vec<UnseenRequest>> {
    let rows = sqlx::query_as!(
        UnseenRow,
        r#"SELECT r.id, r.client_id, c.name AS client_name, r.number, r.title, r.desk_unseen_since AS "since!",
                  r.desk_unseen_from AS "from"
           FROM request r JOIN client c ON c.workspace_id = r.workspace_id AND c.id = r.client_id
           WHERE r.workspace_id = $1 AND r.desk_unseen_since IS NOT NULL AND r.withdrawn_at IS NULL
           ORDER BY r.desk_unseen_since LIMIT $2"#,
        scope.workspace.0,
        most,
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows.into_iter().map(UnseenRequest::from).collect())
}

struct UnseenRow {
    id: uuid::Uuid,
    client_id: uuid::Uuid,
    client_name: String,
    number: i64,
    title: String,
    since: chrono::DateTime<chrono::Utc>,
    from: String,
}

impl From<UnseenRow> for UnseenRequest {
    fn from(row: UnseenRow) -> Self {
        Self {
            request: RequestId(row.id),
            client: ClientId(row.client_id),
            client_name: row.client_name,
            number: row.number.cast_unsigned(),
            title: row.title,
            from: row.from,
            since: row.since.timestamp_millis(),
        }
    }
}
