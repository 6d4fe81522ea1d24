//! The statements of subscriptions.

use std::time::Duration;

use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

use super::model::{Link, NewSubscription, Subscription, Wakes};
use crate::{Offset, Tenant};

/// The tenant's client, as the indexes have it.
pub(super) fn client(tenant: Tenant) -> Uuid {
    tenant.client.unwrap_or(Uuid::nil())
}

/// A subscription's row.
#[derive(Debug, sqlx::FromRow)]
pub(super) struct Row {
    pub(super) workspace_id: Uuid,
    pub(super) id: Uuid,
    pub(super) client_id: Option<Uuid>,
    pub(super) name: String,
    pub(super) webhook_url: Option<String>,
    pub(super) wake_stream: Option<String>,
    pub(super) pattern: Option<String>,
    lease_ms: i64,
    description: Option<String>,
    pub(super) config: String,
    pub(super) secret: Vec<u8>,
    created_at: DateTime<Utc>,
    pub(super) matched_until: DateTime<Utc>,
    pub(super) generation: i64,
    pub(super) wake_id: Option<String>,
    pub(super) holder: Option<String>,
    pub(super) lease_until: Option<DateTime<Utc>>,
    pub(super) failures: i32,
}

impl Row {
    pub(super) fn tenant(&self) -> Tenant {
        Tenant { workspace: self.workspace_id, client: self.client_id }
    }

    pub(super) fn lease(&self) -> Duration {
        Duration::from_millis(self.lease_ms.unsigned_abs())
    }

    pub(super) fn generation(&self) -> u64 {
        self.generation.unsigned_abs()
    }

    pub(super) fn into_subscription(self, links: Vec<Link>) -> Subscription {
        let lease = self.lease();
        let wakes = match (self.webhook_url, self.wake_stream) {
            (Some(url), _) => Wakes::Webhook(url),
            (None, stream) => Wakes::Stream(stream.unwrap_or_default()),
        };
        Subscription {
            id: self.id,
            name: self.name,
            wakes,
            pattern: self.pattern,
            lease,
            description: self.description,
            created_at: self.created_at,
            failing: self.failures > 0,
            secret: self.secret,
            links,
        }
    }
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT workspace_id, id, client_id, name, webhook_url, wake_stream, pattern, lease_ms, description, ",
            "config, secret, created_at, matched_until, generation, wake_id, holder, lease_until, failures ",
            "FROM stream_subscription ",
            $rest
        )
    };
}

const INSERT: &str = "
    INSERT INTO stream_subscription (workspace_id, id, client_id, name, webhook_url, wake_stream, pattern, lease_ms,
        description, config, secret, created_at, matched_until)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $12)
    ON CONFLICT DO NOTHING";

/// Stores it unless its name is taken; answers whether it is new.
pub(super) async fn insert(
    conn: &mut PgConnection,
    new: &NewSubscription,
    id: Uuid,
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    let (url, stream) = match &new.wakes {
        Wakes::Webhook(url) => (Some(url), None),
        Wakes::Stream(stream) => (None, Some(stream)),
    };
    let done = sqlx::query(INSERT)
        .bind(new.tenant.workspace)
        .bind(id)
        .bind(new.tenant.client)
        .bind(&new.name)
        .bind(url)
        .bind(stream)
        .bind(&new.pattern)
        .bind(i64::try_from(new.lease.as_millis()).unwrap_or(i64::MAX))
        .bind(&new.description)
        .bind(&new.config)
        .bind(&new.secret)
        .bind(now)
        .execute(conn)
        .await?;
    Ok(done.rows_affected() == 1)
}

const FIND: &str = select!(
    "WHERE workspace_id = $1 AND coalesce(client_id, '00000000-0000-0000-0000-000000000000'::uuid) = $2 AND name = $3"
);

const HOLD: &str = select!(
    "WHERE workspace_id = $1 AND coalesce(client_id, '00000000-0000-0000-0000-000000000000'::uuid) = $2 AND name = $3
    FOR UPDATE"
);

const HOLD_BY_ID: &str = select!("WHERE id = $1 FOR UPDATE");

const OF_TENANTS: &str = select!("WHERE workspace_id = ANY($1) AND pattern IS NOT NULL");

const MATCHING: &str = select!("WHERE pattern IS NOT NULL");

pub(super) async fn find(conn: &mut PgConnection, tenant: Tenant, name: &str) -> sqlx::Result<Option<Row>> {
    let query = sqlx::query_as(FIND).bind(tenant.workspace).bind(client(tenant)).bind(name);
    query.fetch_optional(conn).await
}

/// The same, held until the transaction ends.
pub(super) async fn hold(conn: &mut PgConnection, tenant: Tenant, name: &str) -> sqlx::Result<Option<Row>> {
    let query = sqlx::query_as(HOLD).bind(tenant.workspace).bind(client(tenant)).bind(name);
    query.fetch_optional(conn).await
}

pub(super) async fn hold_by_id(conn: &mut PgConnection, id: Uuid) -> sqlx::Result<Option<Row>> {
    sqlx::query_as(HOLD_BY_ID).bind(id).fetch_optional(conn).await
}

/// Those of these workspaces that match by a pattern.
pub(super) async fn of_tenants(conn: &mut PgConnection, workspaces: &[Uuid]) -> sqlx::Result<Vec<Row>> {
    sqlx::query_as(OF_TENANTS).bind(workspaces).fetch_all(conn).await
}

/// All that match by a pattern.
pub(super) async fn matching(conn: &mut PgConnection) -> sqlx::Result<Vec<Row>> {
    sqlx::query_as(MATCHING).fetch_all(conn).await
}

const DELETE: &str = "
    DELETE FROM stream_subscription
    WHERE workspace_id = $1 AND coalesce(client_id, '00000000-0000-0000-0000-000000000000'::uuid) = $2 AND name = $3";

pub(super) async fn delete(conn: &mut PgConnection, tenant: Tenant, name: &str) -> sqlx::Result<()> {
    let query = sqlx::query(DELETE).bind(tenant.workspace).bind(client(tenant)).bind(name);
    query.execute(conn).await.map(|_| ())
}

const LINKS: &str = "
    SELECT l.path, l.explicit, l.acked_offset, coalesce(s.next_offset, 0)
    FROM stream_subscription_link l LEFT JOIN stream s
        ON s.workspace_id = l.workspace_id AND s.name = l.path AND s.buried_at IS NULL AND s.deleted_at IS NULL
        AND coalesce(s.client_id, '00000000-0000-0000-0000-000000000000'::uuid) = $3
    WHERE l.workspace_id = $1 AND l.subscription_id = $2 ORDER BY l.path";

pub(super) async fn links(conn: &mut PgConnection, row: &Row) -> sqlx::Result<Vec<Link>> {
    let rows: Vec<(String, bool, i64, i64)> = sqlx::query_as(LINKS)
        .bind(row.workspace_id)
        .bind(row.id)
        .bind(client(row.tenant()))
        .fetch_all(conn)
        .await?;
    let link = |(path, explicit, acked, tail)| Link {
        path,
        explicit,
        acked: Offset::from_column(acked),
        tail: Offset::from_column(tail),
    };
    Ok(rows.into_iter().map(link).collect())
}

/// Linked where they end now, or from their beginning.
const LINK: &str = "
    INSERT INTO stream_subscription_link (workspace_id, subscription_id, path, explicit, matched, acked_offset)
    SELECT $1, $2, p.path, $5, NOT $5, CASE WHEN $6 THEN coalesce(s.next_offset, 0) ELSE 0 END
    FROM unnest($4::text[]) AS p (path) LEFT JOIN stream s
        ON s.workspace_id = $1 AND s.name = p.path AND s.buried_at IS NULL AND s.deleted_at IS NULL
        AND coalesce(s.client_id, '00000000-0000-0000-0000-000000000000'::uuid) = $3
    ON CONFLICT (workspace_id, subscription_id, path) DO UPDATE SET
        explicit = stream_subscription_link.explicit OR excluded.explicit,
        matched = stream_subscription_link.matched OR excluded.matched";

/// Links streams by their names, those that are asked for (`explicit`) or match, from their `end` on.
pub(super) async fn link(
    conn: &mut PgConnection,
    row: &Row,
    paths: &[String],
    explicit: bool,
    end: bool,
) -> sqlx::Result<()> {
    let query = sqlx::query(LINK).bind(row.workspace_id).bind(row.id).bind(client(row.tenant()));
    query.bind(paths).bind(explicit).bind(end).execute(conn).await.map(|_| ())
}

const UNLINK: &str = "
    WITH kept AS (
        UPDATE stream_subscription_link SET explicit = false
        WHERE workspace_id = $1 AND subscription_id = $2 AND path = $3 AND matched
    )
    DELETE FROM stream_subscription_link
    WHERE workspace_id = $1 AND subscription_id = $2 AND path = $3 AND NOT matched";

pub(super) async fn unlink(conn: &mut PgConnection, row: &Row, path: &str) -> sqlx::Result<()> {
    sqlx::query(UNLINK).bind(row.workspace_id).bind(row.id).bind(path).execute(conn).await.map(|_| ())
}

const ACK: &str = "
    UPDATE stream_subscription_link l SET acked_offset = greatest(l.acked_offset, a.acked)
    FROM unnest($3::text[], $4::bigint[]) AS a (path, acked)
    WHERE l.workspace_id = $1 AND l.subscription_id = $2 AND l.path = a.path";

pub(super) async fn ack(conn: &mut PgConnection, row: &Row, acks: &[(String, Offset)]) -> sqlx::Result<()> {
    let (paths, offsets): (Vec<&str>, Vec<i64>) =
        acks.iter().map(|(path, offset)| (path.as_str(), offset.to_column())).unzip();
    let query = sqlx::query(ACK).bind(row.workspace_id).bind(row.id).bind(paths).bind(offsets);
    query.execute(conn).await.map(|_| ())
}

const WAKE: &str = "
    UPDATE stream_subscription SET generation = generation + 1, wake_id = $3, holder = NULL,
        lease_until = $4, deliver_at = $5
    WHERE workspace_id = $1 AND id = $2 RETURNING generation";

/// Begins a wake; its generation.
pub(super) async fn wake(
    conn: &mut PgConnection,
    row: &Row,
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
pub(super) async fn rest(conn: &mut PgConnection, row: &Row) -> sqlx::Result<()> {
    sqlx::query(REST).bind(row.workspace_id).bind(row.id).execute(conn).await.map(|_| ())
}

const LEASE: &str = "
    UPDATE stream_subscription SET holder = coalesce($3, holder), lease_until = $4 WHERE workspace_id = $1 AND id = $2";

/// Gives the wake to a worker, or to the same one for longer.
pub(super) async fn lease(
    conn: &mut PgConnection,
    row: &Row,
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
pub(super) async fn due(
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
pub(super) async fn delivered(
    conn: &mut PgConnection,
    row: &Row,
    failures: i32,
    deliver_at: Option<DateTime<Utc>>,
    lease_until: DateTime<Utc>,
) -> sqlx::Result<()> {
    let query = sqlx::query(DELIVERED).bind(row.workspace_id).bind(row.id).bind(failures);
    query.bind(deliver_at).bind(lease_until).execute(conn).await.map(|_| ())
}

/// Idle ones, or those whose lease is over, with something pending: of the streams that are named, or of all.
const PENDING: &str = "
    SELECT DISTINCT u.id FROM stream_subscription u
    JOIN stream_subscription_link l ON l.workspace_id = u.workspace_id AND l.subscription_id = u.id
    JOIN stream s ON s.workspace_id = l.workspace_id AND s.name = l.path AND s.buried_at IS NULL
        AND s.deleted_at IS NULL AND coalesce(s.client_id, '00000000-0000-0000-0000-000000000000'::uuid)
            = coalesce(u.client_id, '00000000-0000-0000-0000-000000000000'::uuid)
    WHERE (u.wake_id IS NULL OR u.lease_until <= $1) AND s.next_offset > l.acked_offset
        AND ($2::uuid[] IS NULL OR s.id = ANY($2))";

pub(super) async fn pending(
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
pub(super) async fn names(
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
pub(super) async fn made_since(
    conn: &mut PgConnection,
    tenant: Tenant,
    since: DateTime<Utc>,
) -> sqlx::Result<Vec<String>> {
    let query = sqlx::query_scalar(MADE_SINCE).bind(tenant.workspace).bind(client(tenant)).bind(since);
    query.fetch_all(conn).await
}

const MATCHED: &str =
    "UPDATE stream_subscription SET matched_until = $2 WHERE id = $1 AND matched_until < $2";

pub(super) async fn matched(conn: &mut PgConnection, id: Uuid, until: DateTime<Utc>) -> sqlx::Result<()> {
    sqlx::query(MATCHED).bind(id).bind(until).execute(conn).await.map(|_| ())
}

const ANY: &str = "SELECT EXISTS (SELECT FROM stream_subscription)";

pub(super) async fn any(conn: &mut PgConnection) -> sqlx::Result<bool> {
    sqlx::query_scalar(ANY).fetch_one(conn).await
}
