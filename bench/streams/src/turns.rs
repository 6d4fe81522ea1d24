//! Who does what when: every work, every round, every server.

use std::time::{Duration, Instant};

use tokio::time::{sleep, timeout};

use crate::{
    BenchError,
    measurement::{BenchTurn, TurnFigures},
    options::BenchOptions,
    server::Server,
    works::{self, Bench, Work},
};

/// What a turn may take beyond what it measures.
const PREPARATION: Duration = Duration::from_secs(180);

/// How long servers are waited for that are still busy with earlier turns.
const SETTLING: Duration = Duration::from_secs(5);

/// How long is looked whether they are busy, and how many seconds of CPU all may take in it.
const LOOK: Duration = Duration::from_millis(200);
const IDLE: f64 = 0.02;

/// A server's turns at one work.
pub struct WorkResults<'a> {
    pub work: Work,
    pub server: &'a Server,
    pub turns: Vec<BenchTurn>,
    /// Why turns are missing.
    pub failures: Vec<String>,
}

/// All of it; a server that fails at something goes on with the next.
///
/// # Errors
/// When a work is asked for that there is not.
pub async fn run<'a>(
    options: &BenchOptions,
    servers: &'a [Server],
) -> Result<Vec<WorkResults<'a>>, BenchError> {
    let bench = Bench { options, origin: Instant::now(), run: format!("bench-{}", std::process::id()) };
    let mut rows = Vec::new();
    for work in options.works()? {
        let row = |server: &'a Server| WorkResults {
            work: work.clone(),
            server,
            turns: Vec::new(),
            failures: Vec::new(),
        };
        let mut these: Vec<WorkResults<'a>> =
            servers.iter().filter(|server| options.gives(&work, server)).map(row).collect();
        for round in 0..work.rounds.unwrap_or(options.rounds) {
            // Who failed once would only take the time again.
            for row in these.iter_mut().filter(|row| row.failures.is_empty()) {
                settle(servers).await;
                take(&bench, row, round).await;
            }
        }
        rows.extend(these);
    }
    Ok(rows)
}

/// Waits until no server is busy with what was asked of it before.
async fn settle(servers: &[Server]) {
    let cpu = || servers.iter().map(Server::cpu).sum::<f64>();
    let end = Instant::now() + SETTLING;
    let mut before = cpu();
    while Instant::now() < end {
        sleep(LOOK).await;
        let now = cpu();
        if now - before <= IDLE {
            return;
        }
        before = now;
    }
}

async fn take(bench: &Bench<'_>, row: &mut WorkResults<'_>, round: usize) {
    let server = row.server;
    let name = format!("{}-{}-{round}", bench.run, row.work.key);
    let mut patience = PREPARATION + bench.options.seconds();
    if row.work.kind.is_deep() {
        patience += Duration::from_secs(bench.options.deep_patience);
    }
    let turn = match timeout(patience, works::turn(bench, server, row.work.kind, &name)).await {
        Ok(Ok(_)) if !server.lives() => Err("the server is gone".to_owned()),
        Ok(turn) => turn.map_err(|failure| failure.to_string()),
        Err(_) => Err(format!("not done in {patience:?}")),
    };
    let words = turn.as_ref().map_or_else(String::clone, |turn| summary(&TurnFigures::of(&[turn])));
    eprintln!("{:>4} s  {:<18} {:<10} {words}", bench.origin.elapsed().as_secs(), row.work.key, server.name);
    match turn {
        Ok(turn) => row.turns.push(turn),
        Err(failure) => row.failures.push(failure),
    }
}

fn summary(figures: &TurnFigures) -> String {
    let milliseconds = |value: Option<f64>| value.map_or("-".to_owned(), |value| format!("{value:.2}"));
    format!(
        "{:>8.0}/s  p50 {} ms  p99 {} ms  CPU {:.1} us  tool {:.0} %",
        figures.events_per_second,
        milliseconds(figures.p50_ms),
        milliseconds(figures.p99_ms),
        figures.cpu_us_per_event,
        figures.tool_busy * 100.0,
    )
}
