//! Finds subscriptions with something pending, and begins their wakes.
//!
//! What was appended is looked at within moments, on the node itself and on those that it told. Everything else (words
//! that got lost, leases that are over, a node that died between an append and its wake) is found at the next poll, which
//! looks through all subscriptions.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
    time::Duration,
};

use chrono::{DateTime, TimeDelta, Utc};
use sqlx::{Connection, PgConnection};
use tokio::time::Instant;
use uuid::Uuid;

use super::{
    make::{match_made, wants},
    sql,
    wake::{self, NewWake},
    watch::MovedStreams,
    work::end_if_over,
};
use crate::{Error, StreamId, core::Core};

/// Appends of one moment are looked at together.
const PACE: Duration = Duration::from_millis(5);

/// How much later than it says a stream may become visible: clocks differ, and creating takes its time.
const OVERLAP: TimeDelta = TimeDelta::minutes(1);

/// Runs until the engine stops.
pub(crate) async fn run(core: Arc<Core>) {
    let dispatching = async {
        let mut last = Instant::now();
        loop {
            let rest = core.options.poll_interval.saturating_sub(last.elapsed());
            let stirred = tokio::time::timeout(rest, core.watch.stir.notified()).await.is_ok();
            let done = if stirred {
                tokio::time::sleep(PACE).await;
                look(&core, core.watch.take()).await
            } else {
                last = Instant::now();
                look_through(&core).await
            };
            if let Err(error) = done {
                tracing::warn!(error = %error, "subscriptions could not be looked at, trying on");
            }
        }
    };
    core.stop.run_until_cancelled(dispatching).await;
}

/// Looks at streams that have moved.
async fn look(core: &Core, moved: MovedStreams) -> Result<(), Error> {
    if moved.all {
        return look_through(core).await;
    }
    let streams: Vec<Uuid> = moved.streams.into_iter().map(|stream| stream.0).collect();
    let now = core.options.clock.now();
    let pending = core
        .ask(async |conn| {
            match_moved(conn, &streams).await?;
            Ok(sql::pending(conn, Some(&streams), now).await?)
        })
        .await?;
    wake_all(core, pending, now).await
}

/// Links what matches among these streams. One that was not linked before has begun after the subscription, and is
/// followed from its beginning.
async fn match_moved(conn: &mut PgConnection, streams: &[Uuid]) -> sqlx::Result<()> {
    let mut names: HashMap<(Uuid, Option<Uuid>), Vec<String>> = HashMap::new();
    for (workspace, client, name) in sql::names(conn, streams).await? {
        names.entry((workspace, client)).or_default().push(name);
    }
    let workspaces: HashSet<Uuid> = names.keys().map(|(workspace, _)| *workspace).collect();
    for row in sql::of_tenants(conn, &workspaces.into_iter().collect::<Vec<_>>()).await? {
        let moved = names.get(&(row.workspace_id, row.client_id)).into_iter().flatten();
        let matching: Vec<String> = moved.filter(|name| wants(&row, name)).cloned().collect();
        if !matching.is_empty() {
            sql::link_matching(conn, &row, &matching, false).await?;
        }
    }
    Ok(())
}

/// Looks through all subscriptions, if there are any.
async fn look_through(core: &Core) -> Result<(), Error> {
    let any = core.ask(async |conn| Ok(sql::any(conn).await?)).await?;
    core.watch.need(any);
    if !any {
        return Ok(());
    }
    let now = core.options.clock.now();
    let pending = core
        .ask(async |conn| {
            for row in sql::matching(conn).await? {
                match_made(conn, &row, row.matched_until - OVERLAP, false).await?;
                sql::matched(conn, row.id, now).await?;
            }
            Ok(sql::pending(conn, None, now).await?)
        })
        .await?;
    wake_all(core, pending, now).await
}

async fn wake_all(core: &Core, subscriptions: Vec<Uuid>, now: DateTime<Utc>) -> Result<(), Error> {
    for id in subscriptions {
        match core.change(async |conn| Ok(wake_one(conn, id, now).await)).await? {
            Ok(Some(NewWake { written, .. })) => {
                if let Some(stream) = written {
                    notify_followers(core, stream);
                }
                core.watch.due.notify_one();
            }
            Ok(None) => {}
            Err(error) => {
                tracing::warn!(error = %error, subscription = %id, "a subscription could not be woken")
            }
        }
    }
    Ok(())
}

/// Followers of the wake stream, and subscriptions to it, here and on other nodes.
fn notify_followers(core: &Core, stream: StreamId) {
    core.wake(&[stream]);
    core.nodes.moved([stream]);
}

async fn wake_one(
    conn: &mut PgConnection,
    id: Uuid,
    now: DateTime<Utc>,
) -> Result<Option<NewWake>, super::SubscriptionError> {
    let mut tx = conn.begin().await?;
    let Some(mut row) = sql::hold_by_id(&mut tx, id).await? else {
        return Ok(None);
    };
    end_if_over(&mut tx, &mut row, now).await?;
    if row.wake_id.is_some() {
        return Ok(None);
    }
    let begun = wake::begin(&mut tx, &row, now).await?;
    tx.commit().await?;
    Ok(begun)
}
