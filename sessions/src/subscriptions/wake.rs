//! Beginning a wake.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;
use sqlx::PgConnection;
use uuid::Uuid;

use super::{
    model::{Link, SubscriptionError, Wake},
    sql::{self, SubscriptionRow},
};
use crate::{Error, StreamId};

/// A wake that has begun; to be told when the transaction is through.
#[derive(Debug)]
pub(super) struct NewWake {
    pub(super) wake: Wake,
    /// The stream that it was written to.
    pub(super) written: Option<StreamId>,
}

/// Begins a wake where something is pending. The subscription's row is held and it rests.
pub(super) async fn begin(
    conn: &mut PgConnection,
    row: &SubscriptionRow,
    now: DateTime<Utc>,
) -> Result<Option<NewWake>, SubscriptionError> {
    let links = sql::links(conn, row).await?;
    let Some(pending) = links.iter().find(|link| link.is_pending()) else {
        return Ok(None);
    };
    let id = format!("w_{}", Uuid::now_v7().simple());
    // A webhook's lease begins with the wake, a worker's with its claim.
    let by_webhook = row.webhook_url.is_some();
    let lease_until = by_webhook.then(|| later(now, row));
    let deliver_at = by_webhook.then_some(now);
    let generation = sql::wake(conn, row, &id, lease_until, deliver_at).await?;
    let written = write(conn, row, pending, generation, now).await?;
    Ok(Some(NewWake { wake: of(row, id, generation, links), written }))
}

/// The wake of a subscription as its workers see it.
pub(super) fn of(row: &SubscriptionRow, id: String, generation: i64, links: Vec<Link>) -> Wake {
    Wake {
        subscription: row.id,
        name: row.name.clone(),
        id,
        generation: generation.unsigned_abs(),
        secret: row.secret.clone(),
        lease: row.lease(),
        links,
    }
}

/// When a lease ends that begins now.
pub(super) fn later(now: DateTime<Utc>, row: &SubscriptionRow) -> DateTime<Utc> {
    now + TimeDelta::from_std(row.lease()).unwrap_or(TimeDelta::zero())
}

/// Tells the workers who read the wake stream, in the same transaction. Where there is none, whoever asks finds the
/// wake all the same.
async fn write(
    conn: &mut PgConnection,
    row: &SubscriptionRow,
    pending: &Link,
    generation: i64,
    now: DateTime<Utc>,
) -> Result<Option<StreamId>, SubscriptionError> {
    let Some(name) = &row.wake_stream else {
        return Ok(None);
    };
    let event = json!({
        "type": "wake",
        "subscription_id": row.name,
        "stream": pending.path,
        "generation": generation,
        "ts": now.timestamp_millis(),
    });
    let found = crate::sql::find(conn, row.tenant(), name, now).await?;
    let Some(stream) = found.filter(|found| found.gone().is_none() && !found.closed) else {
        tracing::warn!(subscription = row.name, stream = name, "there is no stream to wake the workers in");
        return Ok(None);
    };
    let stream = StreamId(stream.id);
    match crate::sql::append(conn, stream, &[event.to_string()], now).await {
        Ok(_) => Ok(Some(stream)),
        // Closed or deleted in this moment.
        Err(Error::Closed { .. } | Error::NotFound | Error::Deleted) => Ok(None),
        Err(error) => Err(error.into()),
    }
}
