//! What every test of a program does at the desk: an agent of a backend, and what the session says in the end.

use std::{sync::Arc, time::Duration};

use ::agents::AgentBackend;
use domain::{
    agents::{self, Backend, Settings},
    approvals::{self, AnswerOutcome, Approval},
    requests::{Column, Detail},
    sealed::Keyring,
    session::{Body, Event, Part},
};
use sqlx::PgPool;

use super::{
    scripted::Scripted,
    support::{AgentWorld, PATIENCE, TestWorker},
};

/// A workspace whose agent is reached so.
pub async fn world(pg: PgPool, backend: Backend, settings: &Settings, key: Option<&str>) -> AgentWorld {
    furnished(AgentWorld::new(pg).await, &Keyring::generate(), backend, settings, key).await
}

/// The same in a workspace that is there, whose agents' keys are sealed under these.
pub async fn furnished(
    mut world: AgentWorld,
    keys: &str,
    backend: Backend,
    settings: &Settings,
    key: Option<&str>,
) -> AgentWorld {
    world.fixture.db = world.db.clone().with_keyring(Keyring::parse(keys).unwrap());
    sqlx::query("UPDATE agent SET backend = $1, settings = $2")
        .bind(backend.as_str())
        .bind(serde_json::to_value(settings).unwrap())
        .execute(&world.pool)
        .await
        .unwrap();
    if let Some(key) = key {
        let agent = agents::queries::list(&world.db, &world.operator).await.unwrap().remove(0);
        agents::commands::set_key(&world.db, &world.operator, agent.id, key).await.unwrap();
    }
    world
}

pub fn in_review(event: &Event) -> Option<()> {
    matches!(event.part, Part::DataMoved { to: Column::Review, .. }).then_some(())
}

/// Waits for the first words.
pub async fn speaks(world: &AgentWorld, request: &Detail, wanted: &str) {
    let mut said = String::new();
    let heard = |event: &Event| {
        if let Part::TextDelta { delta, .. } = &event.part {
            said.push_str(delta);
        }
        said.contains(wanted).then_some(())
    };
    world.until(request, heard).await;
}

/// Has the agent work, slowly, on a new request, until it says this; its model says no more before it may go on.
pub async fn work_until_text(
    world: &AgentWorld,
    model: &Scripted,
    backend: Arc<dyn AgentBackend>,
    wanted: &'static str,
) -> (Detail, TestWorker) {
    let request = world.ask("New fees", "Write a letter.", vec![]).await;
    model.pace(Duration::from_millis(100));
    model.stand_at(wanted);
    let hand = world.work(backend);
    speaks(world, &request, wanted).await;
    (request, hand)
}

/// Sees the work to its end: all was said once, whatever happened.
pub async fn sees_it_done(world: &AgentWorld, model: &Scripted, request: &Detail, hand: TestWorker) {
    model.go_on();
    world.until(request, in_review).await;
    assert_eq!(read_words(world, request).await, model.whole());
    hand.leave().await;
    domain::reviews::commands::approve(&world.db, &world.owner, request.card.id).await.unwrap();
}

/// All that the agent said, without blanks, in the order of the session.
pub async fn read_words(world: &AgentWorld, request: &Detail) -> String {
    let conversation = world.conversation(request.session_stream).await;
    let words = conversation.entries.iter().filter_map(|entry| match &entry.body {
        Body::Words { text, writing } => {
            assert!(!writing, "nothing is left open");
            Some(text.as_str())
        }
        _ => None,
    });
    super::script::bare(&words.collect::<Vec<_>>().join(" "))
}

/// Waits until the operators are asked something new.
pub async fn asked(world: &AgentWorld, known: usize) -> Approval {
    let look = async {
        loop {
            let open = approvals::queries::list_open(&world.db, &world.operator).await.unwrap();
            let all: i64 =
                sqlx::query_scalar("SELECT count(*) FROM approval").fetch_one(&world.pool).await.unwrap();
            match open.into_iter().next() {
                Some(approval) if usize::try_from(all).unwrap() > known => return approval,
                _ => tokio::time::sleep(Duration::from_millis(50)).await,
            }
        }
    };
    tokio::time::timeout(PATIENCE, look).await.expect("somebody is asked")
}

/// Two operators answer at once, each otherwise: whether the one who allowed it was first.
pub async fn answered_at_once(world: &AgentWorld, approval: &Approval) -> bool {
    let answer = |key| approvals::commands::answer(&world.db, &world.operator, approval.id, key);
    let (one, other) = tokio::join!(answer("once"), answer("deny"));
    let won = [one.unwrap(), other.unwrap()].map(|answered| matches!(answered, AnswerOutcome::Won { .. }));
    assert_eq!(won.iter().filter(|won| **won).count(), 1);
    won[0]
}

/// How often somebody was asked.
pub async fn questions(world: &AgentWorld) -> i64 {
    sqlx::query_scalar("SELECT count(*) FROM approval").fetch_one(&world.pool).await.unwrap()
}

/// Another worker takes up what the one before left when it died.
pub async fn another(world: &AgentWorld, backend: Arc<dyn AgentBackend>) -> TestWorker {
    assert!(world.lease_runs_out().await, "its run is taken back");
    world.work(backend)
}
