//! Finds out what no message named: transactions that ended without one, and messages of other nodes that got lost.

use std::{collections::HashMap, sync::Arc};

use uuid::Uuid;

use crate::{
    Error, Offset,
    core::{Core, backoff},
    sql,
    tail::Tail,
};

/// Streams asked for in one statement.
const CHUNK: usize = 5_000;

/// Asks for all followed streams at once, every poll interval and whenever something may have been missed, until the
/// engine stops.
pub(crate) async fn run(core: Arc<Core>) {
    let polling = async {
        let mut backoff = backoff();
        loop {
            // Told or not, it asks.
            let _ = tokio::time::timeout(core.options.poll_interval, core.look.notified()).await;
            while let Err(error) = poll_all(&core).await {
                if backoff.is_fresh() {
                    tracing::warn!(error = %error, "could not ask for new events, trying on");
                }
                // Sooner than the next poll: what was missed is not told again.
                backoff.pause().await;
            }
            backoff.reset();
        }
    };
    core.stop.run_until_cancelled(polling).await;
}

async fn poll_all(core: &Core) -> Result<(), Error> {
    let tails = core.tails.sweep(core.options.tail_linger);
    for tails in tails.chunks(CHUNK) {
        poll(core, tails).await?;
    }
    Ok(())
}

async fn poll(core: &Core, tails: &[Arc<Tail>]) -> Result<(), Error> {
    let streams: Vec<Uuid> = tails.iter().map(|tail| tail.stream.0).collect();
    let heads: HashMap<Uuid, (Offset, bool, u64)> = core
        .ask(async |conn| sql::heads(conn, &streams).await)
        .await?
        .into_iter()
        .map(|(stream, next, closed, revision)| {
            (stream, (Offset::from_column(next), closed, revision.cast_unsigned()))
        })
        .collect();
    for tail in tails {
        if tail.is_behind(heads.get(&tail.stream.0).copied()) {
            tail.wake();
        }
    }
    Ok(())
}
