//! The fault run: agents append and followers follow on two nodes, while agents, nodes and Postgres are killed, sockets
//! cut and connections stalled. What was acknowledged is there, once and in order, and everyone ends with the same bytes.
//!
//! `make faults` plays 200 rounds, `cargo test` a few. A round is drawn from the seed and its number alone:
//! `THROUGHLINE_FAULT_SEED` plays the same again, `THROUGHLINE_FAULT_ROUNDS` says how many. How the machine's processes
//! come to stand to each other is not in the seed, so a violation may need some tries.
//!
//! It has a `main` of its own because agents are processes too: this program, started with a task in its environment.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod agent;
mod crew;
mod dice;
mod figures;
#[allow(dead_code, unused_imports, reason = "the tests of several nodes use the rest")]
#[path = "../fleet/mod.rs"]
mod fleet;
mod oracle;
mod plan;
mod portal;
mod round;
mod task;

use std::{env, process::ExitCode, sync::Arc};

use figures::FaultFigures;
use plan::RoundPlan;
use portal::FaultPortal;

/// Rounds in `cargo test`.
const FEW: u64 = 8;
/// With more rounds than this there is time to wait for what takes half a minute.
const MANY: u64 = 20;

fn main() -> ExitCode {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    if let Ok(task) = env::var(task::VARIABLE) {
        runtime.block_on(agent::run(serde_json::from_str(&task).unwrap()));
        return ExitCode::SUCCESS;
    }
    let asked: Vec<String> = env::args().skip(1).collect();
    if asked.iter().any(|word| word == "--list") {
        println!("faults: test");
        return ExitCode::SUCCESS;
    }
    // Filters of cargo test that mean other tests, and those that are ignored.
    let mut names = asked.iter().filter(|word| !word.starts_with("--")).peekable();
    let is_meant = names.peek().is_none() || names.any(|name| "faults".contains(name.as_str()));
    if !is_meant || asked.iter().any(|word| word == "--ignored") {
        return ExitCode::SUCCESS;
    }
    runtime.block_on(run())
}

async fn run() -> ExitCode {
    let rounds = number("THROUGHLINE_FAULT_ROUNDS").unwrap_or(FEW);
    let seed = number("THROUGHLINE_FAULT_SEED").unwrap_or_else(|| getrandom::u64().unwrap() >> 32);
    println!("seed {seed}, {rounds} rounds");
    oracle::prove();
    let house = Arc::new(FaultPortal::build().await);
    let played = play(&house, seed, rounds).await;
    house.close().await;
    match played {
        Ok(figures) => {
            println!("test result: ok. seed {seed}, {figures}");
            ExitCode::SUCCESS
        }
        Err(wrong) => {
            println!("test result: FAILED. seed {seed}, {wrong}");
            ExitCode::FAILURE
        }
    }
}

/// Plays all rounds, up to the first that shows something wrong.
async fn play(house: &Arc<FaultPortal>, seed: u64, rounds: u64) -> Result<FaultFigures, String> {
    let mut figures = FaultFigures::new();
    for number in 1..=rounds {
        let plan = RoundPlan::draw(seed, number, rounds > MANY);
        let faults: Vec<String> = plan.faults.iter().map(|(at, fault)| format!("{fault} at {at}")).collect();
        let round = tokio::spawn(round::play(Arc::clone(house), format!("round-{number}"), plan.clone()));
        match round.await.unwrap_or_else(|panic| Err(panic.to_string())) {
            Ok(round) => {
                println!("round {number}: {}; {round}", faults.join(", "));
                figures.add(&round, plan.faults.iter().map(|(_, fault)| *fault));
            }
            Err(wrong) => {
                println!("round {number}: {}\n{}", faults.join(", "), house.last_output().await);
                return Err(format!("round {number}: {wrong}"));
            }
        }
    }
    Ok(figures)
}

fn number(name: &str) -> Option<u64> {
    let text = env::var(name).ok().filter(|text| !text.is_empty())?;
    Some(text.parse().unwrap_or_else(|_| panic!("{name} is not a number: {text}")))
}
