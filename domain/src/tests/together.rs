//! A state and its event commit together or not at all; and transactions never wait for each other in a circle.

use std::sync::Arc;

use sqlx::PgPool;
use tokio::task::JoinSet;

use super::world::{LEASE, World};
use crate::testing::new_request;
use crate::{
    controls,
    requests::{Column, Position, commands},
    runs,
    session::{Author, Event, Part},
};

#[sqlx::test(migrations = "../migrations")]
async fn a_rollback_leaves_neither_state_nor_event(pool: PgPool) {
    let world = World::new(pool).await;
    let house = world.client("Harbor & Pine Law", 1).await;
    world.subscription_is(&house, "paused").await;
    let asked = world.ask(&house, "Draft a lease").await;
    world.subscription_is(&house, "active").await;
    let before = (
        world.events(asked.session_stream).await,
        world.events(house.board).await,
        world.events(world.desk).await,
    );

    let mut tx = world.db.begin(&world.operator).await.unwrap();
    commands::start_next_in(&mut tx, &world.operator, house.id).await.unwrap();
    drop(tx);
    let after = (
        world.events(asked.session_stream).await,
        world.events(house.board).await,
        world.events(world.desk).await,
    );
    assert_eq!(before, after);
    assert_eq!(world.request(house.id, 1).await.card.column, Column::UpNext);
    assert_eq!(world.count("SELECT count(*) FROM run").await, 0);

    let mut tx = world.db.begin(&world.operator).await.unwrap();
    commands::start_next_in(&mut tx, &world.operator, house.id).await.unwrap();
    tx.commit().await.unwrap();
    let told = world.parts(asked.session_stream).await;
    assert!(told.contains(&Part::DataMoved { from: Column::UpNext, to: Column::InProgress }));
    assert_eq!(world.request(house.id, 1).await.card.column, Column::InProgress);
    for stream in [house.board, world.desk] {
        let hints = world.parts(stream).await;
        let hint =
            |what: &str| Part::DataChanged { what: what.into(), client: Some(house.id), request: Some(1) };
        assert!(hints.contains(&hint("request")) && hints.contains(&hint("run")), "{hints:?}");
    }
}

#[sqlx::test(migrations = "../migrations")]
async fn an_event_that_cannot_be_written_takes_the_state_with_it(pool: PgPool) {
    let world = World::new(pool).await;
    let house = world.client("Harbor & Pine Law", 1).await;
    let asked = world.ask(&house, "Draft a lease").await;
    let other = world.client("Hill Insurance", 1).await;
    let before = world.events(other.board).await;
    let mut tx = world.db.begin(&house.owner).await.unwrap();
    sqlx::query("UPDATE request SET title = 'Changed' WHERE id = $1")
        .bind(asked.card.id.0)
        .execute(tx.conn())
        .await
        .unwrap();
    let event = Event::new(Author::system(), tx.now(), Part::DataComment { text: "Not yours.".into() });
    tx.append(sessions::StreamId(other.board), &[event]).await.unwrap();
    assert!(tx.commit().await.is_err());
    assert_eq!(world.request(house.id, 1).await.card.title, "Draft a lease");
    assert_eq!(world.events(other.board).await, before);
}

/// Everything at once, from all sides, on one workspace: nothing but refusals may come back.
#[sqlx::test(migrations = "../migrations")]
async fn nothing_deadlocks(pool: PgPool) {
    let world = Arc::new(World::new(pool).await);
    let houses = [
        Arc::new(world.client("Harbor & Pine Law", 2).await),
        Arc::new(world.client("Hill Insurance", 2).await),
    ];
    let mut tasks = JoinSet::new();
    for n in 0..40_usize {
        let (world, house) = (Arc::clone(&world), Arc::clone(&houses[n % 2]));
        tasks.spawn(async move {
            let db = &world.db;
            let number = commands::create(db, &house.owner, new_request(&format!("Request {n}"))).await?;
            let request = world.request(house.id, number).await.card.id;
            let claimed = runs::commands::claim_due(db, "worker", LEASE).await?;
            commands::comment(db, &house.member, request, "Hello", &[]).await?;
            let moved = commands::move_to(db, &world.operator, request, Column::InProgress, None).await;
            allow_refusal(moved.map(|_| ()))?;
            if let Some(claimed) = claimed {
                runs::commands::append_events(db, &claimed, vec![Part::TextStart { id: "1".into() }])
                    .await
                    .or_else(lost)?;
                runs::commands::heartbeat(db, &claimed, LEASE).await?;
                allow_refusal(
                    controls::commands::stop(db, &world.operator, claimed.request).await.map(|_| ()),
                )?;
                runs::commands::release(db, &claimed).await?;
            }
            allow_refusal(commands::reorder(db, &house.owner, request, Position::First).await)?;
            allow_refusal(commands::withdraw(db, &house.owner, request).await)
        });
    }
    for done in tasks.join_all().await {
        done.unwrap();
    }
    assert_eq!(world.count("SELECT count(*) FROM request WHERE withdrawn_at IS NULL").await, 0);
    let living = "SELECT count(*) FROM run WHERE state IN ('queued', 'working', 'suspended')";
    assert_eq!(world.count(living).await, 0, "what is withdrawn is worked on no more");
}

fn lost(error: crate::Error) -> crate::Result<()> {
    if runs::is_lost(&error) { Ok(()) } else { Err(error) }
}

fn allow_refusal(done: crate::Result<()>) -> crate::Result<()> {
    match done {
        Err(crate::Error::Refused(_)) => Ok(()),
        other => other,
    }
}
