//! A run is in one worker's hands, and whoever lost it is refused.

use std::sync::Arc;

use chrono::TimeDelta;
use sqlx::PgPool;
use tokio::task::JoinSet;

use super::world::{LEASE, World};
use crate::{
    agents,
    approvals::{self, Audience, Question},
    deliverables::{self, Content},
    requests::HeldBy,
    runs::{self, LeaseState},
    session::{Choice, Part},
};

fn word(text: &str) -> Vec<Part> {
    vec![Part::TextDelta { id: "1".into(), delta: text.into() }]
}

#[sqlx::test(migrations = "../migrations")]
async fn of_twenty_workers_one_gets_the_run(pool: PgPool) {
    let world = Arc::new(World::new(pool).await);
    let house = world.client("Harbor & Pine Law", 1).await;
    world.ask(&house, "Draft a lease").await;
    let mut tasks = JoinSet::new();
    for n in 0..20 {
        let world = Arc::clone(&world);
        tasks.spawn(async move {
            runs::commands::claim_due(&world.db, &format!("worker {n}"), LEASE).await.unwrap()
        });
    }
    let claimed: Vec<_> = tasks.join_all().await.into_iter().flatten().collect();
    assert_eq!(claimed.len(), 1);
    assert_eq!(claimed[0].attempt, 1);
    let request = world.request(house.id, 1).await;
    let working = Part::DataRun { state: crate::session::RunState::Working, failure: None, rehearsal: false };
    assert_eq!(world.parts(request.session_stream).await.iter().filter(|part| **part == working).count(), 1);
}

#[sqlx::test(migrations = "../migrations")]
async fn twenty_runs_go_to_twenty_workers(pool: PgPool) {
    let world = Arc::new(World::new(pool).await);
    let house = world.client("Harbor & Pine Law", 20).await;
    for n in 0..20 {
        world.ask(&house, &format!("Request {n}")).await;
    }
    let mut tasks = JoinSet::new();
    for n in 0..20 {
        let world = Arc::clone(&world);
        tasks.spawn(async move {
            loop {
                // Somebody else may have been quicker with all that were looked at.
                if let Some(claimed) =
                    runs::commands::claim_due(&world.db, &format!("worker {n}"), LEASE).await.unwrap()
                {
                    return claimed.run;
                }
            }
        });
    }
    let mut runs = tasks.join_all().await;
    runs.sort_unstable();
    runs.dedup();
    assert_eq!(runs.len(), 20);
}

#[sqlx::test(migrations = "../migrations")]
async fn a_zombie_is_refused_whatever_it_tries(pool: PgPool) {
    let world = World::new(pool).await;
    let house = world.client("Harbor & Pine Law", 1).await;
    let asked = world.ask(&house, "Draft a lease").await;
    let zombie = world.claim().await;
    runs::commands::append_events(&world.db, &zombie, word("Before.")).await.unwrap();
    world.wait(TimeDelta::seconds(31));
    assert_eq!(runs::commands::reap(&world.db).await.unwrap(), 1);

    assert_eq!(runs::commands::heartbeat(&world.db, &zombie, LEASE).await.unwrap(), LeaseState::Lost);
    refused(&world, &zombie).await;
    world.wait(TimeDelta::seconds(6));
    let next = world.claim().await;
    assert_eq!(next.attempt, 2);
    refused(&world, &zombie).await;
    assert_eq!(runs::commands::heartbeat(&world.db, &next, LEASE).await.unwrap(), LeaseState::Hold);
    runs::commands::append_events(&world.db, &next, word("After.")).await.unwrap();

    let said: Vec<String> = world
        .parts(asked.session_stream)
        .await
        .into_iter()
        .filter_map(|part| if let Part::TextDelta { delta, .. } = part { Some(delta) } else { None })
        .collect();
    assert_eq!(said, ["Before.", "After."]);
}

async fn refused(world: &World, zombie: &runs::ClaimedRun) {
    let db = &world.db;
    let question = Question {
        question: "?".into(),
        detail: String::new(),
        options: vec![Choice { key: "y".into(), label: "Yes".into() }],
        open_for: 60,
        audience: Audience::Client,
    };
    let answers = [
        runs::commands::append_events(db, zombie, word("Zombie.")).await,
        runs::commands::append_backstage(db, zombie, word("Zombie.")).await,
        runs::commands::complete(db, zombie).await,
        runs::commands::fail(db, zombie, "Zombie.").await,
        approvals::commands::ask(db, zombie, question).await.map(|_| ()),
        deliverables::commands::put(db, zombie, "Zombie", Content::Body("Zombie".into())).await.map(|_| ()),
        deliverables::commands::submit_for_review(db, zombie).await,
    ];
    for answer in answers {
        assert!(runs::is_lost(&answer.unwrap_err()));
    }
    runs::commands::release(db, zombie).await.unwrap();
}

#[sqlx::test(migrations = "../migrations")]
async fn a_heartbeat_keeps_the_run(pool: PgPool) {
    let world = World::new(pool).await;
    let house = world.client("Harbor & Pine Law", 1).await;
    world.ask(&house, "Draft a lease").await;
    let claimed = world.claim().await;
    for _ in 0..5 {
        world.wait(TimeDelta::seconds(25));
        assert_eq!(runs::commands::reap(&world.db).await.unwrap(), 0);
        assert_eq!(runs::commands::heartbeat(&world.db, &claimed, LEASE).await.unwrap(), LeaseState::Hold);
    }
}

#[sqlx::test(migrations = "../migrations")]
async fn a_run_that_is_given_back_is_taken_up_at_once(pool: PgPool) {
    let world = World::new(pool).await;
    let house = world.client("Harbor & Pine Law", 1).await;
    world.ask(&house, "Draft a lease").await;
    for attempt in 1..=5 {
        let claimed = world.claim().await;
        assert_eq!(claimed.attempt, attempt, "a restart is nobody's failure, however often");
        runs::commands::release(&world.db, &claimed).await.unwrap();
        assert_eq!(runs::commands::heartbeat(&world.db, &claimed, LEASE).await.unwrap(), LeaseState::Lost);
    }
}

#[sqlx::test(migrations = "../migrations")]
async fn work_waits_for_an_agent_that_rests_and_a_client_that_pauses(pool: PgPool) {
    let world = World::new(pool).await;
    let house = world.client("Harbor & Pine Law", 1).await;
    let asked = world.ask(&house, "Draft a lease").await;
    let due = || async { runs::commands::claim_due(&world.db, "worker", LEASE).await.unwrap() };
    let held_by = || async { world.request(house.id, asked.card.number).await.card.run.unwrap().held_by };
    assert_eq!(held_by().await, None);
    agents::commands::set_ready(&world.db, &world.operator, world.agent, false).await.unwrap();
    assert!(due().await.is_none());
    assert_eq!(held_by().await, Some(HeldBy::Agent));
    agents::commands::set_ready(&world.db, &world.operator, world.agent, true).await.unwrap();
    world.subscription_is(&house, "paused").await;
    assert!(due().await.is_none());
    assert_eq!(held_by().await, Some(HeldBy::Subscription));
    world.subscription_is(&house, "active").await;
    assert!(due().await.is_some());
}

#[sqlx::test(migrations = "../migrations")]
async fn what_is_said_is_stored_once_even_if_the_call_is_dropped(pool: PgPool) {
    let world = World::new(pool).await;
    let house = world.client("Harbor & Pine Law", 1).await;
    let asked = world.ask(&house, "Draft a lease").await;
    let claimed = world.claim().await;
    for n in 0..20 {
        let mut call = Box::pin(runs::commands::append_events(&world.db, &claimed, word(&format!("{n} "))));
        // Polled once: the append is on its way, and the caller turns to something else.
        assert!(futures_poll(&mut call).is_pending());
        drop(call);
    }
    runs::commands::append_events(&world.db, &claimed, word("end")).await.unwrap();
    let said: String = world
        .parts(asked.session_stream)
        .await
        .into_iter()
        .filter_map(|part| if let Part::TextDelta { delta, .. } = part { Some(delta) } else { None })
        .collect();
    assert!(said.starts_with("0 ") && said.ends_with(" end"), "{said}");
    let words: Vec<&str> = said.split_whitespace().collect();
    let mut once = words.clone();
    once.dedup();
    assert_eq!(words, once);
}

fn futures_poll<F: Future + Unpin>(future: &mut F) -> std::task::Poll<F::Output> {
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    std::pin::Pin::new(future).poll(&mut context)
}

/// What a backend keeps is the next attempt's, and nobody's who lost the lease.
#[sqlx::test(migrations = "../migrations")]
async fn what_is_kept_is_there_for_the_next_attempt(pool: PgPool) {
    let world = World::new(pool).await;
    let house = world.client("Harbor & Pine Law", 1).await;
    world.ask(&house, "Draft a lease").await;
    let first = world.claim().await;
    assert_eq!(runs::queries::kept(&world.db, &first).await.unwrap(), None);
    let kept = serde_json::json!({ "run": "run_1" });
    runs::commands::keep(&world.db, &first, &kept, false).await.unwrap();
    world.db.clock().advance(TimeDelta::minutes(1));
    assert_eq!(runs::commands::reap(&world.db).await.unwrap(), 1);
    world.db.clock().advance(TimeDelta::minutes(10));
    let second = world.claim().await;
    assert_eq!(runs::queries::kept(&world.db, &second).await.unwrap(), Some(kept.clone()));
    let late = runs::commands::keep(&world.db, &first, &kept, false).await.unwrap_err();
    assert!(runs::is_lost(&late), "{late}");
    assert!(!runs::queries::has_ended(&world.db, &second).await.unwrap());
    runs::commands::fail(&world.db, &second, "It did not work.").await.unwrap();
    assert!(runs::queries::has_ended(&world.db, &second).await.unwrap());
}
