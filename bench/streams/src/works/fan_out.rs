//! Open followers, and what is written arriving at each.

use std::sync::{Arc, atomic::Ordering::Relaxed};

use tokio::{sync::Semaphore, task::JoinSet};

use super::{
    Bench, FanOut, Meter, PATIENCE, WARM_UP, audience::Audience, readers::StreamFollower, writers::Writers,
};
use crate::{BenchError, measurement::BenchTurn, process::open_files, server::Server, stream::BenchStream};

/// Files that a server or the tool may need beside a connection for each follower.
const OTHER_FILES: usize = 300;

/// Followers that come at the same time.
const DOOR: usize = 64;

/// The followers come, then appends begin. What counts is each event at each follower.
pub async fn turn(
    bench: &Bench<'_>,
    server: &Server,
    name: &str,
    work: FanOut,
) -> Result<BenchTurn, BenchError> {
    enough_files(server, work.readers + work.streams)?;
    let names: Vec<_> = (0..work.streams).map(|index| format!("{name}-{index}")).collect();
    for name in &names {
        BenchStream::at(&server.endpoint, name, 0).await?.create().await?;
    }
    let mut writers = Writers::open(&server.endpoint, &names, work.rate, bench.origin).await?;
    let before = work.weigh.then(|| server.memory());
    let audience = Arc::new(Audience::new(bench.origin));
    let _readers = admit(server, &names, work, &audience).await?;
    let listeners = Listeners { audience: &audience, readers: work.readers, streams: work.streams };

    // A slow pace still has to bring something to each.
    let period = std::time::Duration::from_secs_f64(1.0 / work.rate);
    listeners.wait_for(writers.write(WARM_UP.max(period)).await?).await?;
    audience.take();
    let meter = Meter::start(server);
    let sent = writers.write(bench.options.seconds().max(5 * period)).await?;
    let missing = listeners.wait_for(sent).await?;
    let turn = meter.stop();

    let (events, latencies) = audience.take();
    let per_follower =
        before.map(|before| (server.memory().pss as f64 - before.pss as f64) / work.readers as f64);
    Ok(BenchTurn {
        events,
        latencies,
        missing,
        per_follower,
        disorder: audience.disorder.load(Relaxed),
        reconnects: audience.reconnects.load(Relaxed),
        asked: Some(work.rate * work.readers as f64),
        ..turn
    })
}

/// Those who are to hear what is sent.
struct Listeners<'a> {
    audience: &'a Audience,
    readers: usize,
    streams: usize,
}

impl Listeners<'_> {
    /// Waits until every follower heard what was sent to its stream, and says how much never came.
    async fn wait_for(&self, sent: u64) -> Result<u64, BenchError> {
        // Followers and appends are spread evenly over the streams.
        let expected = sent * self.readers as u64 / self.streams as u64;
        self.audience.until_delivered(expected, PATIENCE).await?;
        Ok(expected.saturating_sub(self.audience.delivered()))
    }
}

/// Opens the followers; they go when the set is dropped.
async fn admit(
    server: &Server,
    names: &[String],
    work: FanOut,
    audience: &Arc<Audience>,
) -> Result<JoinSet<()>, BenchError> {
    let door = Arc::new(Semaphore::new(DOOR));
    let mut readers = JoinSet::new();
    for index in 0..work.readers {
        let reader = StreamFollower {
            endpoint: server.endpoint.clone(),
            name: names[index % names.len()].clone(),
            index,
            live: work.live,
            audience: audience.clone(),
            door: door.clone(),
        };
        readers.spawn(reader.run());
    }
    audience.until_ready(work.readers as u64, 12 * PATIENCE).await?;
    Ok(readers)
}

fn enough_files(server: &Server, connections: usize) -> Result<(), BenchError> {
    let fewest = open_files("self").into_iter().chain(server.open_files()).min();
    match fewest {
        Some(files) if files < connections + OTHER_FILES => Err(format!(
            "{connections} connections need as many open files; {files} are allowed (ulimit -n, before the servers start)"
        )
        .into()),
        _ => Ok(()),
    }
}
