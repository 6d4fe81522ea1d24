//! What a client finds among its requests, and where its board can be followed from.

use sqlx::PgPool;

use super::world::World;
use crate::testing::{TestClient, new_request};
use crate::{
    Error, Scope,
    requests::{Column, NewRequest, WaitReason, commands, queries},
};

async fn found(world: &World, scope: &Scope, words: &str, column: Option<Column>) -> String {
    let page = queries::search(&world.db, scope, words, column, 1).await.unwrap();
    page.cards.into_iter().map(|card| card.title).collect::<Vec<_>>().join(" ")
}

async fn ask(world: &World, house: &TestClient, title: &str, brief: &str, queue: bool) {
    let new = NewRequest { brief: brief.to_owned(), queue, ..new_request(title) };
    commands::create(&world.db, &house.owner, new).await.unwrap();
}

#[sqlx::test(migrations = "../migrations")]
async fn every_word_is_in_title_brief_or_number(pool: PgPool) {
    let world = World::new(pool).await;
    let house = world.client("Harbor & Pine", 1).await;
    let other = world.client("Cedar Insurance", 1).await;
    ask(&world, &house, "Fees", "for hourly work, 100% of it", true).await;
    ask(&world, &house, "Lease", "Fee_table for the lease", false).await;
    ask(&world, &other, "Secret", "fees and hourly work", true).await;
    let of = async |words, column| found(&world, &house.owner, words, column).await;
    assert_eq!(of("", None).await, "Lease Fees");
    assert_eq!(of("fee", None).await, "Lease Fees");
    assert_eq!(of("FEE hourly", None).await, "Fees");
    assert_eq!(of("#2", None).await, "Lease");
    assert_eq!(of("100%", None).await, "Fees");
    assert_eq!(of("1%0", None).await, "");
    assert_eq!(of("fee_t", None).await, "Lease");
    assert_eq!(of("fee", Some(Column::Backlog)).await, "Lease");
    assert_eq!(of("secret", None).await, "");
    assert!(matches!(queries::search(&world.db, &world.operator, "", None, 1).await, Err(Error::NotFound)));
}

/// By who has no such keys, and by whose system writes them in another way.
#[sqlx::test(migrations = "../migrations")]
async fn accents_and_their_spelling_hide_nothing(pool: PgPool) {
    let world = World::new(pool).await;
    let house = world.client("M\u{fc}ller & S\u{f8}n", 1).await;
    ask(
        &world,
        &house,
        "\u{c9}lodie's caf\u{e9}",
        "\u{dc}bersetzung nach Stra\u{df}e \u{141}\u{f3}d\u{17a}",
        true,
    )
    .await;
    for words in [
        "elodie",
        "\u{e9}lodie",
        "E\u{301}lodie",
        "cafe",
        "CAF\u{c9}",
        "cafe\u{301}",
        "ubersetzung",
        "strasse",
        "stra\u{df}e",
        "lodz",
    ] {
        assert_eq!(found(&world, &house.owner, words, None).await, "\u{c9}lodie's caf\u{e9}", "{words}");
    }
    for words in ["Muller", "muller", "Mu\u{308}ller", "son", "m\u{fc}ller elodie"] {
        let page = queries::search_all(&world.db, &world.operator, words).await.unwrap();
        assert_eq!(page.cards.len(), 1, "{words}");
    }
    for words in ["muller", "MU\u{308}LLER", "son", ""] {
        let clients = crate::clients::queries::search(&world.db, &world.operator, words, 5).await.unwrap();
        assert_eq!(clients.len(), 1, "{words}");
        let shown = crate::clients::ClientFilter::default();
        let list = crate::clients::queries::list(&world.db, &world.operator, words, shown, 1).await.unwrap();
        assert_eq!(list.rows.len(), 1, "{words}");
    }
    assert_eq!(found(&world, &house.owner, "1%0", None).await, "");
}

#[sqlx::test(migrations = "../migrations")]
async fn a_page_ends_where_the_next_begins(pool: PgPool) {
    let world = World::new(pool).await;
    let house = world.client("Harbor & Pine", 1).await;
    world.subscription_is(&house, "paused").await;
    for number in 1..=51 {
        ask(&world, &house, &format!("t{number}"), "x", true).await;
    }
    let first = queries::search(&world.db, &house.owner, "", None, 1).await.unwrap();
    let second = queries::search(&world.db, &house.owner, "", None, 2).await.unwrap();
    assert_eq!((first.cards.len(), first.more), (50, true));
    assert_eq!(first.cards.last().map(|card| card.number), Some(2));
    assert_eq!((second.cards.len(), second.more), (1, false));
    let beyond = queries::search(&world.db, &house.owner, "", None, u32::MAX).await.unwrap();
    assert!(beyond.cards.is_empty() && !beyond.more);
}

#[sqlx::test(migrations = "../migrations")]
async fn a_board_is_followed_from_where_it_stands(pool: PgPool) {
    let world = World::new(pool).await;
    let house = world.client("Harbor & Pine", 1).await;
    let before = queries::outlook(&world.db, &house.billing).await.unwrap();
    assert_eq!((before.board_stream, before.waits), (house.board, None));
    world.ask(&house, "a").await;
    let after = queries::outlook(&world.db, &house.owner).await.unwrap();
    assert!(after.next > before.next);
    assert_eq!(after.next, world.events(house.board).await.len() as u64);
    for (state, waits) in [
        ("awaiting_payment", Some(WaitReason::ForPayment)),
        ("paused", Some(WaitReason::OnPause)),
        ("ended", Some(WaitReason::ForSubscription)),
    ] {
        world.subscription_is(&house, state).await;
        assert_eq!(queries::outlook(&world.db, &house.owner).await.unwrap().waits, waits, "{state}");
    }
}
