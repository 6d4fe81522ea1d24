//! Leases that run out, several claimers, tokens that are taken back, servers that come and go.

use crate::shared;
use chrono::TimeDelta;
use domain::{runs, session::Part, testing::Fixture, tokens};
use serde_json::json;
use server::shutdown::Shutdown;
use sqlx::PgPool;
use tokio::task::JoinSet;

use super::portal::PullPortal;

#[sqlx::test(migrations = "../migrations")]
async fn who_lost_the_lease_is_refused(pool: PgPool) {
    let house = PullPortal::new(&pool).await;
    let asked = house.ask("Follow up").await;
    let zombie = house.program.claim().await;
    let hello = json!([{ "type": "text", "text": "Hello" }]);
    assert_eq!(zombie.append(0, hello.clone()).await.0, 200);
    // It listens while its lease runs out.
    let listening = tokio::spawn({
        let zombie = zombie.clone();
        async move { zombie.read_signals(zombie.after()).await.0 }
    });
    house.somebody_listens(&asked).await;
    house.fixture.wait(TimeDelta::seconds(61));
    assert_eq!(runs::commands::reap(&house.fixture.db).await.unwrap(), 1);
    let told = listening.await.unwrap();
    assert!(told.as_array().unwrap().contains(&json!({ "type": "lost", "state": "queued" })), "{told}");
    house.fixture.wait(TimeDelta::seconds(301));
    let next = house.program.claim().await;
    assert_eq!((next.id(), &next.run["attempt"]), (zombie.id(), &json!(2)));
    let end = json!({ "outcome": "failed", "words": "No." });
    for (rest, body) in [
        ("/heartbeat", json!({})),
        ("/events", json!({ "sequence": 1, "parts": hello })),
        ("/questions", json!({ "question": "Well?", "options": [{ "key": "y", "label": "Yes" }] })),
        ("/deliverables", json!({ "title": "Mail", "body": "Dear all" })),
        ("/end", end),
    ] {
        let (status, lost) = zombie.post(rest, body).await;
        assert_eq!((status, lost["type"].as_str()), (409, Some("/docs/api#lost")), "{rest}: {lost}");
        assert!(lost["detail"].as_str().unwrap().contains("no longer"), "{lost}");
    }
    let (status, _) = zombie.signals(zombie.after(), 0).await;
    assert_eq!(status, 409);
    // A sequence counts from 0 in each attempt.
    assert_eq!(next.append(0, json!([{ "type": "text", "text": "Again" }])).await.0, 200);
    let said: Vec<_> = house
        .fixture
        .parts(asked.session_stream)
        .await
        .into_iter()
        .filter_map(|part| match part {
            Part::TextDelta { delta, .. } => Some(delta),
            _ => None,
        })
        .collect();
    assert_eq!(said, ["Hello", "Again"]);
}

#[sqlx::test(migrations = "../migrations")]
async fn one_of_many_claimers_gets_it(pool: PgPool) {
    let house = PullPortal::new(&pool).await;
    house.ask("Follow up").await;
    let mut claimers = JoinSet::new();
    for _ in 0..20 {
        let program = house.program.clone();
        claimers.spawn(async move { program.post("/v1/runs/claim", json!({})).await.0 });
    }
    let mut told = claimers.join_all().await;
    told.sort_unstable();
    assert_eq!(told[0], 200);
    assert!(told[1..].iter().all(|status| *status == 204), "{told:?}");
}

#[sqlx::test(migrations = "../migrations")]
async fn a_token_that_was_taken_back_counts_no_more(pool: PgPool) {
    let house = PullPortal::new(&pool).await;
    house.ask("Follow up").await;
    let job = house.program.claim().await;
    let listening = tokio::spawn({
        let job = job.clone();
        async move { job.signals(job.after(), 25).await }
    });
    assert_eq!(job.append(0, json!([{ "type": "text", "text": "Hello" }])).await.0, 200);
    tokens::commands::revoke(&house.fixture.db, &house.fixture.operator, house.token).await.unwrap();
    for (rest, body) in [
        ("/heartbeat", json!({})),
        ("/events", json!({ "sequence": 1, "parts": [{ "type": "text", "text": "More" }] })),
        ("/end", json!({ "outcome": "released" })),
    ] {
        let (status, problem) = job.post(rest, body).await;
        assert_eq!(status, 401, "{rest}: {problem}");
    }
    assert_eq!(job.program.get(&job.path("")).await.0, 401);
    assert_eq!(listening.await.unwrap().0, 401, "what was open ends, long before its time");
    // The run goes on without it.
    house.fixture.wait(TimeDelta::seconds(61));
    assert_eq!(runs::commands::reap(&house.fixture.db).await.unwrap(), 1);
}

/// Nothing of a run is in a server's memory.
#[sqlx::test(migrations = "../migrations")]
async fn a_restart_of_the_server_loses_nothing(pool: PgPool) {
    let house = PullPortal::new(&pool).await;
    let asked = house.ask("Follow up").await;
    let before = house.program.claim().await;
    let first = json!([{ "type": "text", "text": "One" }]);
    assert_eq!(before.append(0, first.clone()).await.0, 200);
    house.shutdown.begin();
    house.fixture.db.engine().shutdown().await;

    let db = domain::testing::bare(&pool).await;
    let shutdown = Shutdown::default();
    let address = shared::serve(&db, &shutdown).await;
    let mut job = before.clone();
    job.program = before.program.at(address);
    assert_eq!(job.done("/heartbeat", json!({})).await["state"], "working");
    assert_eq!(
        job.append(0, first).await.1["duplicate"],
        true,
        "the answer may have got lost with the server"
    );
    let (_, run) = job.program.get(&job.path("")).await;
    assert_eq!(run["next"]["session"], 1);
    assert_eq!(job.append(1, json!([{ "type": "text", "text": "Two" }])).await.0, 200);
    domain::controls::commands::steer(&db, &house.client.owner, asked.card.id, "Shorter.").await.unwrap();
    assert_eq!(
        job.read_signals(job.after())
            .await
            .0
            .as_array()
            .unwrap()
            .iter()
            .filter(|signal| signal["type"] == "steer")
            .count(),
        1
    );
    job.done("/deliverables", json!({ "title": "Mail", "body": "Dear all" })).await;
    assert_eq!(job.done("/end", json!({ "outcome": "review" })).await["state"], "completed");
    let (pool, operator) = (house.fixture.pool.clone(), house.fixture.operator.clone());
    let restarted = Fixture { db, pool, workspace: operator.workspace, operator };
    let said: Vec<_> = restarted
        .parts(asked.session_stream)
        .await
        .into_iter()
        .filter_map(|part| match part {
            Part::TextDelta { delta, .. } => Some(delta),
            _ => None,
        })
        .collect();
    assert_eq!(said, ["One", "Two"]);
}
