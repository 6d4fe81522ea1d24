//! A version that finds a database at which a newer one has been: after a roll-back, or as the old node of two.

use std::net::SocketAddr;

use reqwest::StatusCode;
use serde_json::json;
use sqlx::PgPool;

use super::{
    fleet::{self, Node},
    outage::office::{Office, ending, text},
};

/// What a version of next year leaves behind: all that a migration may add (`server/src/database/expand.rs`).
const ADDED: &str = "
    ALTER TABLE request ADD COLUMN of_next_year text, ADD COLUMN also_of_next_year integer NOT NULL DEFAULT 7;
    ALTER TABLE run ADD COLUMN of_next_year timestamptz;
    ALTER TABLE file ADD COLUMN of_next_year jsonb NOT NULL DEFAULT '{}';
    ALTER TABLE stream_event ADD COLUMN of_next_year bytea;
    ALTER TABLE approval ADD COLUMN of_next_year boolean NOT NULL DEFAULT false;
    CREATE TABLE next_year (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, request_id uuid NOT NULL);
    CREATE INDEX request_of_next_year ON request (of_next_year) WHERE of_next_year IS NOT NULL";

async fn newer(pool: &PgPool, description: &str) {
    sqlx::raw_sql(ADDED).execute(pool).await.unwrap();
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
    do_everything(&Office::open(&pool).await, node.address).await;
}

/// What people and programs do all day: asking, with a file too, working, asking back, delivering, looking at it.
async fn do_everything(office: &Office, at: SocketAddr) {
    let asked = office.ask("Follow up").await;
    let posted = office.post_request(at, "With a file", Some(b"a,b\n1,2\n")).await;
    assert_eq!(posted.status, StatusCode::SEE_OTHER, "{}", posted.text);
    let run = office.claim(at, 60).await;
    office.insist(at, &format!("{run}/events"), &text(0, "one")).await;
    office.insist(at, &format!("{run}/heartbeat"), &json!({ "attempt": 1 })).await;
    office
        .insist(at, &format!("{run}/usage"), &json!({ "attempt": 1, "key": "k", "output_tokens": 5 }))
        .await;
    for (rest, body) in ending() {
        office.insist(at, &format!("{run}{rest}"), &body).await;
    }
    assert_eq!(office.run(&asked).await, ("completed".to_owned(), 1));
    assert_eq!(office.written(&asked).await, ["one"]);
    for path in [
        "/portal",
        "/portal/requests",
        "/portal/requests/1",
        "/portal/requests/2",
        "/portal/billing",
        "/account",
    ] {
        let page = office.get(at, path).await;
        assert_eq!(page.status, StatusCode::OK, "{path}: {}", page.text);
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
