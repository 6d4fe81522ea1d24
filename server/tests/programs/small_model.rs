//! A real model, small enough for a test: its words arrive in the session as it finds them, and become the deliverable.

use std::{path::Path, sync::Arc, time::Duration};

use agents::model::{ModelLimits, Models};
use domain::{
    agents::Backend,
    deliverables,
    requests::{Column, Detail},
    session::{Event, Part},
};
use safe_http::{Admitted, SafeHttp};

use sessions::{Offset, StreamId};
use sqlx::PgPool;
use tokio::{process::Command, time::timeout};

use super::{
    installed::{Group, program},
    support::AgentWorld,
};

/// A token may take seconds on a busy machine.
const PATIENCE: Duration = Duration::from_secs(400);

#[sqlx::test(migrations = "../migrations")]
#[ignore = "needs real programs: make test-agents"]
async fn a_real_model_streams_its_words(pg: PgPool) {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let Some(weights) = program("a small model", "small-model/SmolLM2-135M-Instruct.Q4_1.gguf") else {
        return;
    };
    let Some(runner) = program("its runner", "small-model/node_modules/node-llama-cpp") else { return };
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("log");
    let script = runner.parent().unwrap().parent().unwrap().join("serve.mjs");
    let model = Group::start(Command::new("node").arg(script).arg(weights), &log);
    let address = timeout(PATIENCE, listens(&log)).await.expect("the model is loaded");

    let world = AgentWorld::new(pg).await;
    world.reach_by(Backend::OpenaiChat, &address, "smollm2-135m-instruct", "sk-of-nobody").await;
    let request = world
        .ask(
            "A thank-you note",
            "Write a letter that thanks a client for paying early, and tell her what it means to us.",
            vec![],
        )
        .await;
    let limits = ModelLimits { first: PATIENCE, between: PATIENCE, ..ModelLimits::default() };
    let safe_http = SafeHttp::new(Admitted::private()).unwrap();
    let hand = world.work(Arc::new(Models::new(safe_http, limits)));
    let deltas = timeout(PATIENCE, until_review(&world, &request)).await.expect("it gets there");
    hand.leave().await;
    model.kill().await;

    assert!(deltas.len() >= 3, "word by word: {deltas:?}");
    let delivered = world.see(request.card.number).await.deliverables.remove(0);
    let version = deliverables::queries::version(&world.db, &world.owner, delivered.id, 1).await.unwrap();
    assert_eq!(version.body.as_deref(), Some(deltas.concat().trim()));
    let spent: (String, i64) =
        sqlx::query_as("SELECT model, output_tokens FROM spend").fetch_one(&world.pool).await.unwrap();
    assert!(spent.0 == "smollm2-135m-instruct" && spent.1 > 0, "{spent:?}");
    println!("The model wrote: {}", deltas.concat());
}

/// The address that it prints once it listens.
async fn listens(log: &Path) -> String {
    loop {
        let said = tokio::fs::read_to_string(log).await.unwrap_or_default();
        if let Some(address) = said.lines().find(|line| line.starts_with("http://")) {
            return address.to_owned();
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// The pieces of its words, as they came, until the request is in review.
async fn until_review(world: &AgentWorld, request: &Detail) -> Vec<String> {
    let mut follower = world.db.engine().follow(StreamId(request.session_stream), Offset::ZERO);
    let mut deltas = Vec::new();
    loop {
        for record in follower.next().await.unwrap().expect("the engine runs").records {
            match Event::from_json(record.json()).unwrap().part {
                Part::TextDelta { delta, .. } => deltas.push(delta),
                Part::DataRun { failure: Some(words), .. } => panic!("it failed: {words}"),
                Part::DataMoved { to: Column::Review, .. } => return deltas,
                _ => {}
            }
        }
    }
}
