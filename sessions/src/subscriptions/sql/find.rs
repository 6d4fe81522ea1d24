//! Finding whom an append concerns.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

use super::client;
use crate::Tenant;

/// Idle ones, or those whose lease is over, with something pending: of the streams that are named, or of all.
const PENDING: &str = "
    SELECT DISTINCT u.id FROM stream_subscription u
    JOIN stream_subscription_link l ON l.workspace_id = u.workspace_id AND l.subscription_id = u.id
    JOIN stream s ON s.workspace_id = l.workspace_id AND s.name = l.path AND s.buried_at IS NULL
        AND s.deleted_at IS NULL AND coalesce(s.client_id, '00000000-0000-0000-0000-000000000000'::uuid)
            = coalesce(u.client_id, '00000000-0000-0000-0000-000000000000'::uuid)
    WHERE (u.wake_id IS NULL OR u.lease_until <= $1) AND s.next_offset > l.acked_offset
        AND ($2::uuid[] IS NULL OR s.id = ANY($2))";

pub(in crate::subscriptions) async fn pending(
    conn: &mut PgConnection,
    streams: Option<&[Uuid]>,
    now: DateTime<Utc>,
) -> sqlx::Result<Vec<Uuid>> {
    sqlx::query_scalar(PENDING).bind(now).bind(streams).fetch_all(conn).await
}

const NAMES: &str = "
    SELECT workspace_id, client_id, name FROM stream
    WHERE id = ANY($1) AND name IS NOT NULL AND deleted_at IS NULL";

/// Whose these streams are and what they are called, for those that have a name.
pub(in crate::subscriptions) async fn names(
    conn: &mut PgConnection,
    streams: &[Uuid],
) -> sqlx::Result<Vec<(Uuid, Option<Uuid>, String)>> {
    sqlx::query_as(NAMES).bind(streams).fetch_all(conn).await
}

const MADE_SINCE: &str = "
    SELECT name FROM stream
    WHERE workspace_id = $1 AND coalesce(client_id, '00000000-0000-0000-0000-000000000000'::uuid) = $2
        AND name IS NOT NULL AND deleted_at IS NULL AND created_at >= $3";

/// Names of the tenant's streams that were made since.
pub(in crate::subscriptions) async fn made_since(
    conn: &mut PgConnection,
    tenant: Tenant,
    since: DateTime<Utc>,
) -> sqlx::Result<Vec<String>> {
    let query = sqlx::query_scalar(MADE_SINCE).bind(tenant.workspace).bind(client(tenant)).bind(since);
    query.fetch_all(conn).await
}

const MATCHED: &str =
    "UPDATE stream_subscription SET matched_until = $2 WHERE id = $1 AND matched_until < $2";

pub(in crate::subscriptions) async fn matched(
    conn: &mut PgConnection,
    id: Uuid,
    until: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query(MATCHED).bind(id).bind(until).execute(conn).await.map(|_| ())
}

const ANY: &str = "SELECT EXISTS (SELECT FROM stream_subscription)";

pub(in crate::subscriptions) async fn any(conn: &mut PgConnection) -> sqlx::Result<bool> {
    sqlx::query_scalar(ANY).fetch_one(conn).await
}
