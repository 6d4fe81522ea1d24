//! What workers do: claim a wake, say how far they have got, and end it.

use chrono::{DateTime, Utc};
use sqlx::{Connection, PgConnection};

use super::{
    model::{Link, Report, SubscriptionError, Wake, WorkerNext},
    sql::{self, SubscriptionRow},
    wake::{self, NewWake, later},
};
use crate::{Engine, Offset, StreamId, Tenant};

impl Engine {
    /// Gives the subscription's wake to a worker, until its lease is over.
    ///
    /// # Errors
    /// [`SubscriptionError::Claimed`], [`SubscriptionError::Idle`], [`SubscriptionError::WrongKind`],
    /// [`SubscriptionError::NotFound`], [`SubscriptionError::Engine`].
    pub async fn claim(&self, tenant: Tenant, name: &str, worker: &str) -> Result<Wake, SubscriptionError> {
        let now = self.core().options.clock.now();
        let (wake, written) =
            self.core().change(async |conn| Ok(claim(conn, tenant, name, worker, now).await)).await??;
        self.notify_wake(written);
        Ok(wake)
    }

    /// Takes a worker's report; answers whether another wake has begun. With `by_stream` the subscription has to be one
    /// that wakes in a stream.
    ///
    /// # Errors
    /// [`SubscriptionError::Fenced`] where it is of a wake that is over; [`SubscriptionError::Offset`],
    /// [`SubscriptionError::WrongKind`], [`SubscriptionError::NotFound`], [`SubscriptionError::Engine`]. Nothing of the report is taken then.
    pub async fn report(
        &self,
        tenant: Tenant,
        name: &str,
        by_stream: bool,
        report: &Report,
    ) -> Result<bool, SubscriptionError> {
        let now = self.core().options.clock.now();
        let begun = self
            .core()
            .change(async |conn| Ok(take(conn, tenant, name, by_stream, report, now).await))
            .await??;
        let next = begun.is_some();
        self.notify_wake(begun.and_then(|begun| begun.written));
        Ok(next)
    }

    /// A wake has been committed: tells whoever waits for one.
    pub(super) fn notify_wake(&self, written: Option<StreamId>) {
        match written {
            Some(stream) => self.wake(&[stream]),
            None => self.core().watch.due.notify_one(),
        }
    }
}

async fn claim(
    conn: &mut PgConnection,
    tenant: Tenant,
    name: &str,
    worker: &str,
    now: DateTime<Utc>,
) -> Result<(Wake, Option<StreamId>), SubscriptionError> {
    let mut tx = conn.begin().await?;
    let mut row = sql::hold(&mut tx, tenant, name).await?.ok_or(SubscriptionError::NotFound)?;
    if row.wake_stream.is_none() {
        return Err(SubscriptionError::WrongKind);
    }
    end_if_over(&mut tx, &mut row, now).await?;
    if let Some(holder) = row.holder.clone() {
        return Err(SubscriptionError::Claimed { holder, generation: row.generation() });
    }
    let links = sql::links(&mut tx, &row).await?;
    if !links.iter().any(Link::is_pending) {
        return Err(SubscriptionError::Idle);
    }
    let (wake, written) = match row.wake_id.clone() {
        Some(id) => (wake::of(&row, id, row.generation, links), None),
        None => {
            let NewWake { wake, written } =
                wake::begin(&mut tx, &row, now).await?.ok_or(SubscriptionError::Idle)?;
            (wake, written)
        }
    };
    sql::lease(&mut tx, &row, Some(worker), later(now, &row)).await?;
    tx.commit().await?;
    Ok((wake, written))
}

async fn take(
    conn: &mut PgConnection,
    tenant: Tenant,
    name: &str,
    by_stream: bool,
    report: &Report,
    now: DateTime<Utc>,
) -> Result<Option<NewWake>, SubscriptionError> {
    let mut tx = conn.begin().await?;
    let mut row = sql::hold(&mut tx, tenant, name).await?.ok_or(SubscriptionError::NotFound)?;
    if row.wake_stream.is_some() != by_stream {
        return Err(SubscriptionError::WrongKind);
    }
    let over = end_if_over(&mut tx, &mut row, now).await?;
    if !is_current(&row, report) {
        if over {
            tx.commit().await?;
        }
        return Err(SubscriptionError::Fenced);
    }
    let links = sql::links(&mut tx, &row).await?;
    report.acks.iter().try_for_each(|(path, offset)| may_ack(&links, path, *offset))?;
    sql::ack(&mut tx, &row, &report.acks).await?;
    let begun = match report.then {
        WorkerNext::Goes => {
            sql::lease(&mut tx, &row, None, later(now, &row)).await?;
            None
        }
        WorkerNext::Ends => {
            sql::rest(&mut tx, &row).await?;
            wake::begin(&mut tx, &row, now).await?
        }
    };
    tx.commit().await?;
    Ok(begun)
}

/// A wake whose lease is over belongs to nobody any more.
pub(super) async fn end_if_over(
    conn: &mut PgConnection,
    row: &mut SubscriptionRow,
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    let over = row.lease_until.is_some_and(|until| until <= now);
    if over {
        sql::rest(conn, row).await?;
        (row.wake_id, row.holder, row.lease_until) = (None, None, None);
    }
    Ok(over)
}

fn is_current(row: &SubscriptionRow, report: &Report) -> bool {
    let generation = row.generation();
    row.wake_id.is_some()
        && report.wake == row.wake_id
        && report.token == generation
        && report.generation == Some(generation)
}

fn may_ack(links: &[Link], path: &str, offset: Offset) -> Result<(), SubscriptionError> {
    match links.iter().find(|link| link.path == path) {
        None => Err(SubscriptionError::Offset("that stream is none of the subscription's")),
        Some(link) if offset < link.acked => Err(SubscriptionError::Offset("more than that is acknowledged")),
        Some(link) if offset > link.tail => {
            Err(SubscriptionError::Offset("the stream does not reach so far"))
        }
        Some(_) => Ok(()),
    }
}
