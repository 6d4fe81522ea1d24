//! What people may write: as long as their box lets them, with something to read in it.

use sqlx::PgPool;

use super::world::World;
use crate::testing::new_request;
use crate::{
    Error, FieldErrors, markdown,
    requests::{NewRequest, commands, queries},
};

fn at<T: std::fmt::Debug>(done: crate::Result<T>, field: &str) -> String {
    let Err(Error::Fields(errors)) = done else { panic!("{done:?}") };
    let of = |errors: &FieldErrors| errors.of(field).map(str::to_owned);
    of(&errors).unwrap_or_else(|| panic!("{errors:?}"))
}

#[sqlx::test(migrations = "../migrations")]
async fn a_box_that_is_full_is_taken(pool: PgPool) {
    let world = World::new(pool).await;
    let house = world.client("Harbor & Pine", 1).await;
    let lines = "word\n".repeat(commands::COMMENT / 5);
    let number = commands::create(&world.db, &house.owner, new_request("Lease")).await.unwrap();
    let request = queries::find(&world.db, &house.owner, house.id, number).await.unwrap();
    // As a form sends it.
    let sent = lines.replace('\n', "\r\n");
    commands::comment(&world.db, &house.owner, request, &sent, &[]).await.unwrap();
    let longer =
        at(commands::comment(&world.db, &house.owner, request, &"x".repeat(20_001), &[]).await, "text");
    assert!(longer.contains("20001"), "{longer}");
}

#[sqlx::test(migrations = "../migrations")]
async fn a_title_has_something_to_read(pool: PgPool) {
    let world = World::new(pool).await;
    let house = world.client("Harbor & Pine", 1).await;
    for nothing in ["\u{200b}\u{200b}", "\u{2800}", "\u{3164}", "\u{202e}", "\u{fe0f}"] {
        let done = commands::create(&world.db, &house.owner, new_request(nothing)).await;
        assert!(at(done, "title").contains("title"), "{nothing:?}");
    }
    let typed = "\u{202e}Fees\u{202c} for\u{200b} Rosa \u{1f468}\u{200d}\u{1f469}";
    let number = commands::create(&world.db, &house.owner, new_request(typed)).await.unwrap();
    let detail = queries::by_number(&world.db, &house.owner, house.id, number).await.unwrap();
    assert_eq!(detail.card.title, "Fees for Rosa \u{1f468}\u{200d}\u{1f469}");
    let brief = NewRequest { brief: "a\r\nb\rc".into(), ..new_request("Lines") };
    let number = commands::create(&world.db, &house.owner, brief).await.unwrap();
    let detail = queries::by_number(&world.db, &house.owner, house.id, number).await.unwrap();
    assert_eq!(detail.brief, "a\nb\nc");
}

#[sqlx::test(migrations = "../migrations")]
async fn a_preview_has_a_length_and_a_rate(pool: PgPool) {
    let world = World::new(pool).await;
    let house = world.client("Harbor & Pine", 1).await;
    let preview = async |md: &str| markdown::preview(&world.db, &house.owner, md).await;
    assert_eq!(preview("**now**").await.unwrap(), markdown::to_html("**now**"));
    let longest = "word ".repeat(commands::BRIEF / 5);
    assert!(preview(&format!("{longest}x")).await.unwrap().contains("longer than 50000"));
    let mut refused = false;
    for _ in 0..300 {
        refused |= matches!(preview("word").await, Err(Error::TooMany { .. }));
    }
    assert!(refused, "three hundred within a minute are too many");
}
