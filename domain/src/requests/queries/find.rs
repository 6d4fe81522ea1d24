use uuid::Uuid;

use crate::{
    Db, Error, Result, Scope, Tx,
    ids::{ClientId, RequestId},
    requests::Next,
};

/// How many of what comes next a request's page names.
const NEXT: i64 = 3;

/// The request of that number, without anything of it.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn find(db: &Db, scope: &Scope, client: ClientId, number: u64) -> Result<RequestId> {
    row(db, scope, client, number).await.map(|(id, _)| id)
}

/// Whose request it is, and its number.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn number_of(db: &Db, scope: &Scope, request: RequestId) -> Result<(ClientId, u64)> {
    let mut tx = db.begin(scope).await?;
    let row = sqlx::query!(
        "SELECT client_id, number FROM request
         WHERE workspace_id = $1 AND id = $2 AND ($3::uuid IS NULL OR client_id = $3)",
        scope.workspace.0,
        request.0,
        scope.client.map(|id| id.0),
    )
    .fetch_optional(tx.conn())
    .await?;
    tx.commit().await?;
    row.map(|row| (ClientId(row.client_id), row.number.cast_unsigned())).ok_or(Error::NotFound)
}

/// The stream of that request's conversation.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn session_of(db: &Db, scope: &Scope, client: ClientId, number: u64) -> Result<Uuid> {
    row(db, scope, client, number).await.map(|(_, stream)| stream)
}

/// The request whose conversation a stream is, and the client that it belongs to.
///
/// # Errors
/// [`Error::NotFound`] for every other stream, a request's backstage among them, and for what the scope does not see.
pub async fn of_session(db: &Db, scope: &Scope, stream: Uuid) -> Result<(RequestId, ClientId)> {
    let mut tx = db.begin(scope).await?;
    let row = sqlx::query!(
        "SELECT id, client_id FROM request WHERE workspace_id = $1 AND session_stream = $2",
        scope.workspace.0,
        stream,
    )
    .fetch_optional(tx.conn())
    .await?;
    tx.commit().await?;
    row.map(|row| (RequestId(row.id), ClientId(row.client_id))).ok_or(Error::NotFound)
}

async fn row(db: &Db, scope: &Scope, client: ClientId, number: u64) -> Result<(RequestId, Uuid)> {
    let mut tx = db.begin(scope).await?;
    let row = sqlx::query!(
        "SELECT id, session_stream FROM request WHERE workspace_id = $1 AND client_id = $2 AND number = $3",
        scope.workspace.0,
        client.0,
        i64::try_from(number).unwrap_or(i64::MAX),
    )
    .fetch_optional(tx.conn())
    .await?;
    tx.commit().await?;
    row.map(|row| (RequestId(row.id), row.session_stream)).ok_or(Error::NotFound)
}

/// The first requests of a client's Up next, in the order in which they will be started.
pub(super) async fn next_in(tx: &mut Tx, scope: &Scope, client: ClientId) -> Result<Vec<Next>> {
    let rows = sqlx::query!(
        "SELECT number, title FROM request
         WHERE workspace_id = $1 AND client_id = $2 AND board_column = 'up_next' AND withdrawn_at IS NULL
         ORDER BY position, id LIMIT $3",
        scope.workspace.0,
        client.0,
        NEXT,
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows.into_iter().map(|row| Next { number: row.number.cast_unsigned(), title: row.title }).collect())
}
