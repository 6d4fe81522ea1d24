//! What the engine tells of itself: what it did, what it holds, and what each tenant's streams weigh.

use crate::support::{engine, soon};
use sessions::{Append, Engine, Expiry, NewNamedStream, Offset, StreamId, Tenant};
use sqlx::PgPool;
use uuid::Uuid;

/// What an event counts beside its content.
const ROW: u64 = 64;

async fn stream(engine: &Engine, tenant: Tenant, name: &str) -> StreamId {
    let new = NewNamedStream {
        tenant,
        name: name.into(),
        content_type: Some("application/json".into()),
        expiry: Expiry::Never,
        closed: false,
        fork: None,
        body: "".into(),
    };
    engine.create(new).await.unwrap().head.id
}

async fn append(engine: &Engine, stream: StreamId, count: usize, bytes: usize) {
    engine.append(stream, Append::new(vec!["1".repeat(bytes); count])).await.unwrap();
}

#[sqlx::test(migrations = "../migrations")]
async fn stored_bytes_are_counted_once_and_follow_what_goes(database: PgPool) {
    let engine = engine(&database).await;
    let one = Tenant { workspace: Uuid::now_v7(), client: Some(Uuid::now_v7()) };
    let other = Tenant { client: None, ..one };
    let weigh = async |tenant| {
        let all = engine.stored().await.unwrap();
        all.iter().find(|(whose, _)| *whose == tenant).map_or(0, |(_, bytes)| *bytes)
    };
    assert_eq!(engine.stored().await.unwrap(), []);

    // More streams than one statement counts, and one that is longer than one statement counts of it.
    for name in 0..60 {
        let stream = stream(&engine, other, &name.to_string()).await;
        append(&engine, stream, 1, 10).await;
    }
    let long = stream(&engine, one, "long").await;
    append(&engine, long, 25_000, 6).await;
    assert_eq!(weigh(one).await, 25_000 * (6 + ROW));
    assert_eq!(weigh(other).await, 60 * (10 + ROW));

    append(&engine, long, 1, 1_000).await;
    assert_eq!(weigh(one).await, 25_000 * (6 + ROW) + 1_000 + ROW);
    // What was counted is not read again: it could be anything by now.
    sqlx::query("UPDATE stream_event SET data = '' WHERE stream_id = $1 AND seq < 20000")
        .bind(long.0)
        .execute(&database)
        .await
        .unwrap();
    append(&engine, long, 1, 1).await;
    assert_eq!(weigh(one).await, 25_000 * (6 + ROW) + 1_001 + 2 * ROW);

    engine.trim(long, Offset::from_value(25_000)).await.unwrap();
    assert_eq!(weigh(one).await, 1_001 + 2 * ROW);
    engine.delete(long).await.unwrap();
    assert_eq!(weigh(one).await, 0);
    assert_eq!(weigh(other).await, 60 * (10 + ROW));
    engine.shutdown().await;
}

#[sqlx::test(migrations = "../migrations")]
async fn what_was_done_and_is_held_is_told(database: PgPool) {
    let engine = engine(&database).await;
    let stream = stream(&engine, Tenant { workspace: Uuid::now_v7(), client: None }, "a").await;
    assert_eq!((engine.figures().appends, engine.figures().tails), (0, 0));
    append(&engine, stream, 3, 1).await;
    append(&engine, stream, 1, 1).await;
    let figures = engine.figures();
    assert_eq!((figures.appends, figures.commit_events.sum), (2, 4.0));
    assert_eq!((figures.commit_events.count(), figures.commit_seconds.count()), (2, 2));
    assert!(figures.commit_seconds.sum > 0.0);

    let mut follower = engine.follow(stream, Offset::ZERO);
    soon("the events", follower.next()).await.unwrap();
    assert_eq!((engine.figures().tails, engine.figures().followers), (1, 1));
    drop(follower);
    assert_eq!(engine.figures().followers, 0);

    // Refused appends are none.
    let none = StreamId::generate();
    assert!(engine.append(none, Append::new(vec!["1".into()])).await.is_err());
    assert_eq!((engine.figures().appends, engine.figures().queued_appends), (2, 0));
    assert_eq!(engine.figures().queued_bytes, 0);
    engine.shutdown().await;
}
