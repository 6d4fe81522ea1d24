//! One question, one winner, an expiry.

use std::sync::Arc;

use chrono::TimeDelta;
use sqlx::PgPool;
use tokio::task::JoinSet;

use super::world::{LEASE, World};
use crate::{
    Error,
    approvals::{self, AnswerOutcome, ApprovalState, Audience, Question},
    requests::{Column, commands},
    runs::{self, LeaseState},
    session::{Choice, Part},
};

fn question(audience: Audience) -> Question {
    let choice = |key: &str, label: &str| Choice { key: key.into(), label: label.into() };
    Question {
        question: "Send it to the court?".into(),
        detail: "It cannot be taken back.".into(),
        options: vec![choice("yes", "Send it"), choice("no", "Leave it")],
        open_for: 3_600,
        audience,
    }
}

#[sqlx::test(migrations = "../migrations")]
async fn of_many_answers_one_wins_and_the_others_hear_whose(pool: PgPool) {
    let world = Arc::new(World::new(pool).await);
    let house = Arc::new(world.client("Harbor & Pine Law", 1).await);
    let asked = world.ask(&house, "Answer the court").await;
    let claimed = world.claim().await;
    let approval = approvals::commands::ask(&world.db, &claimed, question(Audience::Client)).await.unwrap();
    let mut tasks = JoinSet::new();
    for n in 0..30 {
        let (world, house) = (Arc::clone(&world), Arc::clone(&house));
        tasks.spawn(async move {
            let (scope, name) = match n % 3 {
                0 => (&house.owner, "Owner"),
                1 => (&house.member, "Member"),
                _ => (&world.operator, "Operator"),
            };
            let (key, label) = if n % 2 == 0 { ("yes", "Send it") } else { ("no", "Leave it") };
            (approvals::commands::answer(&world.db, scope, approval, key).await.unwrap(), name, label)
        });
    }
    let all = tasks.join_all().await;
    let won: Vec<_> = all.iter().filter(|(answer, ..)| matches!(answer, AnswerOutcome::Won { .. })).collect();
    let [(_, name, label)] = won[..] else { panic!("{} won", won.len()) };
    for (answer, ..) in &all {
        match answer {
            AnswerOutcome::Won { label: said } => assert_eq!(said, label),
            AnswerOutcome::Lost { by, label: said, at } => {
                assert_eq!((by.as_str(), said.as_str()), (*name, *label));
                assert_eq!(*at, world.db.now().timestamp_millis());
            }
            AnswerOutcome::Kept { .. } | AnswerOutcome::Expired => panic!("{answer:?}"),
        }
    }
    let told = world.parts(asked.session_stream).await;
    assert_eq!(told.iter().filter(|part| matches!(part, Part::DataAnswer { .. })).count(), 1);
    assert_eq!(world.request(house.id, 1).await.card.column, Column::InProgress);
    assert_eq!(runs::commands::heartbeat(&world.db, &claimed, LEASE).await.unwrap(), LeaseState::Hold);
}

#[sqlx::test(migrations = "../migrations")]
async fn a_suspended_run_survives_its_worker(pool: PgPool) {
    let world = World::new(pool).await;
    let house = world.client("Harbor & Pine Law", 1).await;
    world.ask(&house, "Answer the court").await;
    let gone = world.claim().await;
    let approval = approvals::commands::ask(&world.db, &gone, question(Audience::Client)).await.unwrap();
    assert_eq!(runs::commands::heartbeat(&world.db, &gone, LEASE).await.unwrap(), LeaseState::Suspended);
    world.wait(TimeDelta::minutes(30));
    assert_eq!(runs::commands::reap(&world.db).await.unwrap(), 0, "nobody holds it, so nobody can lose it");
    approvals::commands::answer(&world.db, &house.owner, approval, "yes").await.unwrap();
    world.wait(TimeDelta::seconds(21));
    assert_eq!(runs::commands::reap(&world.db).await.unwrap(), 1, "nobody came to go on");
    world.wait(TimeDelta::seconds(6));
    let next = world.claim().await;
    assert_eq!((next.run, next.attempt), (gone.run, 2));
    assert!(runs::is_lost(
        &runs::commands::append_events(&world.db, &gone, vec![Part::TextStart { id: "1".into() }])
            .await
            .unwrap_err()
    ));
}

#[sqlx::test(migrations = "../migrations")]
async fn an_expired_question_lets_the_work_go_on(pool: PgPool) {
    let world = World::new(pool).await;
    let house = world.client("Harbor & Pine Law", 1).await;
    let asked = world.ask(&house, "Answer the court").await;
    let claimed = world.claim().await;
    let approval = approvals::commands::ask(&world.db, &claimed, question(Audience::Client)).await.unwrap();
    world.wait(TimeDelta::minutes(59));
    assert_eq!(approvals::commands::expire(&world.db).await.unwrap(), 0);
    world.wait(TimeDelta::minutes(1));
    let late = approvals::commands::answer(&world.db, &house.owner, approval, "yes").await.unwrap();
    assert_eq!(late, AnswerOutcome::Expired, "also before the server has swept");
    assert_eq!(approvals::commands::expire(&world.db).await.unwrap(), 1);
    assert_eq!(approvals::commands::expire(&world.db).await.unwrap(), 0);
    assert_eq!(
        approvals::queries::get(&world.db, &house.owner, approval).await.unwrap().state,
        ApprovalState::Expired
    );
    assert_eq!(
        approvals::commands::answer(&world.db, &house.owner, approval, "yes").await.unwrap(),
        AnswerOutcome::Expired
    );
    assert_eq!(world.request(house.id, 1).await.card.column, Column::InProgress);
    assert_eq!(runs::commands::heartbeat(&world.db, &claimed, LEASE).await.unwrap(), LeaseState::Hold);
    let told = world.parts(asked.session_stream).await;
    assert!(told.contains(&Part::DataAnswer { approval, label: None, expired: true }));
}

#[sqlx::test(migrations = "../migrations")]
async fn what_operators_are_asked_stays_backstage(pool: PgPool) {
    let world = World::new(pool).await;
    let house = world.client("Harbor & Pine Law", 1).await;
    let asked = world.ask(&house, "Answer the court").await;
    let claimed = world.claim().await;
    let approval = approvals::commands::ask(&world.db, &claimed, question(Audience::Operator)).await.unwrap();
    assert_eq!(
        world.request(house.id, 1).await.card.column,
        Column::InProgress,
        "the client is not waited for"
    );
    assert!(approvals::queries::list_open(&world.db, &house.owner).await.unwrap().is_empty());
    assert!(matches!(approvals::queries::get(&world.db, &house.owner, approval).await, Err(Error::NotFound)));
    assert!(matches!(
        approvals::commands::answer(&world.db, &house.owner, approval, "yes").await,
        Err(Error::NotFound)
    ));
    let seen = world.events(asked.session_stream).await;
    assert!(seen.iter().all(|event| !event.to_json().contains("Send it to the court")));
    let internal = world.events(asked.backstage_stream.unwrap()).await;
    assert!(internal.iter().any(|event| matches!(event.part, Part::DataApproval { .. })));
    assert_eq!(approvals::queries::list_open(&world.db, &world.operator).await.unwrap().len(), 1);

    // The client's own hand takes it back with the work.
    commands::withdraw(&world.db, &house.owner, asked.card.id).await.unwrap();
    assert_eq!(
        approvals::queries::get(&world.db, &world.operator, approval).await.unwrap().state,
        ApprovalState::Withdrawn
    );
    assert!(matches!(
        approvals::commands::answer(&world.db, &world.operator, approval, "yes").await,
        Err(Error::Refused(_))
    ));
}

#[sqlx::test(migrations = "../migrations")]
async fn an_answer_has_to_be_one_of_those_offered(pool: PgPool) {
    let world = World::new(pool).await;
    let house = world.client("Harbor & Pine Law", 1).await;
    world.ask(&house, "Answer the court").await;
    let claimed = world.claim().await;
    let approval = approvals::commands::ask(&world.db, &claimed, question(Audience::Client)).await.unwrap();
    let wrong = approvals::commands::answer(&world.db, &house.owner, approval, "maybe").await;
    assert!(matches!(wrong, Err(Error::Fields(fields)) if fields.of("answer").is_some()));
    assert!(matches!(
        approvals::commands::answer(&world.db, &house.billing, approval, "yes").await,
        Err(Error::Refused(_))
    ));
    let other = world.client("Hill Insurance", 1).await;
    assert!(matches!(
        approvals::commands::answer(&world.db, &other.owner, approval, "yes").await,
        Err(Error::NotFound)
    ));
}

/// Whoever asks again under the key of an earlier attempt asks the same question.
#[sqlx::test(migrations = "../migrations")]
async fn a_question_of_a_key_is_asked_once_by_all_attempts(pool: PgPool) {
    let world = World::new(pool).await;
    let house = world.client("Harbor & Pine Law", 1).await;
    world.ask(&house, "Answer the court").await;
    let first = world.claim().await;
    let id = first.approval("rm -rf 1");
    assert_ne!(id, first.approval("rm -rf 2"));
    approvals::commands::ask_as(&world.db, &first, id, question(Audience::Operator)).await.unwrap();
    approvals::commands::answer(&world.db, &world.operator, id, "yes").await.unwrap();
    world.db.clock().advance(TimeDelta::minutes(1));
    assert_eq!(runs::commands::reap(&world.db).await.unwrap(), 1);
    world.db.clock().advance(TimeDelta::minutes(10));

    let second = world.claim().await;
    assert_eq!((second.attempt, second.approval("rm -rf 1")), (2, id));
    approvals::commands::ask_as(&world.db, &second, id, question(Audience::Operator)).await.unwrap();
    assert_eq!(runs::commands::heartbeat(&world.db, &second, LEASE).await.unwrap(), LeaseState::Hold);
    assert!(approvals::queries::list_open(&world.db, &world.operator).await.unwrap().is_empty());
}
