//! The official client, which is JavaScript: a script that is told when to begin and says how long it took.

use std::process::Stdio;

use serde::Deserialize;
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    process::Command,
};

use super::{Bench, Meter};
use crate::{BenchError, measurement::BenchTurn, server::Server, stream::BenchStream};

/// What the script says at its end.
#[derive(Deserialize)]
struct ScriptReport {
    /// How long each set of events took until all were acked.
    seconds: Vec<f64>,
}

/// How often the events are sent: once would be over in a tenth of a second.
const SETS: u64 = 10;

/// The script warms up on a stream of its own, is told to go, and its time is taken by itself: its start does not count.
pub async fn turn(
    bench: &Bench<'_>,
    server: &Server,
    name: &str,
    events: u64,
) -> Result<BenchTurn, BenchError> {
    let script =
        bench.options.official_client.as_ref().ok_or("no script of the official client was named")?;
    let url = format!("http://{}{}/{name}", server.endpoint.host, server.endpoint.path);
    let mut client = Command::new("node")
        .arg(script)
        .arg(&url)
        .arg(events.to_string())
        .arg(SETS.to_string())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()?;
    let (stdin, stdout) = (client.stdin.take(), client.stdout.take());
    let (mut stdin, stdout) = stdin.zip(stdout).ok_or("the script has no pipes")?;
    let mut lines = BufReader::new(stdout).lines();
    lines.next_line().await?.ok_or("the official client ended before it was ready")?;
    let meter = Meter::start(server);
    stdin.write_all(b"go\n").await?;
    let line = lines.next_line().await?.ok_or("the official client failed")?;
    let turn = meter.stop();
    client.wait().await?;
    let report: ScriptReport = serde_json::from_str(&line)?;
    let stored = BenchStream::at(&server.endpoint, name, 0).await?.read_all().await?;
    let events = events * SETS;
    let (missing, disorder) = (events.saturating_sub(stored), stored.saturating_sub(events));
    let latencies = report.seconds.iter().map(|seconds| (seconds * 1e6) as u32).collect();
    Ok(BenchTurn { events, latencies, missing, disorder, seconds: report.seconds.iter().sum(), ..turn })
}
