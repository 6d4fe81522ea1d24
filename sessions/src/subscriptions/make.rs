//! Making, showing and ending subscriptions, and saying which streams are theirs.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use sqlx::{Connection, PgConnection};
use uuid::Uuid;

use super::{
    glob,
    model::{NewSubscription, Subscription, SubscriptionError},
    sql::{self, SubscriptionRow},
};
use crate::{Engine, Error, Tenant, check};

impl Engine {
    /// Makes a subscription over what is appended from now on. Making it again with the same configuration does
    /// nothing. Answers also whether it is new.
    ///
    /// # Errors
    /// [`SubscriptionError::Exists`] where it has another configuration; [`SubscriptionError::Engine`].
    pub async fn subscribe(&self, new: NewSubscription) -> Result<(Subscription, bool), SubscriptionError> {
        check::name(&new.name)?;
        let now = self.core().options.clock.now();
        let made = self.core().change(async |conn| Ok(make(conn, &new, now).await)).await??;
        self.core().watch.need(true);
        Ok(made)
    }

    /// The tenant's subscription of that name.
    ///
    /// # Errors
    /// [`SubscriptionError::NotFound`], [`SubscriptionError::Engine`].
    pub async fn subscription(&self, tenant: Tenant, name: &str) -> Result<Subscription, SubscriptionError> {
        let found = self.core().ask(async |conn| {
            let Some(row) = sql::find(conn, tenant, name).await? else {
                return Ok(None);
            };
            let links = sql::links(conn, &row).await?;
            Ok(Some(row.into_subscription(links)))
        });
        found.await?.ok_or(SubscriptionError::NotFound)
    }

    /// Ends a subscription: what is still said of its wakes is refused. One that is not there is ended already.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn unsubscribe(&self, tenant: Tenant, name: &str) -> Result<(), Error> {
        self.core().ask(async |conn| Ok(sql::delete(conn, tenant, name).await?)).await
    }

    /// Links streams, from where they end now.
    ///
    /// # Errors
    /// [`SubscriptionError::NotFound`], [`SubscriptionError::Engine`].
    pub async fn link(&self, tenant: Tenant, name: &str, paths: &[String]) -> Result<(), SubscriptionError> {
        let paths = distinct(paths)?;
        let linked = self.core().ask(async |conn| {
            let Some(row) = sql::find(conn, tenant, name).await? else {
                return Ok(None);
            };
            Ok(Some(sql::link(conn, &row, &paths).await?))
        });
        linked.await?.ok_or(SubscriptionError::NotFound)
    }

    /// Takes a link back that was asked for; one that matches stays.
    ///
    /// # Errors
    /// [`SubscriptionError::NotFound`], [`SubscriptionError::Engine`].
    pub async fn unlink(&self, tenant: Tenant, name: &str, path: &str) -> Result<(), SubscriptionError> {
        let unlinked = self.core().ask(async |conn| {
            let Some(row) = sql::find(conn, tenant, name).await? else {
                return Ok(None);
            };
            Ok(Some(sql::unlink(conn, &row, path).await?))
        });
        unlinked.await?.ok_or(SubscriptionError::NotFound)
    }
}

/// Each once, and a name that a stream could have.
fn distinct(paths: &[String]) -> Result<Vec<String>, Error> {
    let distinct: BTreeSet<&String> = paths.iter().collect();
    distinct.iter().try_for_each(|path| check::name(path))?;
    Ok(distinct.into_iter().cloned().collect())
}

async fn make(
    conn: &mut PgConnection,
    new: &NewSubscription,
    now: DateTime<Utc>,
) -> Result<(Subscription, bool), SubscriptionError> {
    let mut tx = conn.begin().await?;
    let fresh = sql::insert(&mut tx, new, Uuid::now_v7(), now).await?;
    let row = sql::hold(&mut tx, new.tenant, &new.name).await?.ok_or(SubscriptionError::NotFound)?;
    if row.config != new.config {
        return Err(SubscriptionError::Exists);
    }
    if fresh {
        sql::link(&mut tx, &row, &distinct(&new.streams)?).await?;
        let since = DateTime::UNIX_EPOCH;
        match_made(&mut tx, &row, since, true).await?;
    }
    let links = sql::links(&mut tx, &row).await?;
    tx.commit().await?;
    Ok((row.into_subscription(links), fresh))
}

/// Links what matches among the streams that were made since, from their `end` on.
pub(super) async fn match_made(
    conn: &mut PgConnection,
    row: &SubscriptionRow,
    since: DateTime<Utc>,
    end: bool,
) -> sqlx::Result<()> {
    if row.pattern.is_none() {
        return Ok(());
    }
    let made = sql::made_since(conn, row.tenant(), since).await?;
    let matching: Vec<String> = made.into_iter().filter(|name| wants(row, name)).collect();
    if matching.is_empty() { Ok(()) } else { sql::link_matching(conn, row, &matching, end).await }
}

/// Whether the stream of that name is one of its own by the pattern. What it writes its own wakes to is none: each
/// would be the reason for the next.
pub(super) fn wants(row: &SubscriptionRow, name: &str) -> bool {
    let matches = row.pattern.as_deref().is_some_and(|pattern| glob::matches(pattern, name));
    matches && row.wake_stream.as_deref() != Some(name)
}
