//! Moves on the board, and taking them back.

use sqlx::PgPool;

use super::world::World;
use crate::testing::new_request;
use crate::{
    Error,
    deliverables::{self, Content},
    requests::{Column, NewRequest, commands, queries},
    runs,
};

#[sqlx::test(migrations = "../migrations")]
async fn parking_takes_the_agent_off_and_frees_the_place(pool: PgPool) {
    let world = World::new(pool).await;
    let house = world.client("Harbor & Pine Law", 1).await;
    let first = world.ask(&house, "Draft a lease").await.card;
    let second = world.ask(&house, "Answer the court").await.card;
    let claimed = world.claim().await;
    let moved = commands::move_to(&world.db, &world.operator, first.id, Column::UpNext, None).await.unwrap();
    assert_eq!((moved.from, moved.to), (Column::InProgress, Column::UpNext));
    assert!(runs::is_lost(&runs::commands::complete(&world.db, &claimed).await.unwrap_err()));
    assert_eq!(world.run_state(first.id).await, "cancelled");
    assert_eq!(
        world.request(house.id, 2).await.card.column,
        Column::InProgress,
        "the place goes to what is next"
    );

    let undone = commands::undo_move(&world.db, &world.operator, first.id, moved.from, moved.position).await;
    let Err(Error::Refused(why)) = undone else { panic!("the place is taken") };
    assert_eq!(why, "Harbor & Pine Law is using 1 of 1 slot. Finish one or move one back to Up next first.");
    commands::move_to(&world.db, &world.operator, second.id, Column::Backlog, None).await.unwrap();
    assert_eq!(world.request(house.id, 1).await.card.column, Column::InProgress, "and back");
}

#[sqlx::test(migrations = "../migrations")]
async fn a_move_is_taken_back_to_where_it_was(pool: PgPool) {
    let world = World::new(pool).await;
    let house = world.client("Harbor & Pine Law", 1).await;
    for title in ["At work", "One", "Two", "Three"] {
        world.ask(&house, title).await;
    }
    let queue = async || {
        let cards = queries::queue(&world.db, &house.owner).await.unwrap();
        cards.into_iter().map(|card| format!("{} {}", card.column.as_str(), card.title)).collect::<Vec<_>>()
    };
    let before = queue().await;
    assert_eq!(before, ["up_next One", "up_next Two", "up_next Three"]);
    let two = world.request(house.id, 3).await.card.id;
    let moved = commands::move_to(&world.db, &house.owner, two, Column::Backlog, None).await.unwrap();
    assert_eq!(queue().await, ["up_next One", "up_next Three", "backlog Two"]);
    commands::undo_move(&world.db, &house.owner, two, moved.from, moved.position).await.unwrap();
    assert_eq!(queue().await, before);
}

#[sqlx::test(migrations = "../migrations")]
async fn an_operator_finishes_what_was_delivered(pool: PgPool) {
    let world = World::new(pool).await;
    let house = world.client("Harbor & Pine Law", 1).await;
    let asked = world.ask(&house, "Draft a lease").await.card;
    let to = async |column| commands::move_to(&world.db, &world.operator, asked.id, column, None).await;
    let claimed = world.claim().await;
    assert!(
        matches!(to(Column::Review).await, Err(Error::Refused(why)) if why.contains("Stop the work first"))
    );
    deliverables::commands::put(&world.db, &claimed, "Lease", Content::Body("Draft".into())).await.unwrap();
    runs::commands::complete(&world.db, &claimed).await.unwrap();
    assert!(matches!(to(Column::Done).await, Err(Error::Refused(why)) if why.contains("Review first")));
    assert_eq!(to(Column::Review).await.unwrap().to, Column::Review);
    assert_eq!(to(Column::Done).await.unwrap().to, Column::Done);
    assert_eq!(world.request(house.id, 1).await.card.done_by.as_deref(), Some("Operator"));
    assert_eq!(to(Column::Review).await.unwrap().to, Column::Review, "opened again");
    assert_eq!(world.request(house.id, 1).await.card.done_at, None);
    assert_eq!(to(Column::InProgress).await.unwrap().to, Column::InProgress);
    assert_eq!(world.run_state(asked.id).await, "queued", "and worked on again");
}

#[sqlx::test(migrations = "../migrations")]
async fn members_order_what_has_not_begun(pool: PgPool) {
    let world = World::new(pool).await;
    let house = world.client("Harbor & Pine Law", 1).await;
    let first = world.ask(&house, "Draft a lease").await.card.id;
    let kept = NewRequest { queue: false, ..new_request("Someday") };
    let number = commands::create(&world.db, &house.member, kept).await.unwrap();
    let kept = world.request(house.id, number).await.card;
    assert_eq!(kept.column, Column::Backlog);
    let to = async |id, column| commands::move_to(&world.db, &house.member, id, column, None).await;
    assert_eq!(to(kept.id, Column::UpNext).await.unwrap().to, Column::UpNext);
    for (id, column) in [(first, Column::Backlog), (first, Column::Done), (kept.id, Column::InProgress)] {
        assert!(
            matches!(to(id, column).await, Err(Error::Refused(why)) if why.starts_with("You can move requests between"))
        );
    }
    commands::withdraw(&world.db, &house.member, first).await.unwrap();
    assert_eq!(
        world.request(house.id, number).await.card.column,
        Column::InProgress,
        "its place went to what was next"
    );
    assert!(
        queries::board(&world.db, &world.operator, None).await.unwrap().iter().all(|card| card.id != first)
    );
    assert!(world.request(house.id, 1).await.withdrawn_at.is_some());
}

#[sqlx::test(migrations = "../migrations")]
async fn the_board_shows_every_client_and_the_list_goes_by_pages(pool: PgPool) {
    let world = World::new(pool).await;
    let (law, insurance) =
        (world.client("Harbor & Pine Law", 1).await, world.client("Hill Insurance", 1).await);
    for n in 0..30 {
        world.ask(&law, &format!("Law {n}")).await;
        world.ask(&insurance, &format!("Insurance {n}")).await;
    }
    let all = queries::board(&world.db, &world.operator, None).await.unwrap();
    assert_eq!(all.len(), 60);
    assert_eq!(all.iter().filter(|card| card.column == Column::InProgress).count(), 2);
    let one = queries::board(&world.db, &world.operator, Some(law.id)).await.unwrap();
    assert!(one.len() == 30 && one.iter().all(|card| card.client_name == "Harbor & Pine Law"));
    assert_eq!(queries::board(&world.db, &law.member, Some(insurance.id)).await.unwrap().len(), 30);
    assert!(
        queries::board(&world.db, &law.member, None).await.unwrap().iter().all(|card| card.client == law.id)
    );

    let first = queries::list(&world.db, &world.operator, None, 1).await.unwrap();
    let second = queries::list(&world.db, &world.operator, None, 2).await.unwrap();
    assert_eq!((first.cards.len(), first.more, second.cards.len(), second.more), (50, true, 10, false));
    let working = queries::list(&world.db, &law.owner, Some(Column::InProgress), 1).await.unwrap();
    assert_eq!(working.cards.len(), 1);
}
