//! Buttons that several people press at the same moment.

use chrono::TimeDelta;
use sqlx::PgPool;
use tokio::task::JoinSet;

use crate::{
    Clock, Error,
    billing::{
        SubscriptionState,
        commands::{pause, resume},
        queries,
    },
    offers::Starts,
    testing::{Fixture, TestClient},
};

/// Waits until somebody waits for a lock of this database.
async fn somebody_waits(pool: &PgPool) {
    loop {
        let waiting: bool = sqlx::query_scalar(
            "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock')",
        )
        .fetch_one(pool)
        .await
        .unwrap();
        if waiting {
            return;
        }
        tokio::task::yield_now().await;
    }
}

/// A resume that began before the pause it comes after: its time is read when it holds the row.
#[sqlx::test(migrations = "../migrations")]
async fn a_resume_that_waited_for_the_pause_comes_after_it(pool: PgPool) {
    let fixture = Fixture::new(&pool).await;
    let client = fixture.client("Harbor").await;
    let subscription = fixture.subscribe(&client, &fixture.offer(Starts::AtOnce).await).await;
    fixture.wait(TimeDelta::days(10));
    // Somebody holds the row, as a pause does that is on its way.
    let mut first = pool.begin().await.unwrap();
    sqlx::query("SELECT id FROM subscription FOR UPDATE").execute(&mut *first).await.unwrap();
    let late = {
        let (db, owner) = (fixture.db.clone(), client.owner.clone());
        tokio::spawn(async move { resume(&db, &owner, subscription).await })
    };
    somebody_waits(&pool).await;
    fixture.wait(TimeDelta::seconds(5));
    let now = fixture.db.now();
    sqlx::query("UPDATE subscription SET state = 'paused', paused_at = $1, banked_seconds = 1727995")
        .bind(now)
        .execute(&mut *first)
        .await
        .unwrap();
    sqlx::query(
        "INSERT INTO subscription_pause (workspace_id, client_id, subscription_id, from_at, banked_seconds)
         SELECT workspace_id, client_id, id, $1, 1727995 FROM subscription",
    )
    .bind(now)
    .execute(&mut *first)
    .await
    .unwrap();
    first.commit().await.unwrap();
    late.await.unwrap().unwrap();
    let held = fixture.held(&client).await;
    assert_eq!(held.state, SubscriptionState::Active);
    assert_eq!(held.period, Some((now, now + TimeDelta::seconds(1_727_995))));
}

async fn left(fixture: &Fixture, client: &TestClient) -> TimeDelta {
    let held = fixture.held(client).await;
    match (held.state, held.period) {
        (SubscriptionState::Paused, _) => TimeDelta::seconds(held.banked_seconds),
        (_, Some((_, end))) => end - fixture.db.now(),
        _ => panic!("{held:?}"),
    }
}

/// By the machine's own clock, many hands at once: nobody gets a 500, and no time comes from nowhere.
#[sqlx::test(migrations = "../migrations")]
async fn toggling_at_once_gives_no_time(pool: PgPool) {
    let mut fixture = Fixture::new(&pool).await;
    fixture.db = fixture.db.with_clock(Clock::system());
    let client = fixture.client("Harbor").await;
    let subscription = fixture.subscribe(&client, &fixture.offer(Starts::AtOnce).await).await;
    let before = left(&fixture, &client).await;
    let mut tasks = JoinSet::new();
    for i in 0..60 {
        let (db, scope) = (fixture.db.clone(), client.owner.clone());
        tasks.spawn(async move {
            if i % 2 == 0 {
                pause(&db, &scope, subscription).await.map(|_| ())
            } else {
                resume(&db, &scope, subscription).await
            }
        });
    }
    for done in tasks.join_all().await {
        assert!(matches!(done, Ok(()) | Err(Error::Refused(_))), "{done:?}");
    }
    assert!(left(&fixture, &client).await <= before);
    let held = fixture.held(&client).await;
    for pause in queries::list_pauses(&fixture.db, &client.owner, &held).await.unwrap() {
        assert!(TimeDelta::seconds(pause.banked_seconds) <= before, "{pause:?}");
    }
}
