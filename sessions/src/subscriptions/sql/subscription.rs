//! Subscriptions as such.

use std::time::Duration;

use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

use super::client;
use crate::{
    Tenant,
    subscriptions::model::{Link, NewSubscription, Subscription, Wakes},
};

/// A subscription's row.
#[derive(Debug, sqlx::FromRow)]
pub(in crate::subscriptions) struct SubscriptionRow {
    pub(in crate::subscriptions) workspace_id: Uuid,
    pub(in crate::subscriptions) id: Uuid,
    pub(in crate::subscriptions) client_id: Option<Uuid>,
    pub(in crate::subscriptions) name: String,
    pub(in crate::subscriptions) webhook_url: Option<String>,
    pub(in crate::subscriptions) wake_stream: Option<String>,
    pub(in crate::subscriptions) pattern: Option<String>,
    lease_ms: i64,
    description: Option<String>,
    pub(in crate::subscriptions) config: String,
    pub(in crate::subscriptions) secret: Vec<u8>,
    created_at: DateTime<Utc>,
    pub(in crate::subscriptions) matched_until: DateTime<Utc>,
    pub(in crate::subscriptions) generation: i64,
    pub(in crate::subscriptions) wake_id: Option<String>,
    pub(in crate::subscriptions) holder: Option<String>,
    pub(in crate::subscriptions) lease_until: Option<DateTime<Utc>>,
    pub(in crate::subscriptions) failures: i32,
}

impl SubscriptionRow {
    pub(in crate::subscriptions) fn tenant(&self) -> Tenant {
        Tenant { workspace: self.workspace_id, client: self.client_id }
    }

    pub(in crate::subscriptions) fn lease(&self) -> Duration {
        Duration::from_millis(self.lease_ms.unsigned_abs())
    }

    pub(in crate::subscriptions) fn generation(&self) -> u64 {
        self.generation.unsigned_abs()
    }

    pub(in crate::subscriptions) fn into_subscription(self, links: Vec<Link>) -> Subscription {
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
pub(in crate::subscriptions) async fn insert(
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

pub(in crate::subscriptions) async fn find(
    conn: &mut PgConnection,
    tenant: Tenant,
    name: &str,
) -> sqlx::Result<Option<SubscriptionRow>> {
    let query = sqlx::query_as(FIND).bind(tenant.workspace).bind(client(tenant)).bind(name);
    query.fetch_optional(conn).await
}

/// The same, held until the transaction ends.
pub(in crate::subscriptions) async fn hold(
    conn: &mut PgConnection,
    tenant: Tenant,
    name: &str,
) -> sqlx::Result<Option<SubscriptionRow>> {
    let query = sqlx::query_as(HOLD).bind(tenant.workspace).bind(client(tenant)).bind(name);
    query.fetch_optional(conn).await
}

pub(in crate::subscriptions) async fn hold_by_id(
    conn: &mut PgConnection,
    id: Uuid,
) -> sqlx::Result<Option<SubscriptionRow>> {
    sqlx::query_as(HOLD_BY_ID).bind(id).fetch_optional(conn).await
}

/// Those of these workspaces that match by a pattern.
pub(in crate::subscriptions) async fn of_tenants(
    conn: &mut PgConnection,
    workspaces: &[Uuid],
) -> sqlx::Result<Vec<SubscriptionRow>> {
    sqlx::query_as(OF_TENANTS).bind(workspaces).fetch_all(conn).await
}

/// All that match by a pattern.
pub(in crate::subscriptions) async fn matching(
    conn: &mut PgConnection,
) -> sqlx::Result<Vec<SubscriptionRow>> {
    sqlx::query_as(MATCHING).fetch_all(conn).await
}

const DELETE: &str = "
    DELETE FROM stream_subscription
    WHERE workspace_id = $1 AND coalesce(client_id, '00000000-0000-0000-0000-000000000000'::uuid) = $2 AND name = $3";

pub(in crate::subscriptions) async fn delete(
    conn: &mut PgConnection,
    tenant: Tenant,
    name: &str,
) -> sqlx::Result<()> {
    let query = sqlx::query(DELETE).bind(tenant.workspace).bind(client(tenant)).bind(name);
    query.execute(conn).await.map(|_| ())
}
