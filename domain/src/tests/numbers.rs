//! Numbers of requests have no gaps and no repeats, whatever fails on the way.

use std::sync::Arc;

use sqlx::PgPool;
use tokio::task::JoinSet;

use super::world::World;
use crate::testing::new_request;
use crate::{
    Error,
    ids::FileId,
    requests::{NewRequest, commands},
};

#[sqlx::test(migrations = "../migrations")]
async fn a_request_that_fails_gives_its_number_back(pool: PgPool) {
    let world = Arc::new(World::new(pool).await);
    let houses = [
        Arc::new(world.client("Harbor & Pine Law", 2).await),
        Arc::new(world.client("Hill Insurance", 1).await),
    ];
    let mut tasks = JoinSet::new();
    for n in 0..60 {
        let (world, house) = (Arc::clone(&world), Arc::clone(&houses[n % 2]));
        // Every third one takes its number and fails after that: the file is not there.
        let files = if n % 3 == 0 { vec![FileId::new()] } else { Vec::new() };
        let new = NewRequest { files, ..new_request(&format!("Request {n}")) };
        tasks.spawn(async move { commands::create(&world.db, &house.member, new).await });
    }
    let (made, failed): (Vec<_>, Vec<_>) = tasks.join_all().await.into_iter().partition(Result::is_ok);
    assert!(
        failed.into_iter().all(|e| matches!(e, Err(Error::Fields(fields)) if fields.of("files").is_some()))
    );
    assert_eq!(made.len(), 40);
    for house in &houses {
        let numbers: Vec<i64> =
            sqlx::query_scalar("SELECT number FROM request WHERE client_id = $1 ORDER BY number")
                .bind(house.id.0)
                .fetch_all(&world.pool)
                .await
                .unwrap();
        assert_eq!(numbers, (1..=20).collect::<Vec<_>>());
    }
    assert_eq!(
        world.count("SELECT count(*) FROM stream WHERE kind = 'session'").await,
        40,
        "nothing is left half made"
    );
}

#[sqlx::test(migrations = "../migrations")]
async fn the_same_form_sent_often_makes_one_request(pool: PgPool) {
    let world = Arc::new(World::new(pool).await);
    let house = Arc::new(world.client("Harbor & Pine Law", 2).await);
    let mut tasks = JoinSet::new();
    for _ in 0..20 {
        let (world, house) = (Arc::clone(&world), Arc::clone(&house));
        let new = NewRequest { form_key: Some("form-7".into()), ..new_request("Draft a lease") };
        tasks.spawn(async move { commands::create(&world.db, &house.owner, new).await.unwrap() });
    }
    assert_eq!(tasks.join_all().await, [1; 20]);
    assert_eq!(world.count("SELECT count(*) FROM request").await, 1);
    assert_eq!(commands::create(&world.db, &house.owner, new_request("Another")).await.unwrap(), 2);
}
