//! Fault rounds with Hermes as the agent: `make faults` plays them where Hermes is installed. The worker, Hermes, the line
//! between them and the database's connections break at moments drawn from a seed. In the end the session says what the
//! model said, once and in order, and every tool call stands backstage once.

use std::{
    collections::HashSet,
    fmt,
    time::{Duration, Instant},
};

use chrono::TimeDelta;
use domain::{
    requests::Detail,
    runs,
    session::{Event, Part},
};
use serde_json::json;
use sqlx::PgPool;

use super::{
    desk::{in_review, said},
    dice::Dice,
    hermes::{LETTER, Program, brain},
    script::{calls, says},
    scripted::Scripted,
    support::{Hand, World},
};

/// Rounds where nobody says how many.
const FEW: u64 = 6;

#[derive(Clone, Copy, Debug)]
enum Fault {
    /// The worker dies; another one comes.
    Worker,
    /// The run is given to another attempt while the worker goes on.
    Taken,
    /// Hermes is killed and started again.
    Hermes,
    /// All connections to Hermes are cut.
    Line,
    /// Nothing comes from Hermes for a while.
    Stall(Duration),
    /// All connections to the database are cut.
    Database,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

/// What goes wrong in a round, and after how many letters.
fn draw(seed: u64, round: u64, letters: u64) -> Vec<(u64, Fault)> {
    let mut dice = Dice::of(seed, round);
    let mut plan: Vec<(u64, Fault)> = (0..dice.roll(1, 3))
        .map(|_| {
            let at = dice.roll(1, letters * 9 / 10);
            let fault = match dice.roll(0, 5) {
                0 => Fault::Worker,
                1 => Fault::Taken,
                2 => Fault::Hermes,
                3 => Fault::Line,
                4 => Fault::Stall(Duration::from_millis(dice.roll(100, 1_500))),
                _ => Fault::Database,
            };
            (at, fault)
        })
        .collect();
    plan.sort_by_key(|(at, _)| *at);
    plan
}

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().filter(|text| !text.is_empty()).map(|text| text.parse().unwrap())
}

#[sqlx::test(migrations = "../migrations")]
#[ignore = "needs real programs: make faults"]
async fn rounds(pg: PgPool) {
    let rounds = number("THROUGHLINE_HERMES_ROUNDS").unwrap_or(FEW);
    let seed = number("THROUGHLINE_FAULT_SEED").unwrap_or_else(|| getrandom::u64().unwrap() >> 32);
    println!("Hermes: seed {seed}, {rounds} rounds");
    let model = Scripted::new(vec![
        calls(
            "First I look at what there is, and that is not little.",
            "terminal",
            json!({ "command": "echo one" }),
        ),
        calls(
            "Then I look at the rest, which takes me a while.",
            "terminal",
            json!({ "command": "echo two" }),
        ),
        calls("Now I put it in order.", "terminal", json!({ "command": "echo three" })),
        says(LETTER),
    ])
    .await;
    let Some(mut hermes) = Program::start(&model).await else { return };
    let world = hermes.world(pg).await;
    let letters = model.whole().chars().count() as u64;
    let begun = Instant::now();
    for round in 1..=rounds {
        let plan = draw(seed, round, letters);
        let told: Vec<String> = plan.iter().map(|(at, fault)| format!("{fault} at {at}")).collect();
        println!("round {round}: {}", told.join(", "));
        tokio::select! {
            () = play(&world, &mut hermes, &model, &plan) => {}
            () = jobs(&world) => {}
        }
    }
    println!(
        "Hermes: {rounds} rounds in {} s, nothing lost, nothing twice (seed {seed})",
        begun.elapsed().as_secs()
    );
}

/// What the server does beside the workers, ten times as fast.
async fn jobs(world: &World) {
    loop {
        world.db.clock().advance(TimeDelta::seconds(1));
        // The database may be away.
        let _ = runs::reap(&world.db).await;
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

async fn play(world: &World, hermes: &mut Program, model: &Scripted, plan: &[(u64, Fault)]) {
    let request = world.ask("New fees", "Write a letter.", vec![]).await;
    // How often work may be tried again is not what is looked at here.
    sqlx::query("UPDATE run SET max_attempts = 100").execute(&world.root).await.unwrap();
    model.pace(Duration::from_millis(60));
    let mut hand = world.work(brain());
    for (at, fault) in plan {
        says_so_much(world, &request, *at).await;
        hand = strike(world, hermes, hand, *fault).await;
    }
    world.until(&request, in_review).await;
    hand.kill().await;
    assert_eq!(said(world, &request).await, model.whole());
    model.is_content();
    let backstage = world.events(request.backstage_stream.unwrap()).await;
    let calls = backstage.iter().filter_map(|event| match &event.part {
        Part::ToolInputAvailable { tool_call_id, .. } => Some(tool_call_id.clone()),
        _ => None,
    });
    let calls: Vec<String> = calls.collect();
    assert_eq!(calls.iter().collect::<HashSet<_>>().len(), calls.len(), "{calls:?}");
    domain::reviews::approve(&world.db, &world.owner, request.card.id).await.unwrap();
}

/// Waits until so many letters are said; the end of the work counts as all of them.
async fn says_so_much(world: &World, request: &Detail, letters: u64) {
    let mut count = 0;
    let enough = |event: &Event| {
        if let Part::TextDelta { delta, .. } = &event.part {
            count += delta.chars().filter(|c| !c.is_whitespace()).count() as u64;
        }
        (count >= letters || in_review(event).is_some()).then_some(())
    };
    world.until(request, enough).await;
}

async fn strike(world: &World, hermes: &mut Program, hand: Hand, fault: Fault) -> Hand {
    match fault {
        Fault::Worker => {
            hand.kill().await;
            return world.work(brain());
        }
        Fault::Taken => {
            world.lease_runs_out().await;
        }
        Fault::Hermes => {
            hermes.kill().await;
            hermes.run().await;
        }
        Fault::Line => {
            hermes.line.cut();
        }
        Fault::Stall(lasts) => {
            hermes.line.stall(true);
            tokio::time::sleep(lasts).await;
            hermes.line.stall(false);
        }
        Fault::Database => {
            let hang_up = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
                           WHERE datname = current_database() AND pid <> pg_backend_pid()";
            // It hangs up on whoever asks, too.
            let _ = sqlx::query(hang_up).execute(&world.root).await;
        }
    }
    hand
}
