//! A server is killed with no time to end what it started: another one does.

use std::time::Duration;

use agents::external::end_orphans;
use domain::{
    Clock,
    agents::{Backend, Settings},
};
use sqlx::PgPool;

use super::{
    fleet::Node,
    machine::{none_in, working_in},
    support::{AgentWorld, PATIENCE},
};

/// A program that listens to nobody, and goes on without its server.
const SLEEPER: &str = "sleep";

#[sqlx::test(migrations = "../migrations")]
async fn what_a_killed_server_started_is_ended_by_the_next(pg: PgPool) {
    let options = pg.connect_options();
    let world = AgentWorld::at(pg, Clock::system()).await;
    let settings = Settings { command: vec![SLEEPER.into(), "600".into()], ..Settings::default() };
    sqlx::query("UPDATE agent SET backend = $1, settings = $2")
        .bind(Backend::Acp.as_str())
        .bind(sqlx::types::Json(settings))
        .execute(&world.pool)
        .await
        .unwrap();
    world.ask("New fees", "Write a letter.", vec![]).await;
    let folder = tempfile::tempdir().unwrap();
    let [first, second] = ["first", "second"].map(|name| folder.path().join(name));
    let scratch = folder.path().join("scratch");
    std::fs::create_dir(&scratch).unwrap();
    let written = || std::fs::read_dir(&scratch).unwrap().count();
    let node = Node::portal(&options, &first)
        .set("THROUGHLINE_AGENT_PROGRAMS", SLEEPER)
        .set("TMPDIR", scratch.display());
    let server = node.start().await.unwrap();
    let works = first.join("agents");
    let started = async {
        while working_in(&works).is_empty() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(PATIENCE, started).await.expect("it is started");
    end_orphans().unwrap();
    assert!(!working_in(&works).is_empty(), "its server lives");

    server.kill().await;
    assert!(!working_in(&works).is_empty(), "it lives on");
    assert_eq!(written(), 1);
    // It may start nothing itself.
    let next = Node::portal(&options, &second).set("TMPDIR", scratch.display()).start().await.unwrap();
    none_in(&works, PATIENCE).await;
    let gone = async {
        while written() > 0 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(PATIENCE, gone).await.expect("what it wrote is removed");
    next.kill().await;
}
