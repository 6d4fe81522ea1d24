//! A run always ends: its worker is lost at every step, again and again, and what is left is reaped until nothing is.

use chrono::TimeDelta;
use sqlx::PgPool;

use super::world::{LEASE, World};
use crate::testing::TestClient;
use crate::{
    approvals::{self, Audience, Question},
    controls,
    deliverables::{self, Content},
    requests::{Column, commands},
    runs::{self, ClaimedRun},
    session::{Body, Choice, Conversation, Part, RunState},
};

/// Where a worker is when it is lost.
const STEPS: usize = 7;

/// Does the work up to a step, and lets go of it without a word.
async fn work_until(world: &World, house: &TestClient, claimed: &ClaimedRun, step: usize) {
    let db = &world.db;
    let say = |part| runs::commands::append_events(db, claimed, vec![part]);
    if step >= 1 {
        say(Part::TextStart { id: "1".into() }).await.unwrap();
    }
    if step >= 2 {
        say(Part::TextDelta { id: "1".into(), delta: "Half a sen".into() }).await.unwrap();
    }
    if step >= 3 {
        let choice = Choice { key: "y".into(), label: "Yes".into() };
        let question = Question {
            question: "Go on?".into(),
            detail: String::new(),
            options: vec![choice],
            open_for: 3_600,
            audience: Audience::Client,
        };
        let approval = approvals::commands::ask(db, claimed, question).await.unwrap();
        if step == 3 {
            world.wait(TimeDelta::hours(2));
            assert_eq!(approvals::commands::expire(db).await.unwrap(), 1);
            return;
        }
        approvals::commands::answer(db, &house.owner, approval, "y").await.unwrap();
    }
    if step >= 5 {
        deliverables::commands::put(db, claimed, "Lease", Content::Body("Draft".into())).await.unwrap();
    }
    if step >= 6 {
        commands::comment(db, &house.owner, claimed.request, "How is it going?", &[]).await.unwrap();
        controls::commands::steer(db, &house.owner, claimed.request, "Shorter, please.").await.unwrap();
    }
}

#[sqlx::test(migrations = "../migrations")]
async fn a_worker_lost_at_any_step_leaves_nothing_hanging(pool: PgPool) {
    let world = World::new(pool).await;
    let house = world.client("Harbor & Pine Law", 20).await;
    for step in 0..STEPS {
        let asked = world.ask(&house, &format!("Request {step}")).await;
        let rounds = lose_all(&world, &house, step).await;
        assert_eq!(world.run_state(asked.card.id).await, "failed", "step {step}");
        assert!((3..=30).contains(&rounds), "step {step} took {rounds} attempts");
        let end = world.request(house.id, asked.card.number).await;
        assert_eq!(end.card.column, Column::InProgress, "step {step}: it can be started again");
        let words = end.card.run.unwrap().failure.unwrap();
        assert!(words.starts_with("Mina was interrupted several times"), "{words}");
        reads_to_its_end(&world, end.session_stream, &words).await;
        assert_eq!(world.count("SELECT count(*) FROM control WHERE outcome IS NULL").await, 0, "step {step}");
        commands::withdraw(&world.db, &house.owner, asked.card.id).await.unwrap();
    }
}

/// Takes the run up and loses it at the step until nobody can take it up any more.
async fn lose_all(world: &World, house: &TestClient, step: usize) -> u32 {
    let mut rounds = 0;
    loop {
        world.wait(TimeDelta::minutes(6));
        controls::commands::expire(&world.db).await.unwrap();
        runs::commands::reap(&world.db).await.unwrap();
        world.wait(TimeDelta::minutes(6));
        match runs::commands::claim_due(&world.db, "worker", LEASE).await.unwrap() {
            // An answer renews patience, and there is none after the first few rounds.
            Some(claimed) => {
                work_until(world, house, &claimed, if rounds < 3 { step } else { step.min(2) }).await
            }
            None => return rounds,
        }
        rounds += 1;
    }
}

async fn reads_to_its_end(world: &World, session: uuid::Uuid, words: &str) {
    let read = Conversation::read(&world.events(session).await);
    assert_eq!(read.run.unwrap().state, RunState::Failed);
    let failed = |body: &Body| matches!(body, Body::Failed { reason } if reason == words);
    assert_eq!(read.entries.iter().filter(|entry| failed(&entry.body)).count(), 1);
    assert!(!read.entries.iter().any(|entry| matches!(entry.body, Body::Words { writing: true, .. })));
}

#[sqlx::test(migrations = "../migrations")]
async fn what_failed_can_be_started_again(pool: PgPool) {
    let world = World::new(pool).await;
    let house = world.client("Harbor & Pine Law", 1).await;
    let asked = world.ask(&house, "Draft a lease").await;
    let claimed = world.claim().await;
    assert!(matches!(
        runs::commands::retry(&world.db, &house.owner, asked.card.id).await,
        Err(crate::Error::Refused(_))
    ));
    runs::commands::fail(&world.db, &claimed, "Mina could not read the file.").await.unwrap();
    let failed = world.request(house.id, 1).await.card;
    assert_eq!(failed.run.unwrap().failure.as_deref(), Some("Mina could not read the file."));
    assert_eq!(
        world.count("SELECT count(*) FROM mail WHERE subject NOT LIKE 'Invoice%'").await,
        1,
        "the operator is told"
    );

    runs::commands::retry(&world.db, &house.member, asked.card.id).await.unwrap();
    let again = world.claim().await;
    assert_ne!(again.run, claimed.run);
    assert_eq!(again.attempt, 1);
    runs::commands::complete(&world.db, &again).await.unwrap();
    assert_eq!(world.run_state(asked.card.id).await, "completed");
}

#[sqlx::test(migrations = "../migrations")]
async fn a_stop_is_obeyed_even_by_the_dead(pool: PgPool) {
    let world = World::new(pool).await;
    let house = world.client("Harbor & Pine Law", 1).await;
    let asked = world.ask(&house, "Draft a lease").await;
    let claimed = world.claim().await;
    world.wait(TimeDelta::seconds(29));
    controls::commands::stop(&world.db, &house.owner, asked.card.id).await.unwrap();
    world.wait(TimeDelta::seconds(2));
    assert_eq!(runs::commands::reap(&world.db).await.unwrap(), 1);
    assert_eq!(world.run_state(asked.card.id).await, "cancelled", "it is not queued anew");
    assert!(runs::is_lost(&runs::commands::complete(&world.db, &claimed).await.unwrap_err()));
    assert_eq!(world.count("SELECT count(*) FROM control WHERE outcome = 'done'").await, 1);
}
