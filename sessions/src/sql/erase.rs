//! Everything of a tenant's, at once.

use chrono::{DateTime, Utc};
use sqlx::{Connection, PgConnection};
use uuid::Uuid;

use crate::Error;

const SUBSCRIPTIONS: &str = "DELETE FROM stream_subscription WHERE workspace_id = $1 AND client_id = $2";

/// Forks read within their tenant alone, so that none is left to read from them.
const BURY: &str = "
    UPDATE stream SET deleted_at = coalesce(deleted_at, $3), buried_at = $3
    WHERE workspace_id = $1 AND client_id = $2 AND buried_at IS NULL";

const BURIED: &str =
    "SELECT id FROM stream WHERE workspace_id = $1 AND client_id = $2 AND buried_at IS NOT NULL";

/// Buries all streams of a client's, and answers which lie there, those of an earlier try among them.
pub(crate) async fn bury_all(
    conn: &mut PgConnection,
    workspace: Uuid,
    client: Uuid,
    now: DateTime<Utc>,
) -> Result<Vec<Uuid>, Error> {
    let mut tx = conn.begin().await?;
    sqlx::query(SUBSCRIPTIONS).bind(workspace).bind(client).execute(&mut *tx).await?;
    sqlx::query(BURY).bind(workspace).bind(client).bind(now).execute(&mut *tx).await?;
    let buried = sqlx::query_scalar(BURIED).bind(workspace).bind(client).fetch_all(&mut *tx).await?;
    tx.commit().await?;
    Ok(buried)
}
