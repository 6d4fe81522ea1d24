//! Fault rounds with Hermes as the agent: `make faults` plays them where Hermes is installed. Two real servers work on one
//! database; they, Hermes, the line to it and the database's connections break at moments drawn from a seed. In the end
//! the session says what the model said, once and in order, and every tool call stands backstage once.

use std::{
    collections::{BTreeMap, HashSet},
    fmt,
    time::{Duration, Instant},
};

use domain::{
    Clock,
    agents::Backend,
    requests::Detail,
    sealed::Keyring,
    session::{Event, Part, RunState},
};
use serde_json::json;
use sqlx::{PgPool, postgres::PgConnectOptions};
use tempfile::TempDir;

use super::{
    desk::{furnished, in_review, read_words},
    dice::Dice,
    fleet::{Node, Process},
    hermes::{HermesProgram, LETTER, TOKEN},
    script::{calls, words_turn},
    scripted::Scripted,
    support::{AgentWorld, PATIENCE},
};

/// Rounds where nobody says how many.
const FEW: u64 = 6;

#[derive(Clone, Copy, Debug)]
enum Fault {
    /// A server is killed, and started again after a while.
    Server { node: usize, down: Duration },
    /// All servers are killed and started again.
    Servers,
    /// The run is given to another attempt while the one before goes on.
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

impl Fault {
    fn kind(self) -> &'static str {
        match self {
            Self::Server { .. } => "a server killed",
            Self::Servers => "all servers killed",
            Self::Taken => "run taken",
            Self::Hermes => "Hermes killed",
            Self::Line => "line cut",
            Self::Stall(_) => "line stalled",
            Self::Database => "database hung up",
        }
    }
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
            let fault = match dice.roll(0, 7) {
                0 | 1 => Fault::Server {
                    node: usize::from(dice.roll(0, 1) == 1),
                    down: Duration::from_millis(dice.roll(50, 1_500)),
                },
                2 => Fault::Servers,
                3 => Fault::Taken,
                4 => Fault::Hermes,
                5 => Fault::Line,
                6 => Fault::Stall(Duration::from_millis(dice.roll(100, 1_500))),
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
        words_turn(LETTER),
    ])
    .await;
    let Some(mut hermes) = HermesProgram::start(&model).await else { return };
    let (options, keys) = (pg.connect_options(), Keyring::generate());
    let world = AgentWorld::at(pg, Clock::system()).await;
    let world = furnished(world, &keys, Backend::Hermes, &hermes.settings(), Some(TOKEN)).await;
    let mut servers = Servers::start(&options, &keys).await;
    let letters = model.whole().chars().count() as u64;
    let (begun, mut struck) = (Instant::now(), BTreeMap::<&str, u32>::new());
    for round in 1..=rounds {
        let plan = draw(seed, round, letters);
        let told: Vec<String> = plan.iter().map(|(at, fault)| format!("{fault} at {at}")).collect();
        println!("round {round}: {}", told.join(", "));
        for (_, fault) in &plan {
            *struck.entry(fault.kind()).or_default() += 1;
        }
        tokio::select! {
            () = play(&world, &mut hermes, &mut servers, &model, &plan) => {}
            () = hasten(&world) => {}
        }
    }
    servers.kill().await;
    let attempts: i64 =
        sqlx::query_scalar("SELECT sum(attempt) FROM run").fetch_one(&world.pool).await.unwrap();
    println!("Hermes: {struck:?}, {attempts} attempts");
    println!(
        "Hermes: {rounds} rounds in {} s, nothing lost, nothing twice (seed {seed})",
        begun.elapsed().as_secs()
    );
}

/// Nobody waits for a try's pause here.
async fn hasten(world: &AgentWorld) {
    loop {
        // The database may be away.
        let _ =
            sqlx::query("UPDATE run SET not_before = now() WHERE state = 'queued' AND not_before > now()")
                .execute(&world.pool)
                .await;
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

async fn play(
    world: &AgentWorld,
    hermes: &mut HermesProgram,
    servers: &mut Servers,
    model: &Scripted,
    plan: &[(u64, Fault)],
) {
    let request = world.ask("New fees", "Write a letter.", vec![]).await;
    // How often work may be tried again is not what is looked at here.
    sqlx::query("UPDATE run SET max_attempts = 100").execute(&world.pool).await.unwrap();
    model.pace(Duration::from_millis(60));
    for (at, fault) in plan {
        wait_for_letters(world, &request, *at).await;
        strike(world, hermes, servers, *fault).await;
    }
    let ends = |event: &Event| match &event.part {
        Part::DataRun { state: RunState::Failed, .. } => Some(false),
        _ => in_review(event).map(|()| true),
    };
    let done = world.until(&request, ends).await;
    assert!(done, "it failed: {:#?}", world.events(request.backstage_stream.unwrap()).await.last());
    assert_eq!(read_words(world, &request).await, model.whole());
    model.is_content();
    let backstage = world.events(request.backstage_stream.unwrap()).await;
    let calls = backstage.iter().filter_map(|event| match &event.part {
        Part::ToolInputAvailable { tool_call_id, .. } => Some(tool_call_id.clone()),
        _ => None,
    });
    let calls: Vec<String> = calls.collect();
    assert_eq!(calls.iter().collect::<HashSet<_>>().len(), calls.len(), "{calls:?}");
    domain::reviews::commands::approve(&world.db, &world.owner, request.card.id).await.unwrap();
}

/// Waits until so many letters are said; the end of the work counts as all of them.
async fn wait_for_letters(world: &AgentWorld, request: &Detail, letters: u64) {
    let mut count = 0;
    let enough = |event: &Event| {
        if let Part::TextDelta { delta, .. } = &event.part {
            count += delta.chars().filter(|c| !c.is_whitespace()).count() as u64;
        }
        (count >= letters || in_review(event).is_some()).then_some(())
    };
    world.until(request, enough).await;
}

async fn strike(world: &AgentWorld, hermes: &mut HermesProgram, servers: &mut Servers, fault: Fault) {
    match fault {
        Fault::Server { node, down } => {
            servers.kill_one(node).await;
            lease_runs_out(world).await;
            tokio::time::sleep(down).await;
            servers.start_again().await;
        }
        Fault::Servers => {
            servers.kill().await;
            lease_runs_out(world).await;
            servers.start_again().await;
        }
        Fault::Taken => lease_runs_out(world).await,
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
            let _ = sqlx::query(hang_up).execute(&world.pool).await;
        }
    }
}

/// Half a minute is over for whoever holds the run, dead or alive.
async fn lease_runs_out(world: &AgentWorld) {
    let out = "UPDATE run SET lease_until = now() - interval '1 second' WHERE state = 'working'";
    while sqlx::query(out).execute(&world.pool).await.is_err() {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Two real servers on one database.
struct Servers {
    nodes: [Node; 2],
    run: [Option<Process>; 2],
    _data: TempDir,
}

impl Servers {
    async fn start(database: &PgConnectOptions, keys: &str) -> Self {
        let data = tempfile::tempdir().unwrap();
        let nodes = ["one", "two"].map(|name| {
            let node = Node::portal(database, &data.path().join(name));
            node.set("THROUGHLINE_SECRET_KEY", keys).set("THROUGHLINE_ALLOW_PRIVATE", "127.0.0.0/8")
        });
        let mut servers = Self { nodes, run: [None, None], _data: data };
        servers.start_again().await;
        servers
    }

    /// Starts those that do not run, as whoever looks after services does: again and again.
    async fn start_again(&mut self) {
        for (node, run) in self.nodes.iter().zip(&mut self.run) {
            let begun = Instant::now();
            while run.is_none() {
                match node.start().await {
                    Ok(started) => *run = Some(started),
                    Err(said) => assert!(begun.elapsed() < PATIENCE, "a server does not start:\n{said}"),
                }
            }
        }
    }

    async fn kill_one(&mut self, node: usize) {
        if let Some(run) = self.run[node].take() {
            run.kill().await;
        }
    }

    async fn kill(&mut self) {
        self.kill_one(0).await;
        self.kill_one(1).await;
    }
}
