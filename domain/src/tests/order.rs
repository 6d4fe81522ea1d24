//! The order of a queue, by drag, by keys and by priority.

use sqlx::PgPool;

use super::world::World;
use crate::requests::{NewRequest, Position, Priority, commands, queries};
use crate::testing::{TestClient, new_request};

async fn titles(world: &World, house: &TestClient) -> String {
    let cards = queries::queue(&world.db, &house.owner).await.unwrap();
    cards.into_iter().map(|card| card.title).collect::<Vec<_>>().join(" ")
}

async fn queue_of(world: &World, titles: &str) -> TestClient {
    let house = world.client("Harbor & Pine Law", 1).await;
    world.subscription_is(&house, "paused").await;
    for title in titles.split(' ') {
        world.ask(&house, title).await;
    }
    house
}

#[sqlx::test(migrations = "../migrations")]
async fn lands_behind_what_is_as_urgent(pool: PgPool) {
    let world = World::new(pool).await;
    let house = queue_of(&world, "n1").await;
    for (title, priority) in [
        ("l1", Priority::Low),
        ("h1", Priority::High),
        ("n2", Priority::Normal),
        ("l2", Priority::Low),
        ("h2", Priority::High),
    ] {
        commands::create(&world.db, &house.owner, NewRequest { priority, ..new_request(title) })
            .await
            .unwrap();
    }
    assert_eq!(titles(&world, &house).await, "h1 h2 n1 n2 l1 l2");
}

#[sqlx::test(migrations = "../migrations")]
async fn goes_where_it_is_put(pool: PgPool) {
    let world = World::new(pool).await;
    let house = queue_of(&world, "a b c d").await;
    let id = async |number| world.request(house.id, number).await.card.id;
    let put = async |number, place| {
        commands::reorder(&world.db, &house.member, id(number).await, place).await.unwrap()
    };
    let (a, c) = (id(1).await, id(3).await);
    for (number, place, order) in [
        (4, Position::Up, "a b d c"),
        (4, Position::Before(a), "d a b c"),
        (4, Position::Up, "d a b c"),
        (4, Position::Down, "a d b c"),
        (1, Position::Last, "d b c a"),
        (1, Position::Down, "d b c a"),
        (2, Position::Before(c), "d b c a"),
        (3, Position::First, "c d b a"),
    ] {
        put(number, place).await;
        assert_eq!(titles(&world, &house).await, order, "{number} {place:?}");
    }
}

/// A double holds some fifty halvings; people drag more often than that.
#[sqlx::test(migrations = "../migrations")]
async fn never_runs_out_of_room_between_two_cards(pool: PgPool) {
    let world = World::new(pool).await;
    let house = queue_of(&world, "a b c").await;
    let (b, c) = (world.request(house.id, 2).await.card.id, world.request(house.id, 3).await.card.id);
    for n in 0..120 {
        let (moved, before, order) = if n % 2 == 0 { (c, b, "a c b") } else { (b, c, "a b c") };
        commands::reorder(&world.db, &house.owner, moved, Position::Before(before)).await.unwrap();
        assert_eq!(titles(&world, &house).await, order, "after {n}");
    }
}
