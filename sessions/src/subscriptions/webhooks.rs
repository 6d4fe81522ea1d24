//! Wakes by webhook: which are due, and how they went. Sending them is somebody else's work.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use sqlx::{Connection, PgConnection};
use uuid::Uuid;

use super::{
    model::{Delivery, SubscriptionError},
    sql::{self, SubscriptionRow},
    wake::{self, NewWake, later},
};
use crate::{Engine, Error};

/// Taken at once.
const MOST: i64 = 64;

impl Engine {
    /// Waits until webhooks may be due, at most so long.
    pub async fn webhooks_due(&self, most: Duration) {
        // Told or not, one looks.
        let _ = tokio::time::timeout(most, self.core().watch.due.notified()).await;
    }

    /// Takes the wakes whose webhooks are due. They are due again after `patience`, unless it is said before how they
    /// went.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn take_due(&self, patience: Duration) -> Result<Vec<Delivery>, Error> {
        let now = self.core().options.clock.now();
        let again = now + TimeDelta::from_std(patience).unwrap_or(TimeDelta::zero());
        self.core()
            .ask(async |conn| {
                let mut due = Vec::new();
                for id in sql::due(conn, now, again, MOST).await? {
                    due.extend(delivery(conn, id).await?);
                }
                Ok(due)
            })
            .await
    }

    /// A webhook has answered; where it says that it is `done`, what it was sent is acknowledged and the wake ends.
    ///
    /// # Errors
    /// [`SubscriptionError::Engine`].
    pub async fn delivered(&self, delivery: &Delivery, done: bool) -> Result<(), SubscriptionError> {
        let now = self.core().options.clock.now();
        let begun = self.core().change(async |conn| Ok(delivered(conn, delivery, done, now).await)).await??;
        if begun.is_some() {
            self.notify_wake(None);
        }
        Ok(())
    }

    /// A webhook has not answered as it should, and is tried again after a pause.
    ///
    /// # Errors
    /// [`SubscriptionError::Engine`].
    pub async fn undelivered(&self, delivery: &Delivery, pause: Duration) -> Result<(), SubscriptionError> {
        let now = self.core().options.clock.now();
        let again = now + TimeDelta::from_std(pause).unwrap_or(TimeDelta::zero());
        self.core().change(async |conn| Ok(undelivered(conn, delivery, again).await)).await?
    }
}

async fn delivery(conn: &mut PgConnection, id: Uuid) -> sqlx::Result<Option<Delivery>> {
    let Some(row) = sql::hold_by_id(conn, id).await? else {
        return Ok(None);
    };
    let (Some(wake_id), Some(url)) = (row.wake_id.clone(), row.webhook_url.clone()) else {
        return Ok(None);
    };
    let links = sql::links(conn, &row).await?;
    let failures = row.failures.unsigned_abs();
    Ok(Some(Delivery { wake: wake::of(&row, wake_id, row.generation, links), url, failures }))
}

/// The subscription, held, where its wake is still the one that was delivered.
async fn current(conn: &mut PgConnection, delivery: &Delivery) -> sqlx::Result<Option<SubscriptionRow>> {
    let row = sql::hold_by_id(conn, delivery.wake.subscription).await?;
    Ok(row.filter(|row| row.wake_id.as_ref() == Some(&delivery.wake.id)))
}

async fn delivered(
    conn: &mut PgConnection,
    delivery: &Delivery,
    done: bool,
    now: DateTime<Utc>,
) -> Result<Option<NewWake>, SubscriptionError> {
    let mut tx = conn.begin().await?;
    let Some(row) = current(&mut tx, delivery).await? else {
        return Ok(None);
    };
    sql::delivered(&mut tx, &row, 0, None, later(now, &row)).await?;
    let mut begun = None;
    if done {
        let sent: Vec<_> = delivery.wake.links.iter().map(|link| (link.path.clone(), link.tail)).collect();
        sql::ack(&mut tx, &row, &sent).await?;
        sql::rest(&mut tx, &row).await?;
        begun = wake::begin(&mut tx, &row, now).await?;
    }
    tx.commit().await?;
    Ok(begun)
}

/// The lease waits with it: whoever was never told is not late.
async fn undelivered(
    conn: &mut PgConnection,
    delivery: &Delivery,
    again: DateTime<Utc>,
) -> Result<(), SubscriptionError> {
    let mut tx = conn.begin().await?;
    if let Some(row) = current(&mut tx, delivery).await? {
        let failures = row.failures.saturating_add(1);
        sql::delivered(&mut tx, &row, failures, Some(again), later(again, &row)).await?;
        tx.commit().await?;
    }
    Ok(())
}
