//! Appends in a closed loop.

use std::{sync::Arc, time::Instant};

use tokio::{
    task::JoinSet,
    time::{Instant as Moment, sleep_until},
};

use super::{Bench, Meter, WARM_UP};
use crate::{
    BenchError,
    event::BenchEvent,
    http::Endpoint,
    measurement::BenchTurn,
    server::Server,
    stream::{BenchStream, Producer},
};

/// Who appends, and how.
#[derive(Clone, Copy)]
pub struct Load {
    pub producers: usize,
    pub idempotent: bool,
    /// Whether each goes on to another stream after every append.
    pub roam: bool,
}

/// One producer's part.
struct AppendJob {
    endpoint: Endpoint,
    names: Arc<[String]>,
    index: usize,
    load: Load,
    origin: Instant,
    /// What ends between these counts.
    from: Instant,
    to: Instant,
}

/// What a producer did.
struct Done {
    latencies: Vec<u32>,
    acked: u64,
}

/// The streams are made, each producer begins at another of them, and afterwards all is read back.
pub async fn turn(
    bench: &Bench<'_>,
    server: &Server,
    names: &[String],
    load: Load,
) -> Result<BenchTurn, BenchError> {
    for name in names {
        BenchStream::at(&server.endpoint, name, 0).await?.create().await?;
    }
    let (mut turn, acked) = hammer(bench, server, names, load).await?;
    let mut stored = 0;
    for name in names {
        stored += BenchStream::at(&server.endpoint, name, 0).await?.read_all().await?;
    }
    (turn.missing, turn.disorder) = (acked.saturating_sub(stored), stored.saturating_sub(acked));
    Ok(turn)
}

/// Appends to streams that are there; also says how many were acked in all.
pub(super) async fn hammer(
    bench: &Bench<'_>,
    server: &Server,
    names: &[String],
    load: Load,
) -> Result<(BenchTurn, u64), BenchError> {
    let names: Arc<[String]> = names.into();
    let from = Instant::now() + WARM_UP;
    let to = from + bench.options.seconds();
    let mut jobs = JoinSet::new();
    for producer in 0..load.producers {
        // Streams apart from each other by a prime, so that among many no two producers meet for long.
        let (endpoint, names, index) = (server.endpoint.clone(), names.clone(), producer * 7919);
        jobs.spawn(AppendJob { endpoint, names, index, load, origin: bench.origin, from, to }.run());
    }
    sleep_until(Moment::from_std(from)).await;
    let meter = Meter::start(server);
    sleep_until(Moment::from_std(to)).await;
    let mut turn = meter.stop();
    let mut acked = 0;
    while let Some(done) = jobs.join_next().await {
        let done = done??;
        turn.latencies.extend(done.latencies);
        acked += done.acked;
    }
    turn.events = turn.latencies.len() as u64;
    Ok((turn, acked))
}

impl AppendJob {
    async fn run(self) -> Result<Done, BenchError> {
        let mut at = self.index % self.names.len();
        let mut stream = BenchStream::at(&self.endpoint, &self.names[at], 0).await?;
        let mut producer =
            self.load.idempotent.then(|| Producer { id: format!("producer-{}", self.index), sequence: 0 });
        let mut done = Done { latencies: Vec::new(), acked: 0 };
        let mut body = Vec::new();
        loop {
            let begun = Instant::now();
            if begun >= self.to {
                return Ok(done);
            }
            body.clear();
            BenchEvent { writer: 0, number: done.acked, begun: micros(begun - self.origin) }.write(&mut body);
            stream.append(&body, producer.as_ref()).await?;
            done.acked += 1;
            let ended = Instant::now();
            if ended >= self.from && ended < self.to {
                done.latencies.push(u32::try_from(micros(ended - begun)).unwrap_or(u32::MAX));
            }
            if let Some(producer) = &mut producer {
                producer.sequence += 1;
            }
            if self.load.roam {
                at = (at + 1) % self.names.len();
                stream.rename(&self.names[at]);
            }
        }
    }
}

fn micros(time: std::time::Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}
