//! What the tests share: engines over the test's own database, and streams.
#![allow(dead_code, reason = "each test file is a program of its own and uses a part of this")]

pub mod deaf;
pub mod exchange;
pub mod proxy;

use std::{
    future::{Future, poll_fn},
    pin::pin,
    task::Poll,
    time::Duration,
};

use chrono::{DateTime, Utc};
use sessions::{Engine, Follower, NewStream, Offset, Options, Record, StreamId, Tenant, create_in};
use sqlx::{
    Executor, PgPool,
    postgres::{PgConnectOptions, PgPoolOptions},
};
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

/// What the work comes to, unless it still waits when it was looked at so often: then it is dropped there.
pub async fn given_up_after<T>(looks: usize, work: impl Future<Output = T>) -> Option<T> {
    let (mut work, mut left) = (pin!(work), looks);
    poll_fn(|cx| match work.as_mut().poll(cx) {
        Poll::Ready(done) => Poll::Ready(Some(done)),
        Poll::Pending => {
            left -= 1;
            if left == 0 { Poll::Ready(None) } else { Poll::Pending }
        }
    })
    .await
}

pub const ENGINE: &str = "SET ROLE throughline_sessions";
pub const APP: &str = "SET ROLE throughline_app";

/// A pool of the test's database in a role.
pub async fn pool(options: PgConnectOptions, connections: u32, role: &'static str) -> PgPool {
    PgPoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(PATIENCE)
        .after_connect(move |conn, _| Box::pin(async move { conn.execute(role).await.map(|_| ()) }))
        .connect_with(options)
        .await
        .unwrap()
}

pub fn connect_options(database: &PgPool) -> PgConnectOptions {
    (*database.connect_options()).clone()
}

/// Options of an engine that hears of others only when it is told: nothing passes thanks to the poll by accident. It waits
/// for a stream that a test holds.
pub fn unpolled() -> Options {
    Options { poll_interval: Duration::from_secs(3_600), lock_wait: PATIENCE, ..Options::default() }
}

pub async fn engine(database: &PgPool) -> Engine {
    engine_with(database, unpolled()).await
}

pub async fn engine_with(database: &PgPool, options: Options) -> Engine {
    Engine::start(pool(connect_options(database), 4, ENGINE).await, options)
}

pub fn now() -> DateTime<Utc> {
    "2026-03-04T05:06:07.000008Z".parse().unwrap()
}

pub fn new_stream() -> NewStream {
    let tenant = Tenant { workspace: Uuid::now_v7(), client: Some(Uuid::now_v7()) };
    NewStream { id: StreamId::generate(), tenant, kind: "session", backstage: false }
}

/// A stream of a tenant of its own.
pub async fn stream(database: &PgPool) -> StreamId {
    let new = new_stream();
    create_in(&mut database.acquire().await.unwrap(), &new, now()).await.unwrap();
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
        assert_eq!(record.offset.value(), from.value() + place as u64 + 1, "a hole or a repeat");
    }
    records.iter().map(|record| serde_json::from_str(record.json()).unwrap()).collect()
}

/// Follows until `count` records have come.
pub async fn collect(follower: &mut Follower, count: usize) -> Vec<Record> {
    let mut records = Vec::new();
    while records.len() < count {
        let batch = soon("a follower's events", follower.next()).await.unwrap().expect("the stream goes on");
        records.extend(batch.records);
    }
    records
}

/// Follows until the stream is closed.
pub async fn collect_all(follower: &mut Follower) -> Vec<Record> {
    let mut records = Vec::new();
    loop {
        let batch =
            soon("a follower's events", follower.next()).await.unwrap().expect("the stream is closed first");
        records.extend(batch.records);
        if batch.closed {
            assert!(soon("the end", follower.next()).await.unwrap().is_none());
            return records;
        }
    }
}

/// Numbers that look random and are the same in each run.
pub struct Dice(pub u64);

impl Dice {
    /// A number below `sides`.
    pub fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }
}
