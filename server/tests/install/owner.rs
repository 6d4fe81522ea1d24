//! A database whose owner is no superuser, on a Postgres that has never seen Throughline.

use super::place::{TestFolder, address, pool, sql};

#[tokio::test]
async fn an_ordinary_owner_is_told_which_right_is_missing_and_is_served_once_it_is_there() {
    let (house, elsewhere) = (TestFolder::new(), TestFolder::new());
    let (cluster, root) = elsewhere.cluster().await;
    sql(&root, "CREATE ROLE plain LOGIN").await;
    sql(&root, "CREATE DATABASE plain OWNER plain").await;
    let url = address(&cluster.options(), "plain", "plain");
    let url = Some(url.as_str());

    for command in ["migrate", "serve", "demo"] {
        house.run(url, &[command]).await.refused(&[
            "the database's user plain lacks a right",
            "the role throughline_app is not there, and it may not create roles",
            "CREATE ROLE throughline_app NOLOGIN; GRANT throughline_app TO \"plain\";",
            "throughline migrate --print-roles",
        ]);
    }
    house
        .run(url, &["doctor"])
        .await
        .refused(&["Rights", "As a superuser of this Postgres run: CREATE ROLE throughline_app"]);

    let printed = house.run(url, &["migrate", "--print-roles"]).await.well();
    let inside = pool(cluster.options().database("plain")).await;
    sql(&inside, printed.clone()).await;
    sql(&inside, printed).await;
    assert!(house.run(url, &["migrate"]).await.well().contains("up to date"));
    house.run(url, &["demo"]).await.well();
    assert!(house.run(url, &["demo"]).await.well().contains("Nothing was changed"), "it reads what it wrote");
    let seen: i64 = sqlx::query_scalar("SELECT count(*) FROM stream_event").fetch_one(&inside).await.unwrap();
    assert!(seen > 20, "{seen}");

    sql(&root, "REVOKE throughline_jobs FROM plain").await;
    house.run(url, &["migrate"]).await.refused(&[
        "it may not take the role throughline_jobs",
        "with: GRANT throughline_jobs TO \"plain\";",
    ]);
    inside.close().await;
    root.close().await;
    cluster.stop().await;
}

#[tokio::test]
async fn one_who_may_create_roles_needs_nobody_and_later_ones_only_where_postgres_says_so() {
    let (house, elsewhere) = (TestFolder::new(), TestFolder::new());
    let (cluster, root) = elsewhere.cluster().await;
    for name in ["maker", "second"] {
        sql(&root, format!("CREATE ROLE {name} LOGIN CREATEROLE")).await;
        sql(&root, format!("CREATE DATABASE {name} OWNER {name}")).await;
    }
    let url = |name: &str| address(&cluster.options(), name, name);
    house.run(Some(&url("maker")), &["migrate"]).await.well();
    house.run(Some(&url("maker")), &["demo"]).await.well();
    // The roles belong to the whole Postgres: since version 16 only who made them gives them away.
    let version: i32 = sqlx::query_scalar("SELECT current_setting('server_version_num')::integer")
        .fetch_one(&root)
        .await
        .unwrap();
    let second = house.run(Some(&url("second")), &["migrate"]).await;
    if version < 160_000 {
        second.well();
    } else {
        second.refused(&["it may not take the role throughline_app", "GRANT throughline_app TO \"second\";"]);
    }
    root.close().await;
    cluster.stop().await;
}

#[tokio::test]
async fn the_private_database_needs_no_preparing() {
    let house = TestFolder::new();
    house.run(None, &["migrate", "--print-roles"]).await.refused(&["DATABASE_URL", "needs no preparing"]);
    assert!(!house.data().exists());
}
