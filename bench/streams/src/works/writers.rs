//! Producers that append at a pace.

use std::time::{Duration, Instant};

use tokio::{
    task::JoinSet,
    time::{Instant as Moment, sleep_until, timeout},
};

use crate::{BenchError, event::BenchEvent, http::Endpoint, stream::BenchStream};

/// The most appends a second that one producer is asked for: each waits for its answer before the next.
const MOST: f64 = 50.0;

/// A server that takes longer than this for one append cannot do the work.
const LONGEST: Duration = Duration::from_secs(5);

/// All producers of a turn.
pub struct Writers {
    writers: Vec<BenchWriter>,
    /// Between two appends of one producer.
    every: Duration,
    origin: Instant,
}

struct BenchWriter {
    stream: BenchStream,
    id: u32,
    number: u64,
}

impl Writers {
    /// As many producers for each stream as its appends a second need.
    pub async fn open(
        endpoint: &Endpoint,
        names: &[String],
        rate: f64,
        origin: Instant,
    ) -> Result<Self, BenchError> {
        let each = (rate / MOST).ceil().max(1.0);
        let mut writers = Vec::new();
        for name in names {
            for id in 0..each as u32 {
                writers.push(BenchWriter {
                    stream: BenchStream::at(endpoint, name, 0).await?,
                    id,
                    number: 0,
                });
            }
        }
        Ok(Self { writers, every: Duration::from_secs_f64(each / rate), origin })
    }

    /// Appends at the pace for so long; returns how many were acked. A producer that was late does not hurry.
    pub async fn write(&mut self, time: Duration) -> Result<u64, BenchError> {
        let (begun, count) = (Instant::now(), self.writers.len());
        let mut tasks = JoinSet::new();
        for (index, writer) in self.writers.drain(..).enumerate() {
            // Side by side, not all at once.
            let first = begun + self.every.mul_f64(index as f64 / count as f64);
            tasks.spawn(writer.pace(first, begun + time, self.every, self.origin));
        }
        let mut acked = 0;
        while let Some(done) = tasks.join_next().await {
            let (writer, appends) = done??;
            acked += appends;
            self.writers.push(writer);
        }
        Ok(acked)
    }
}

impl BenchWriter {
    async fn pace(
        mut self,
        first: Instant,
        end: Instant,
        every: Duration,
        origin: Instant,
    ) -> Result<(Self, u64), BenchError> {
        let (mut due, mut acked, mut body) = (first, 0, Vec::new());
        while due < end {
            sleep_until(Moment::from_std(due)).await;
            let begun = Instant::now();
            if begun >= end {
                break;
            }
            body.clear();
            let micros = u64::try_from((begun - origin).as_micros())?;
            BenchEvent { writer: self.id, number: self.number, begun: micros }.write(&mut body);
            let appended = timeout(LONGEST, self.stream.append(&body, None)).await;
            appended.map_err(|_| format!("an append took longer than {LONGEST:?}"))??;
            self.number += 1;
            acked += 1;
            due = (due + every).max(Instant::now());
        }
        Ok((self, acked))
    }
}
