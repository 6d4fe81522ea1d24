//! Hermes Agent, the real one.

use std::{
    path::PathBuf,
    sync::Arc,
    time::{Duration, Instant},
};

use agents::hermes::{Hermes, HermesLimits};
use domain::{
    agents::{Backend, Settings},
    approvals::{self, Audience},
    controls, deliverables,
    requests::Detail,
    session::{Body, Event, Part, StepState},
};
use safe_http::{Admitted, SafeHttp};
use serde_json::{Value, json};

use sqlx::PgPool;
use tempfile::TempDir;
use tokio::process::Command;

use super::{
    desk::{asked, in_review, read_words, speaks, world},
    fleet::{Link, LinkAddress},
    installed::{Group, port, program},
    script::{calls, words_turn},
    scripted::{KEY, Scripted},
    support::{AgentWorld, PATIENCE},
};

/// What lets the portal in; it must turn up nowhere.
pub const TOKEN: &str = "hermes-planted-4711-0123456789";

/// A Hermes with a home of its own, and the line to it.
pub struct HermesProgram {
    binary: PathBuf,
    home: TempDir,
    port: u16,
    group: Option<Group>,
    pub line: Link,
}

impl HermesProgram {
    /// None where it is not installed.
    pub async fn start(model: &Scripted) -> Option<Self> {
        let binary = program("Hermes Agent", "venv/bin/hermes")?;
        let (home, port) = (tempfile::tempdir().unwrap(), port());
        let config = json!({
            "model": { "default": "scripted", "provider": "custom", "base_url": format!("{}/v1", model.address),
                       "api_key": KEY, "context_length": 131_072 },
            "approvals": { "mode": "manual", "timeout": 600 },
        });
        // JSON is YAML.
        std::fs::write(home.path().join("config.yaml"), config.to_string()).unwrap();
        let env = format!("API_SERVER_ENABLED=true\nAPI_SERVER_KEY={TOKEN}\nAPI_SERVER_PORT={port}\n");
        std::fs::write(home.path().join(".env"), env).unwrap();
        let line = Link::tcp(vec![LinkAddress::Tcp(([127, 0, 0, 1], port).into())]).await;
        let mut hermes = Self { binary, home, port, group: None, line };
        hermes.run().await;
        Some(hermes)
    }

    /// Starts it, again.
    pub async fn run(&mut self) {
        let log = self.home.path().join("out");
        let mut command = Command::new(&self.binary);
        command
            .args(["gateway", "run"])
            .env_clear()
            .env("PATH", std::env::var("PATH").unwrap())
            .envs([("HOME", self.home.path()), ("HERMES_HOME", self.home.path())])
            .current_dir(self.home.path());
        self.group = Some(Group::start(&mut command, &log));
        let client = reqwest::Client::new();
        let health = format!("http://127.0.0.1:{}/health", self.port);
        let up = async {
            while !client.get(&health).send().await.is_ok_and(|answer| answer.status().is_success()) {
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        };
        if tokio::time::timeout(PATIENCE, up).await.is_err() {
            panic!("Hermes does not start:\n{}", std::fs::read_to_string(&log).unwrap());
        }
    }

    pub async fn kill(&mut self) {
        self.group.take().unwrap().kill().await;
    }

    pub async fn world(&self, pg: PgPool) -> AgentWorld {
        world(pg, Backend::Hermes, &self.settings(), Some(TOKEN)).await
    }

    /// How an agent reaches it.
    pub fn settings(&self) -> Settings {
        Settings { url: Some(self.line.url()), ..Settings::default() }
    }

    /// Waits until a run neither works nor waits any more.
    pub async fn stops(&self, run: &str) {
        let begun = Instant::now();
        let stops = async {
            while matches!(self.status(run).await.as_str(), "running" | "waiting_for_approval") {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(PATIENCE, stops).await.expect("Hermes is told");
        println!("Hermes worked no more {} ms later", begun.elapsed().as_millis());
    }

    /// How a run stands, as Hermes says itself.
    pub async fn status(&self, run: &str) -> String {
        let client = reqwest::Client::new();
        let asked = client.get(format!("http://127.0.0.1:{}/v1/runs/{run}", self.port)).bearer_auth(TOKEN);
        let status: Value = asked.send().await.unwrap().json().await.unwrap();
        status["status"].as_str().unwrap().to_owned()
    }
}

/// The backend, which waits for a Hermes that is started again.
pub fn backend() -> Arc<Hermes> {
    backend_with(Duration::from_secs(120))
}

/// The same that waits so long for a Hermes that is away.
pub fn backend_with(patience: Duration) -> Arc<Hermes> {
    let safe_http = SafeHttp::new(Admitted::private()).unwrap();
    let limits = HermesLimits { poll: Duration::from_millis(200), patience, ..HermesLimits::default() };
    Arc::new(Hermes::new(safe_http, limits))
}

/// What was kept of the run that Hermes does.
pub async fn kept(world: &AgentWorld) -> Value {
    sqlx::query_scalar("SELECT kept FROM run ORDER BY queued_at DESC LIMIT 1")
        .fetch_one(&world.pool)
        .await
        .unwrap()
}

pub async fn steps(world: &AgentWorld, request: &Detail) -> Vec<(String, StepState)> {
    let conversation = world.conversation(request.session_stream).await;
    let steps = conversation.entries.iter().filter_map(|entry| match &entry.body {
        Body::Step { title, state, .. } => Some((title.clone(), *state)),
        _ => None,
    });
    steps.collect()
}

pub const LETTER: &str = "# The letter\n\nDear client, the fees rise in March.";

#[sqlx::test(migrations = "../migrations")]
#[ignore = "needs real programs: make test-agents"]
async fn goes_the_whole_way(pg: PgPool) {
    let model = Scripted::new(vec![
        calls("I look at what is there.", "terminal", json!({ "command": "echo three open loops" })),
        calls("Now I clean up.", "terminal", json!({ "command": "rm -rf /tmp/throughline-nothing-here" })),
        calls("And again.", "terminal", json!({ "command": "rm -rf /tmp/throughline-nothing-there" })),
        words_turn(LETTER),
    ])
    .await;
    let Some(hermes) = HermesProgram::start(&model).await else { return };
    let world = hermes.world(pg).await;
    let request = world.ask("New fees", "Write a letter.", vec![]).await;
    let hand = world.work(backend());

    let first = asked(&world, 0).await;
    assert_eq!((first.audience, first.client_name.as_str()), (Audience::Operator, "Hale & Partners"));
    assert!(first.question.starts_with("Juno wants to use terminal"), "{}", first.question);
    assert!(first.detail.contains("rm -rf /tmp/throughline-nothing-here"), "{}", first.detail);
    approvals::commands::answer(&world.db, &world.operator, first.id, "once").await.unwrap();
    let second = asked(&world, 1).await;
    approvals::commands::answer(&world.db, &world.operator, second.id, "deny").await.unwrap();
    world.until(&request, in_review).await;
    hand.leave().await;

    assert_eq!(read_words(&world, &request).await, model.whole());
    model.is_content();
    let told: Vec<String> = model.asked().iter().map(|asked| asked["messages"].to_string()).collect();
    assert!(told[0].contains("Hale & Partners") && told[0].contains("Calm and exact."));
    assert!(told[2].contains("was approved by the user"), "{}", told[2]);
    assert!(told[3].to_lowercase().contains("denied"), "{}", told[3]);
    let ran = ("Ran a command".to_owned(), StepState::Done);
    let seen = steps(&world, &request).await;
    assert_eq!((seen.len(), &seen[0], &seen[1]), (3, &ran, &ran));

    let delivered = world.see(request.card.number).await.deliverables.remove(0);
    assert_eq!(delivered.title, "New fees");
    let version = deliverables::queries::version(&world.db, &world.owner, delivered.id, 1).await.unwrap();
    assert_eq!(version.body.as_deref(), Some(LETTER));

    let raw =
        |part: &Part| matches!(part, Part::ToolInputAvailable { .. } | Part::ToolOutputAvailable { .. });
    assert!(!world.parts(request.session_stream).await.iter().any(raw), "nothing raw before the client");
    let backstage = world.events(request.backstage_stream.unwrap()).await;
    assert_eq!(backstage.iter().filter(|event| raw(&event.part)).count(), 6);
    assert!(serde_json::to_string(&backstage).unwrap().contains("three open loops"));
    let (spent, tokens): (i64, i64) = sqlx::query_as("SELECT count(*), sum(input_tokens)::bigint FROM spend")
        .fetch_one(&world.pool)
        .await
        .unwrap();
    assert_eq!((spent, tokens), (1, 40));
    let everything = world.everything().await;
    assert!(!everything.contains(TOKEN) && !everything.contains(KEY), "the keys are nowhere");
}

#[sqlx::test(migrations = "../migrations")]
#[ignore = "needs real programs: make test-agents"]
async fn what_is_on_the_list_is_not_asked(pg: PgPool) {
    let model = Scripted::new(vec![
        calls("I clean up.", "terminal", json!({ "command": "rm -rf /tmp/throughline-nothing-here" })),
        words_turn(LETTER),
    ])
    .await;
    let Some(hermes) = HermesProgram::start(&model).await else { return };
    let world = hermes.world(pg).await;
    sqlx::query("UPDATE agent SET tools = '{terminal}'").execute(&world.pool).await.unwrap();
    let request = world.ask("New fees", "Write a letter.", vec![]).await;
    let hand = world.work(backend());
    world.until(&request, in_review).await;
    hand.leave().await;
    let asked: i64 =
        sqlx::query_scalar("SELECT count(*) FROM approval").fetch_one(&world.pool).await.unwrap();
    assert_eq!(asked, 0);
    assert!(model.asked()[1]["messages"].to_string().contains("was approved by the user"));
}

#[sqlx::test(migrations = "../migrations")]
#[ignore = "needs real programs: make test-agents"]
async fn what_is_said_meanwhile_is_the_next_thing_it_reads(pg: PgPool) {
    let model = Scripted::new(vec![
        words_turn("Dear client, this is a first draft of the letter, written one word after another."),
        words_turn(LETTER),
    ])
    .await;
    let Some(hermes) = HermesProgram::start(&model).await else { return };
    let world = hermes.world(pg).await;
    let request = world.ask("New fees", "Write a letter.", vec![]).await;
    model.stand_at("first draft");
    let hand = world.work(backend());
    speaks(&world, &request, "first draft").await;
    let steer = controls::commands::steer(&world.db, &world.owner, request.card.id, "Mention the car park")
        .await
        .unwrap();
    let outcome = |event: &Event| match &event.part {
        Part::DataOutcome { control, outcome, reason } if *control == steer.control => {
            Some((outcome.clone(), reason.clone()))
        }
        _ => None,
    };
    let (outcome, reason) = world.until(&request, outcome).await;
    assert!(outcome == "done" && reason.contains("as soon as"), "{outcome}: {reason}");
    model.go_on();
    world.until(&request, in_review).await;
    hand.leave().await;
    assert_eq!(read_words(&world, &request).await, model.whole());
    let told = model.asked()[1]["messages"].to_string();
    assert!(told.contains("Mention the car park") && told.contains("a first draft of the letter"));
    assert_eq!(kept(&world).await["turn"], 2);
    assert_eq!(kept(&world).await["sessions"], 1, "both turns are of one conversation");
}

#[sqlx::test(migrations = "../migrations")]
#[ignore = "needs real programs: make test-agents"]
async fn a_stop_reaches_it(pg: PgPool) {
    let model = Scripted::new(vec![words_turn(
        "Dear client, this goes on and on and on, word after word after word.",
    )])
    .await;
    let Some(hermes) = HermesProgram::start(&model).await else { return };
    let world = hermes.world(pg).await;
    let request = world.ask("New fees", "Write a letter.", vec![]).await;
    model.stand_at("Dear client");
    let hand = world.work(backend());
    speaks(&world, &request, "Dear client").await;
    let run = kept(&world).await["run"].as_str().unwrap().to_owned();
    assert_eq!(hermes.status(&run).await, "running");
    controls::commands::stop(&world.db, &world.member, request.card.id).await.unwrap();
    hermes.stops(&run).await;
    let done = |event: &Event| {
        matches!(&event.part, Part::DataOutcome { outcome, .. } if outcome == "done").then_some(())
    };
    world.until(&request, done).await;
    assert_eq!(world.run_state(request.card.id).await, "cancelled");
    hand.leave().await;
}
