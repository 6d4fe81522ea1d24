//! The active limit is the database's: fifty attempts at once never pass it, by whatever way they come.

use std::sync::Arc;

use sqlx::PgPool;
use tokio::task::JoinSet;

use super::world::World;
use crate::testing::new_request;
use crate::{
    Error,
    requests::{Column, Priority, commands},
};

const ACTIVE: &str =
    "SELECT count(*) FROM request WHERE board_column IN ('in_progress', 'waiting', 'review')";

#[sqlx::test(migrations = "../migrations")]
async fn fifty_requests_at_once_start_as_many_as_there_are_places(pool: PgPool) {
    let world = Arc::new(World::new(pool).await);
    let house = Arc::new(world.client("Harbor & Pine Law", 3).await);
    let mut tasks = JoinSet::new();
    for n in 0..50 {
        let (world, house) = (Arc::clone(&world), Arc::clone(&house));
        tasks.spawn(async move {
            commands::create(&world.db, &house.owner, new_request(&format!("Request {n}"))).await
        });
    }
    let mut numbers: Vec<u64> = tasks.join_all().await.into_iter().map(Result::unwrap).collect();
    numbers.sort_unstable();
    assert_eq!(numbers, (1..=50).collect::<Vec<_>>());
    assert_eq!(world.count(ACTIVE).await, 3);
    assert_eq!(world.count("SELECT count(*) FROM run WHERE state = 'queued'").await, 3);
}

#[sqlx::test(migrations = "../migrations")]
async fn fifty_moves_by_hand_at_once_are_refused_with_the_reason(pool: PgPool) {
    let world = Arc::new(World::new(pool).await);
    let house = world.client("Harbor & Pine Law", 2).await;
    let mut tasks = JoinSet::new();
    for n in 0..50 {
        let new = crate::requests::NewRequest { queue: false, ..new_request(&format!("Request {n}")) };
        let number = commands::create(&world.db, &house.owner, new).await.unwrap();
        let (request, world) = (world.request(house.id, number).await.card.id, Arc::clone(&world));
        tasks.spawn(async move {
            commands::move_to(&world.db, &world.operator, request, Column::InProgress, None).await
        });
    }
    let (mut started, mut refused) = (0, 0);
    for moved in tasks.join_all().await {
        match moved {
            Ok(moved) => started += i32::from(moved.to == Column::InProgress),
            Err(Error::Refused(why)) => {
                assert_eq!(
                    why,
                    "Harbor & Pine Law is using 2 of 2 slots. Finish one or move one back to Up next first."
                );
                refused += 1;
            }
            Err(error) => panic!("{error:?}"),
        }
    }
    assert_eq!((started, refused, world.count(ACTIVE).await), (2, 48, 2));
}

/// Past all of the product's code.
#[sqlx::test(migrations = "../migrations")]
async fn fifty_updates_by_hand_in_sql_do_not_pass_it(pool: PgPool) {
    let root = sqlx::postgres::PgPoolOptions::new()
        .max_connections(50)
        .connect_with((*pool.connect_options()).clone())
        .await
        .unwrap();
    let world = World::new(pool).await;
    let house = world.client("Harbor & Pine Law", 2).await;
    let mut tasks = JoinSet::new();
    for n in 0..50 {
        let new = crate::requests::NewRequest {
            queue: false,
            priority: Priority::High,
            ..new_request(&format!("{n}"))
        };
        let number = commands::create(&world.db, &house.owner, new).await.unwrap();
        let (id, root) = (world.request(house.id, number).await.card.id, root.clone());
        let column = ["in_progress", "waiting", "review"][n % 3];
        tasks.spawn(async move {
            let mut tx = root.begin().await.unwrap();
            let done = sqlx::query("UPDATE request SET board_column = $2 WHERE id = $1")
                .bind(id.0)
                .bind(column)
                .execute(&mut *tx)
                .await;
            match done {
                Ok(_) => tx.commit().await.map(|()| true),
                Err(error) => {
                    let constraint =
                        error.as_database_error().and_then(|e| e.constraint().map(str::to_owned));
                    assert_eq!(constraint.as_deref(), Some("request_active_limit"), "{error}");
                    Ok(false)
                }
            }
        });
    }
    let started = tasks.join_all().await.into_iter().filter(|done| *done.as_ref().unwrap()).count();
    assert_eq!((started, world.count(ACTIVE).await), (2, 2));
}

#[sqlx::test(migrations = "../migrations")]
async fn nothing_is_started_while_the_subscription_is_not_active(pool: PgPool) {
    let world = World::new(pool).await;
    let house = world.client("Harbor & Pine Law", 2).await;
    world.subscription_is(&house, "awaiting_payment").await;
    let asked = world.ask(&house, "Draft a lease").await;
    assert_eq!(asked.card.column, Column::UpNext);
    let refused =
        commands::move_to(&world.db, &world.operator, asked.card.id, Column::InProgress, None).await;
    assert!(matches!(refused, Err(Error::Refused(why)) if why.contains("subscription is not active")));

    world.subscription_is(&house, "active").await;
    let mut tx = world.db.begin(&world.operator).await.unwrap();
    crate::requests::clock::resume_all_in(&mut tx, &world.operator, house.id).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(
        world.request(house.id, 1).await.card.column,
        Column::InProgress,
        "paid: what is next starts by itself"
    );
}
