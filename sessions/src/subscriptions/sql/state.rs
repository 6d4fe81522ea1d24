//! Their wakes.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

use super::SubscriptionRow;

const WAKE: &str = "
    UPDATE stream_subscription SET generation = generation + 1, wake_id = $3, holder = NULL,
        lease_until = $4, deliver_at = $5
    WHERE workspace_id = $1 AND id = $2 RETURNING generation";

/// Begins a wake; its generation.
pub(in crate::subscriptions) async fn wake(
    conn: &mut PgConnection,
    row: &SubscriptionRow,
    wake: &str,
    lease_until: Option<DateTime<Utc>>,
    deliver_at: Option<DateTime<Utc>>,
) -> sqlx::Result<i64> {
    let query = sqlx::query_scalar(WAKE).bind(row.workspace_id).bind(row.id).bind(wake);
    query.bind(lease_until).bind(deliver_at).fetch_one(conn).await
}

const REST: &str = "
    UPDATE stream_subscription SET wake_id = NULL, holder = NULL, lease_until = NULL, deliver_at = NULL
    WHERE workspace_id = $1 AND id = $2";

/// Ends a wake.
pub(in crate::subscriptions) async fn rest(
    conn: &mut PgConnection,
    row: &SubscriptionRow,
) -> sqlx::Result<()> {
    sqlx::query(REST).bind(row.workspace_id).bind(row.id).execute(conn).await.map(|_| ())
}

const LEASE: &str = "
    UPDATE stream_subscription SET holder = coalesce($3, holder), lease_until = $4 WHERE workspace_id = $1 AND id = $2";

/// Gives the wake to a worker, or to the same one for longer.
pub(in crate::subscriptions) async fn lease(
    conn: &mut PgConnection,
    row: &SubscriptionRow,
    holder: Option<&str>,
    until: DateTime<Utc>,
) -> sqlx::Result<()> {
    let query = sqlx::query(LEASE).bind(row.workspace_id).bind(row.id).bind(holder).bind(until);
    query.execute(conn).await.map(|_| ())
}

const DUE: &str = "
    UPDATE stream_subscription SET deliver_at = $2 WHERE id IN (
        SELECT id FROM stream_subscription WHERE deliver_at <= $1 AND webhook_url IS NOT NULL
        ORDER BY deliver_at LIMIT $3 FOR UPDATE SKIP LOCKED
    ) RETURNING id";

/// Takes wakes whose webhook is due; nobody else does until `again`.
pub(in crate::subscriptions) async fn due(
    conn: &mut PgConnection,
    now: DateTime<Utc>,
    again: DateTime<Utc>,
    most: i64,
) -> sqlx::Result<Vec<Uuid>> {
    sqlx::query_scalar(DUE).bind(now).bind(again).bind(most).fetch_all(conn).await
}

const DELIVERED: &str = "
    UPDATE stream_subscription SET failures = $3, deliver_at = $4, lease_until = $5 WHERE workspace_id = $1 AND id = $2";

/// How a delivery went, and when there is another.
pub(in crate::subscriptions) async fn delivered(
    conn: &mut PgConnection,
    row: &SubscriptionRow,
    failures: i32,
    deliver_at: Option<DateTime<Utc>>,
    lease_until: DateTime<Utc>,
) -> sqlx::Result<()> {
    let query = sqlx::query(DELIVERED).bind(row.workspace_id).bind(row.id).bind(failures);
    query.bind(deliver_at).bind(lease_until).execute(conn).await.map(|_| ())
}
