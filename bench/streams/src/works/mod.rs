//! The works, a file for each kind.

mod append;
mod audience;
mod catch_up;
mod deep;
mod fan_out;
mod official;
mod readers;
mod writers;

use std::time::{Duration, Instant};

use self::append::Load;
use crate::{
    BenchError, measurement::BenchTurn, options::BenchOptions, process, server::Server, stream::BenchStream,
};

/// How long deliveries may still come in after the last append.
const PATIENCE: Duration = Duration::from_secs(5);

/// What every turn first does without being measured.
const WARM_UP: Duration = Duration::from_millis(500);

/// A row of the table.
#[derive(Clone, Debug)]
pub struct Work {
    /// Its name on the command line.
    pub key: String,
    /// Its name in the table.
    pub title: String,
    pub kind: WorkKind,
    pub goals: Vec<Goal>,
    /// Turns for each server, where it is not the number asked for.
    pub rounds: Option<usize>,
}

/// What is done.
#[derive(Clone, Copy, Debug)]
pub enum WorkKind {
    /// Closed loop: each producer has one append in flight.
    Append { producers: usize, streams: usize, idempotent: bool },
    /// The official client's IdempotentProducer, in Node.
    Official { events: u64 },
    /// The whole of a stream, again and again, by one reader.
    CatchUp { events: u64 },
    /// Open followers, and appends at a pace.
    FanOut(FanOut),
    /// Appends to a stream that was filled to this length.
    LongStream { from: u64, to: u64 },
    /// Appends to any of so many streams.
    ManyStreams { from: u64, to: u64 },
}

impl WorkKind {
    /// Whether streams are filled for long before it.
    pub fn is_deep(&self) -> bool {
        matches!(self, Self::LongStream { .. } | Self::ManyStreams { .. })
    }

    /// Whether it takes so many followers that some servers are lost in them.
    pub fn is_crowded(&self) -> bool {
        matches!(self, Self::FanOut(FanOut { readers: CROWD.., .. }))
    }
}

/// How many followers make a crowd.
const CROWD: usize = 1_000;

/// Who follows, and how much is written.
#[derive(Clone, Copy, Debug)]
pub struct FanOut {
    pub readers: usize,
    pub streams: usize,
    /// Appends a second to each stream.
    pub rate: f64,
    pub live: Live,
    /// Whether memory is taken before the followers come, too.
    pub weigh: bool,
}

/// How followers follow.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Live {
    LongPoll,
    Sse,
}

/// What is hoped for.
#[derive(Clone, Copy, Debug)]
pub enum Goal {
    /// At least so many times the peer's events a second.
    Rate(f64),
    /// At most so many times the peer's p99.
    P99(f64),
    /// At most so many times the peer's CPU for each event.
    Cpu(f64),
    /// At most so many kB of memory for each follower.
    PerFollower(f64),
}

/// What all turns share.
pub struct Bench<'a> {
    pub options: &'a BenchOptions,
    /// Zero of the events' times.
    pub origin: Instant,
    /// Makes the names of this run's streams its own.
    pub run: String,
}

/// Every work, in the order of the table.
pub fn all(options: &BenchOptions) -> Vec<Work> {
    // First, while the servers are fresh: an allocator keeps what earlier followers needed and hides what these need.
    let mut all = vec![followers(options)];
    all.extend(appends());
    if options.official_client.is_some() {
        let title = "official client's IdempotentProducer, 20,000 events at a time";
        all.push(work("official", title, WorkKind::Official { events: 20_000 }, &[Goal::Rate(1.0)]));
    }
    all.push(work(
        "catch-up",
        "catch-up of 20,000 events",
        WorkKind::CatchUp { events: 20_000 },
        &[Goal::Rate(1.0)],
    ));
    all.extend(latencies());
    if options.deep {
        all.extend(deep::works(options));
    }
    all
}

fn appends() -> Vec<Work> {
    let append = |key, title, producers, streams, idempotent| {
        work(key, title, WorkKind::Append { producers, streams, idempotent }, &[Goal::Rate(1.0)])
    };
    vec![
        append("append-1", "appends of 50 bytes, 1 producer", 1, 1, false),
        append("append-32-1", "32 producers on one stream", 32, 1, false),
        append("append-32-32", "32 producers on 32 streams", 32, 32, false),
        append("idempotent-32-1", "32 idempotent producers on one stream", 32, 1, true),
    ]
}

fn latencies() -> Vec<Work> {
    let fan_out = |key, title, readers, rate, live, goals: &[Goal]| {
        work(key, title, WorkKind::FanOut(FanOut { readers, streams: 1, rate, live, weigh: false }), goals)
    };
    let (late, cpu) = (Goal::P99(1.0), |most| Goal::Cpu(most));
    vec![
        fan_out("readers-1", "append to reader, 1 SSE reader, 50/s", 1, 50.0, Live::Sse, &[late]),
        fan_out("readers-100", "append to reader, 100 SSE readers, 50/s", 100, 50.0, Live::Sse, &[late]),
        fan_out("poll-100", "append to reader, 100 long-poll readers, 20/s", 100, 20.0, Live::LongPoll, &[]),
        fan_out("readers-1000", "1,000 SSE readers, 20/s", 1_000, 20.0, Live::Sse, &[late, cpu(0.8)]),
        fan_out("readers-1000-fast", "1,000 SSE readers, 200/s", 1_000, 200.0, Live::Sse, &[cpu(0.4)]),
    ]
}

fn followers(options: &BenchOptions) -> Work {
    let (readers, streams) = (options.followers, options.follower_streams.clamp(1, options.followers.max(1)));
    let kind = WorkKind::FanOut(FanOut { readers, streams, rate: 1.0, live: Live::Sse, weigh: true });
    let title = format!("{readers} open SSE followers of {streams} streams, 1/s each");
    Work { rounds: Some(1), ..work("followers", &title, kind, &[Goal::PerFollower(20.0)]) }
}

fn work(key: &str, title: &str, kind: WorkKind, goals: &[Goal]) -> Work {
    Work { key: key.to_owned(), title: title.to_owned(), kind, goals: goals.to_vec(), rounds: None }
}

/// Gives one server its turn; `name` is for the streams of this turn alone.
///
/// # Errors
/// When the server, or the machine, cannot do the work.
pub async fn turn(
    bench: &Bench<'_>,
    server: &Server,
    kind: WorkKind,
    name: &str,
) -> Result<BenchTurn, BenchError> {
    let mut turn = match kind {
        WorkKind::Append { producers, streams, idempotent } => {
            let names: Vec<_> = (0..streams).map(|index| format!("{name}-{index}")).collect();
            append::turn(bench, server, &names, Load { producers, idempotent, roam: false }).await?
        }
        WorkKind::Official { events } => official::turn(bench, server, name, events).await?,
        WorkKind::CatchUp { events } => catch_up::turn(bench, server, name, events).await?,
        WorkKind::FanOut(fan_out) => fan_out::turn(bench, server, name, fan_out).await?,
        WorkKind::LongStream { from, to } => deep::long_stream(bench, server, from, to).await?,
        WorkKind::ManyStreams { from, to } => deep::many_streams(bench, server, from, to).await?,
    };
    let memory = server.memory();
    (turn.rss, turn.pss) = (memory.rss, memory.pss);
    Ok(turn)
}

/// CPU and time since some moment.
struct Meter<'a> {
    server: &'a Server,
    cpu: f64,
    tool_cpu: f64,
    machine_cpu: f64,
    begun: Instant,
}

impl<'a> Meter<'a> {
    fn start(server: &'a Server) -> Self {
        Self {
            server,
            tool_cpu: process::own_cpu(),
            machine_cpu: process::machine_cpu(),
            cpu: server.cpu(),
            begun: Instant::now(),
        }
    }

    /// A turn with what passed, nothing counted in it yet.
    fn stop(&self) -> BenchTurn {
        let seconds = self.begun.elapsed().as_secs_f64();
        let (cpu, tool_cpu) = (self.server.cpu() - self.cpu, process::own_cpu() - self.tool_cpu);
        let other_cpu = (process::machine_cpu() - self.machine_cpu - cpu - tool_cpu).max(0.0);
        BenchTurn { seconds, wall: seconds, cpu, tool_cpu, other_cpu, ..BenchTurn::default() }
    }
}

/// Appends `count` events to a stream in requests of 500, until the time is over.
async fn fill(stream: &mut BenchStream, count: u64, patience: Duration) -> Result<(), BenchError> {
    let end = Instant::now() + patience;
    let mut body = Vec::new();
    for first in (0..count).step_by(500) {
        body.clear();
        for number in first..count.min(first + 500) {
            body.push(if number == first { b'[' } else { b',' });
            crate::event::BenchEvent { writer: 0, number, begun: 0 }.write(&mut body);
        }
        body.push(b']');
        stream.append(&body, None).await?;
        if Instant::now() > end {
            return Err(format!("only {first} of {count} events were written in {patience:?}").into());
        }
    }
    Ok(())
}
