//! Stop and steer, and what came of them.

use std::sync::Arc;

use chrono::TimeDelta;
use sqlx::PgPool;
use tokio::task::JoinSet;

use super::world::{LEASE, World};
use crate::{
    Error,
    controls::{self, ControlKind, MessageOutcome, Outcome},
    ids::RunId,
    requests::{Column, queries},
    runs::{self, LeaseState},
    session::{Body, Conversation, Part},
};

async fn outcomes(world: &World, session: uuid::Uuid) -> Vec<(String, String)> {
    let read = Conversation::read(&world.events(session).await);
    read.entries
        .into_iter()
        .filter_map(|entry| match entry.body {
            Body::Stop { outcome, .. } => Some(("stop".to_owned(), outcome)),
            Body::Steer { text, outcome, .. } => Some((text, outcome)),
            _ => None,
        })
        .map(|(what, outcome)| (what, outcome.map_or("open".to_owned(), |o| o.outcome)))
        .collect()
}

#[sqlx::test(migrations = "../migrations")]
async fn a_queued_run_is_stopped_at_once(pool: PgPool) {
    let world = World::new(pool).await;
    let house = world.client("Harbor & Pine Law", 1).await;
    let asked = world.ask(&house, "Draft a lease").await;
    let stopped = controls::commands::stop(&world.db, &house.owner, asked.card.id).await.unwrap();
    assert_eq!(stopped.settled, Some(Outcome::Done));
    assert_eq!(world.run_state(asked.card.id).await, "cancelled");
    let home = queries::home(&world.db, &house.owner).await.unwrap();
    assert_eq!(home.waiting_on_me.len(), 1, "who stopped it decides how it goes on");
    assert!(home.waiting_on_me[0].waiting_for.as_deref().unwrap().contains("was stopped"));
    let again = controls::commands::stop(&world.db, &house.owner, asked.card.id).await.unwrap();
    assert_eq!(again.settled, Some(Outcome::AlreadyEnded));
    let told = outcomes(&world, asked.session_stream).await;
    assert_eq!(told, [("stop".into(), "done".into()), ("stop".into(), "already_ended".into())]);
    runs::commands::retry(&world.db, &house.owner, asked.card.id).await.unwrap();
    assert_eq!(world.request(house.id, 1).await.card.column, Column::InProgress);
}

#[sqlx::test(migrations = "../migrations")]
async fn a_working_agent_winds_up_and_says_so(pool: PgPool) {
    let world = Arc::new(World::new(pool).await);
    let house = Arc::new(world.client("Harbor & Pine Law", 1).await);
    let asked = world.ask(&house, "Draft a lease").await;
    let claimed = world.claim().await;
    let mut tasks = JoinSet::new();
    for _ in 0..10 {
        let (world, house, request) = (Arc::clone(&world), Arc::clone(&house), asked.card.id);
        tasks.spawn(async move { controls::commands::stop(&world.db, &house.owner, request).await.unwrap() });
    }
    let mut stops = tasks.join_all().await;
    stops.dedup();
    assert_eq!(stops.len(), 1, "ten clicks are one stop");
    assert_eq!(stops[0].settled, None);
    let pending = controls::queries::pending(&world.db, &claimed).await.unwrap();
    assert_eq!((pending.len(), pending[0].kind, pending[0].by.as_str()), (1, ControlKind::Stop, "Owner"));

    runs::commands::append_events(&world.db, &claimed, vec![Part::TextStart { id: "1".into() }])
        .await
        .unwrap();
    let mut tasks = JoinSet::new();
    for _ in 0..5 {
        let (world, scope, control) = (Arc::clone(&world), claimed.scope.clone(), pending[0].id);
        tasks.spawn(async move {
            controls::commands::settle(&world.db, &scope, control, Outcome::Done, "Stopped.").await.unwrap()
        });
    }
    assert_eq!(tasks.join_all().await.into_iter().filter(|won| *won).count(), 1);
    assert_eq!(outcomes(&world, asked.session_stream).await, [("stop".into(), "done".into())]);
    assert_eq!(world.run_state(asked.card.id).await, "cancelled");
    assert_eq!(runs::commands::heartbeat(&world.db, &claimed, LEASE).await.unwrap(), LeaseState::Lost);
}

#[sqlx::test(migrations = "../migrations")]
async fn an_agent_that_does_not_answer_loses_the_work(pool: PgPool) {
    let world = World::new(pool).await;
    let house = world.client("Harbor & Pine Law", 1).await;
    let asked = world.ask(&house, "Draft a lease").await;
    let claimed = world.claim().await;
    controls::commands::steer(&world.db, &house.member, asked.card.id, "Shorter, please.").await.unwrap();
    controls::commands::stop(&world.db, &world.operator, asked.card.id).await.unwrap();
    assert_eq!(controls::commands::expire(&world.db).await.unwrap(), 0);
    world.wait(TimeDelta::seconds(15));
    assert_eq!(controls::commands::expire(&world.db).await.unwrap(), 1);
    assert_eq!(world.run_state(asked.card.id).await, "cancelled");
    assert!(runs::is_lost(
        &runs::commands::append_events(&world.db, &claimed, vec![Part::TextStart { id: "1".into() }])
            .await
            .unwrap_err()
    ));
    let told = outcomes(&world, asked.session_stream).await;
    assert_eq!(
        told,
        [("Shorter, please.".into(), "already_ended".into()), ("stop".into(), "no_answer".into())]
    );
    assert_eq!(
        world.request(house.id, 1).await.card.column,
        Column::InProgress,
        "an operator's stop does not wait on the client"
    );
}

#[sqlx::test(migrations = "../migrations")]
async fn what_is_said_to_a_working_agent_gets_an_answer(pool: PgPool) {
    let world = World::new(pool).await;
    let house = world.client("Harbor & Pine Law", 1).await;
    let asked = world.ask(&house, "Draft a lease").await;
    controls::commands::steer(&world.db, &house.member, asked.card.id, "In English.").await.unwrap();
    world.wait(TimeDelta::hours(3));
    assert_eq!(controls::commands::expire(&world.db).await.unwrap(), 0, "nobody could have heard it yet");
    let claimed = world.claim().await;
    let heard = controls::queries::pending(&world.db, &claimed).await.unwrap();
    assert_eq!((heard.len(), heard[0].text.as_str()), (1, "In English."));
    controls::commands::settle(&world.db, &claimed.scope, heard[0].id, Outcome::Done, "Will do.")
        .await
        .unwrap();
    controls::commands::steer(&world.db, &house.member, asked.card.id, "And short.").await.unwrap();
    world.wait(TimeDelta::seconds(60));
    assert_eq!(controls::commands::expire(&world.db).await.unwrap(), 1);
    let told = outcomes(&world, asked.session_stream).await;
    assert_eq!(told, [("In English.".into(), "done".into()), ("And short.".into(), "no_answer".into())]);
    assert_eq!(world.run_state(asked.card.id).await, "working", "words that nobody answered stop nothing");
}

#[sqlx::test(migrations = "../migrations")]
async fn who_has_no_say_is_told_so(pool: PgPool) {
    let world = World::new(pool).await;
    let house = world.client("Harbor & Pine Law", 1).await;
    let asked = world.ask(&house, "Draft a lease").await;
    let (db, request) = (&world.db, asked.card.id);
    assert!(matches!(controls::commands::stop(db, &house.billing, request).await, Err(Error::Refused(_))));
    assert!(matches!(
        controls::commands::steer(db, &house.billing, request, "Hurry").await,
        Err(Error::Refused(_))
    ));
    let stranger = world.client("Hill Insurance", 1).await;
    assert!(matches!(controls::commands::stop(db, &stranger.owner, request).await, Err(Error::NotFound)));
    let beside = world.beside().await;
    assert!(matches!(controls::commands::stop(db, &beside.operator, request).await, Err(Error::NotFound)));
}

#[sqlx::test(migrations = "../migrations")]
async fn what_is_sent_again_is_said_once(pool: PgPool) {
    let world = Arc::new(World::new(pool).await);
    let house = Arc::new(world.client("Harbor & Pine Law", 1).await);
    let asked = world.ask(&house, "Draft a lease").await;
    let request = asked.card.id;
    let mut tasks = JoinSet::new();
    for _ in 0..8 {
        let (world, house) = (Arc::clone(&world), Arc::clone(&house));
        tasks.spawn(async move {
            controls::commands::send_message(&world.db, &house.owner, request, "m1", "In English.")
                .await
                .unwrap()
        });
    }
    let said = tasks.join_all().await;
    assert_eq!(said.iter().filter(|said| matches!(said, MessageOutcome::Steer(_))).count(), 1, "{said:?}");
    assert_eq!(said.iter().filter(|said| **said == MessageOutcome::Before).count(), 7);
    // Another's message of the same id is another one; other words under a used id are refused.
    controls::commands::send_message(&world.db, &house.member, request, "m1", "In English.").await.unwrap();
    let other = controls::commands::send_message(&world.db, &house.owner, request, "m1", "In French.").await;
    assert!(matches!(other, Err(Error::Refused(_))));
    controls::commands::stop(&world.db, &house.owner, request).await.unwrap();
    assert_eq!(
        controls::commands::send_message(&world.db, &house.owner, request, "m2", "Later.").await.unwrap(),
        MessageOutcome::Comment
    );
    let read = Conversation::read(&world.events(asked.session_stream).await);
    let words: Vec<_> = read
        .entries
        .iter()
        .filter_map(|entry| match &entry.body {
            Body::Steer { text, .. } | Body::Comment { text } => Some(text.as_str()),
            _ => None,
        })
        .collect();
    assert_eq!(words, ["In English.", "In English.", "Later."]);
    for (scope, refused) in [(&house.billing, true), (&world.client("Cedar", 1).await.owner, false)] {
        let error =
            controls::commands::send_message(&world.db, scope, request, "m3", "No.").await.unwrap_err();
        assert_eq!(matches!(error, Error::Refused(_)), refused, "{error:?}");
    }
}

#[sqlx::test(migrations = "../migrations")]
async fn a_late_stop_does_not_end_what_was_begun_since(pool: PgPool) {
    let world = World::new(pool).await;
    let house = world.client("Harbor & Pine Law", 1).await;
    let asked = world.ask(&house, "Draft a lease").await;
    let request = asked.card.id;
    let first = world.claim().await;
    runs::commands::fail(&world.db, &first, "It broke.").await.unwrap();
    runs::commands::retry(&world.db, &house.owner, request).await.unwrap();
    let second = world.claim().await;
    let late = controls::commands::stop_run(&world.db, &house.owner, request, Some(first.run)).await.unwrap();
    assert_eq!(late.settled, Some(Outcome::AlreadyEnded));
    let again =
        controls::commands::stop_run(&world.db, &house.owner, request, Some(first.run)).await.unwrap();
    assert_eq!(again, late, "asked again, nothing is said again");
    assert_eq!(world.run_state(request).await, "working");
    let right =
        controls::commands::stop_run(&world.db, &house.owner, request, Some(second.run)).await.unwrap();
    assert_eq!(right.settled, None);
    assert_eq!(controls::commands::stop_run(&world.db, &house.owner, request, None).await.unwrap(), right);
    controls::commands::settle(&world.db, &second.scope, right.control, Outcome::Done, "").await.unwrap();
    for run in [None, Some(second.run)] {
        let done = controls::commands::stop_run(&world.db, &house.owner, request, run).await.unwrap();
        assert_eq!((done.control, done.settled), (right.control, Some(Outcome::Done)));
    }
    let told = outcomes(&world, asked.session_stream).await;
    assert_eq!(told, [("stop".into(), "already_ended".into()), ("stop".into(), "done".into())]);
    let none = controls::commands::stop_run(&world.db, &house.owner, request, Some(RunId::new())).await;
    assert!(matches!(none, Err(Error::NotFound)));
}
