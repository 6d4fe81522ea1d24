//! A version that finds a database at which a newer one has been: after a roll-back, or as the old node of two.

use reqwest::StatusCode;
use sqlx::PgPool;

use super::fleet::{self, Node};

/// What a version of next year leaves behind.
async fn newer(pool: &PgPool, description: &str) {
    sqlx::query("ALTER TABLE request ADD COLUMN of_next_year text").execute(pool).await.unwrap();
    sqlx::query(
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
         VALUES (29991231000000, $1, true, '\\x00', 1)",
    )
    .bind(description)
    .execute(pool)
    .await
    .unwrap();
}

#[sqlx::test(migrations = "../migrations")]
async fn an_older_version_works_beside_what_a_newer_one_added(pool: PgPool) {
    newer(&pool, "columns of next year").await;
    let data = tempfile::tempdir().unwrap();
    let node = Node::portal(&pool.connect_options(), data.path()).start().await.unwrap();
    let client = fleet::client().build().unwrap();
    for path in ["/readyz", "/", "/sign-in"] {
        let answer = client.get(format!("http://{}{path}", node.address)).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK, "{path}");
    }
}

#[sqlx::test(migrations = "../migrations")]
async fn an_older_version_leaves_a_database_alone_that_it_cannot_work_on(pool: PgPool) {
    newer(&pool, "contract of next year").await;
    let data = tempfile::tempdir().unwrap();
    let started = Node::portal(&pool.connect_options(), data.path()).start().await;
    let Err(said) = started else { panic!("it started") };
    assert!(said.contains("29991231000000") && said.contains("Start that version"), "{said}");
}
