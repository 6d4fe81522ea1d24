//! From the private database to another Postgres, in one command.

use std::fs;

use sqlx::PgPool;

use super::compare;
use super::place::{Other, TestFolder};

#[sqlx::test(migrations = "../migrations")]
async fn the_private_database_moves_and_is_not_served_any_more(pool: PgPool) {
    let (house, other) = (TestFolder::new(), Other::beside(&pool).await);
    house.run(None, &["demo"]).await.well();
    assert!(house.run(None, &["move"]).await.words.contains("--to"));
    house
        .run(Some(&other.url), &["move", "--to", &other.url])
        .await
        .refused(&["only the private database is moved"]);
    house.run(None, &["move", "--undo"]).await.refused(&["was not moved"]);

    let said = house.run(None, &["move", "--to", &other.url]).await.well();
    assert!(said.contains("Moved to") && said.contains("Set DATABASE_URL"), "{said}");
    let left: Vec<_> = fs::read_dir(house.data()).unwrap().flatten().map(|entry| entry.file_name()).collect();
    assert!(!left.iter().any(|name| name.to_string_lossy().contains("backup")), "{left:?}");

    house.run(None, &["serve"]).await.refused(&["was moved to", "Set DATABASE_URL", "--undo"]);
    house.run(None, &["doctor"]).await.refused(&["was moved to"]);
    house.run(Some(&other.url), &["migrate"]).await.well();
    let there = other.pool().await;
    let (cluster, here) = house.cluster().await;
    let (mut old, mut new) = (compare::rows(&here).await, compare::rows(&there).await);
    old.remove("install");
    new.remove("install");
    assert_eq!(compare::difference(&old, &new), Vec::<String>::new());
    assert!(new["stream_event"].len() > 20);
    here.close().await;
    cluster.stop().await;

    house.run(None, &["move", "--to", &other.url]).await.refused(&["was moved to"]);
    house.run(None, &["move", "--undo"]).await.well();
    house.run(None, &["migrate"]).await.well();
    house
        .run(None, &["move", "--to", &other.url])
        .await
        .refused(&["somebody's data in this install already"]);
    house.run(None, &["migrate"]).await.well();
    there.close().await;
    other.remove().await;
}
