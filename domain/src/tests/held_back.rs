//! What a program's text holds back between two calls: in a column of its own, and found wherever an older version put it.

use serde_json::{Value, json};
use sqlx::PgPool;

use super::world::World;
use crate::{
    runs::{self, ClaimedRun, Stage},
    session::Part,
};

const SECRET: &str = "correct-horse-battery";

async fn append(world: &World, claimed: &ClaimedRun, number: u64, text: &str) {
    let start = (number == 0).then(|| Part::TextStart { id: "t1".into() });
    let delta = Part::TextDelta { id: "t1".into(), delta: text.into() };
    let parts = start.into_iter().chain([delta]).collect();
    runs::commands::append_at(&world.db, claimed, Stage::Session, number, parts).await.unwrap();
}

/// What stands in the run's row: in the new place, and in the old one.
async fn places(world: &World, claimed: &ClaimedRun) -> (Option<Value>, Option<Value>) {
    sqlx::query_as("SELECT held_back, kept FROM run WHERE id = $1")
        .bind(claimed.run.0)
        .fetch_one(&world.pool)
        .await
        .unwrap()
}

/// Changes something past the domain.
async fn change(world: &World, sql: &'static str) {
    sqlx::query(sql).execute(&world.pool).await.unwrap();
}

async fn written(world: &World, claimed: &ClaimedRun) -> String {
    let parts = world.parts(claimed.session_stream().0).await;
    let deltas = parts.into_iter().filter_map(|part| match part {
        Part::TextDelta { delta, .. } => Some(delta),
        _ => None,
    });
    deltas.collect()
}

async fn at_work(pool: PgPool) -> (World, ClaimedRun) {
    let world = World::new(pool).await;
    let house = world.client("Harbor & Pine Law", 1).await;
    world.ask(&house, "Draft a lease").await;
    let claimed = world.claim().await;
    claimed.hide(SECRET);
    (world, claimed)
}

#[sqlx::test(migrations = "../migrations")]
async fn what_an_older_version_held_back_is_gone_on_with(pool: PgPool) {
    let (world, claimed) = at_work(pool).await;
    append(&world, &claimed, 0, "It is correct-ho").await;
    let (new, old) = places(&world, &claimed).await;
    assert!(new.is_some() && new == old, "{new:?} {old:?}");
    // As it stood before the column was there.
    change(&world, "ALTER TABLE run DISABLE TRIGGER run_held_back").await;
    change(&world, "UPDATE run SET held_back = NULL").await;
    change(&world, "ALTER TABLE run ENABLE TRIGGER run_held_back").await;
    append(&world, &claimed, 1, "rse-battery, and it is corr").await;
    assert_eq!(written(&world, &claimed).await, "It is ***, and it is ");
    // An older version beside this one has written what was held back.
    change(&world, "UPDATE run SET kept = jsonb_set(kept, '{session,sealed}', 'null')").await;
    let (new, old) = places(&world, &claimed).await;
    assert_eq!(new, old);
    append(&world, &claimed, 2, "ect").await;
    assert_eq!(written(&world, &claimed).await, "It is ***, and it is ect");
}

#[sqlx::test(migrations = "../migrations")]
async fn what_a_backend_keeps_is_left_alone(pool: PgPool) {
    let (world, claimed) = at_work(pool).await;
    let kept = json!({ "session": "s1" });
    runs::commands::keep(&world.db, &claimed, &kept, false).await.unwrap();
    append(&world, &claimed, 0, "It is correct-ho").await;
    assert_eq!(runs::queries::kept(&world.db, &claimed).await.unwrap(), Some(kept));
    append(&world, &claimed, 1, "rse-battery.").await;
    runs::commands::append_held_back(&world.db, &claimed).await.unwrap();
    assert_eq!(written(&world, &claimed).await, "It is ***.");
}
