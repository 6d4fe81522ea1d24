//! What the tests share: engines over the test's own database, and streams.
#![allow(
    dead_code,
    reason = "each test file is a program of its own and uses a part of this"
)]

use std::{future::Future, time::Duration};

use chrono::{DateTime, Utc};
use sessions::{Engine, Follower, NewStream, Offset, Options, Record, StreamId, Tenant, create_in};
use sqlx::{Executor, PgPool, postgres::PgPoolOptions};
use uuid::Uuid;

/// Far more than anything here takes; a test that waits this long has failed.
const PATIENCE: Duration = Duration::from_secs(60);

/// What `work` answers, or a failure of the test.
pub async fn soon<T>(what: &str, work: impl Future<Output = T>) -> T {
    match tokio::time::timeout(PATIENCE, work).await {
        Ok(done) => done,
        Err(_) => panic!("waited in vain for {what}"),
    }
}

/// Waits until `reached` says so.
pub async fn until(what: &str, mut reached: impl AsyncFnMut() -> bool) {
    soon(what, async {
        while !reached().await {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    })
    .await;
}

/// A pool of the test's database in the engine's role.
pub async fn pool(database: &PgPool, connections: u32) -> PgPool {
    role_pool(database, connections, "SET ROLE throughline_sessions").await
}

/// A pool of the test's database in the product's role.
pub async fn app_pool(database: &PgPool) -> PgPool {
    role_pool(database, 8, "SET ROLE throughline_app").await
}

async fn role_pool(database: &PgPool, connections: u32, role: &'static str) -> PgPool {
    PgPoolOptions::new()
        .max_connections(connections)
        .after_connect(move |conn, _| Box::pin(async move { conn.execute(role).await.map(|_| ()) }))
        .connect_with((*database.connect_options()).clone())
        .await
        .unwrap()
}

/// An engine that hears of others only when it is told: no test passes thanks to the poll by accident.
pub async fn engine(database: &PgPool) -> Engine {
    engine_with(
        database,
        Options {
            poll_interval: Duration::from_secs(3_600),
            ..Options::default()
        },
    )
    .await
}

pub async fn engine_with(database: &PgPool, options: Options) -> Engine {
    Engine::start(pool(database, 4).await, options)
}

pub fn now() -> DateTime<Utc> {
    "2026-03-04T05:06:07.000008Z".parse().unwrap()
}

pub fn new_stream() -> NewStream {
    let tenant = Tenant {
        workspace: Uuid::now_v7(),
        client: Some(Uuid::now_v7()),
    };
    NewStream {
        id: StreamId::generate(),
        tenant,
        kind: "session",
        backstage: false,
    }
}

/// A stream of a tenant of its own.
pub async fn stream(database: &PgPool) -> StreamId {
    let new = new_stream();
    create_in(&mut database.acquire().await.unwrap(), &new, now())
        .await
        .unwrap();
    new.id
}

pub fn event(text: impl std::fmt::Display) -> String {
    serde_json::to_string(&text.to_string()).unwrap()
}

/// The texts of all that the stream holds, read page by page.
pub async fn contents(engine: &Engine, stream: StreamId) -> Vec<String> {
    let (mut records, mut from) = (Vec::new(), Offset::ZERO);
    loop {
        let page = engine.read(stream, from, 100).await.unwrap();
        from = page.next;
        records.extend(page.records);
        if page.up_to_date {
            break;
        }
    }
    texts(&records, Offset::ZERO)
}

/// The records' texts, once it is sure that they are dense from `from` on.
pub fn texts(records: &[Record], from: Offset) -> Vec<String> {
    for (place, record) in records.iter().enumerate() {
        assert_eq!(
            record.offset.value(),
            from.value() + place as u64 + 1,
            "a hole or a repeat"
        );
    }
    records
        .iter()
        .map(|record| serde_json::from_str(&record.data).unwrap())
        .collect()
}

/// Follows until `count` records have come.
pub async fn collect(follower: &mut Follower, count: usize) -> Vec<Record> {
    let mut records = Vec::new();
    while records.len() < count {
        let batch = soon("a follower's events", follower.next())
            .await
            .unwrap()
            .expect("the stream goes on");
        records.extend(batch.records);
    }
    records
}
