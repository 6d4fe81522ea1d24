//! An event that is written anew keeps its place, and nobody reads what it said: not from the table, not from memory, on
//! whichever node.

use std::time::Duration;

use crate::support::{
    APP, collect, connect_options, engine, engine_with, event, now, pool, soon, stream, texts, unpolled,
    until,
};
use bytes::Bytes;
use sessions::{Append, Engine, Error, Offset, Options, Page, StreamId, append_in, find_in, redact_in};
use sqlx::PgPool;

const SECRET: &str = "a word too much";

fn at(value: u64) -> Offset {
    Offset::from_value(value)
}

/// Five events, of which the third says too much.
async fn talk(engine: &Engine, stream: StreamId) {
    let events = ["0", "1", SECRET, "3", "4"].map(event).to_vec();
    engine.append(stream, Append::new(events)).await.unwrap();
}

/// Deletes it and says so, in one transaction.
async fn delete(database: &PgPool, engine: &Engine, stream: StreamId, place: Offset) {
    let mut tx = database.begin().await.unwrap();
    let found = find_in(&mut tx, stream, SECRET).await.unwrap();
    assert_eq!(found.iter().map(|record| record.offset).collect::<Vec<_>>(), [place]);
    redact_in(&mut tx, stream, found[0].offset, &event("-")).await.unwrap();
    append_in(&mut tx, stream, &[event("deleted")], now()).await.unwrap();
    tx.commit().await.unwrap();
    engine.wake(&[stream]);
}

fn texts_of(page: &Page, _: u64) -> Bytes {
    page.records.iter().map(|record| record.json()).collect::<Vec<_>>().join(" ").into()
}

/// What followers from a place are told up to the end, as records and as frames.
async fn texts_from(engine: &Engine, stream: StreamId, from: u64, end: u64) -> String {
    let count = usize::try_from(end - from).unwrap();
    let records = collect(&mut engine.follow(stream, at(from)), count).await;
    let frame = soon("a frame", engine.follow(stream, at(from)).next_frame(|| 7, texts_of)).await;
    format!("{} {}", texts(&records, at(from)).join(" "), String::from_utf8_lossy(&frame.unwrap().unwrap()))
}

#[sqlx::test(migrations = "../migrations")]
async fn nobody_reads_what_was_deleted_on_whichever_node(database: PgPool) {
    let engines = [engine(&database).await, engine(&database).await];
    until("the nodes to meet", async || engines.iter().all(|engine| engine.nodes().others() == 1)).await;
    let stream = stream(&database).await;
    // Their memory holds what comes while they follow.
    let mut followers = Vec::new();
    for engine in &engines {
        followers.push(engine.follow(stream, Offset::ZERO));
        engine.append(stream, Append::new(vec![event("x")])).await.unwrap();
    }
    for follower in &mut followers {
        collect(follower, 2).await;
    }
    talk(&engines[0], stream).await;
    for (engine, follower) in engines.iter().zip(&mut followers) {
        collect(follower, 5).await;
        assert!(texts_from(engine, stream, 2, 7).await.contains(SECRET));
    }
    delete(&database, &engines[0], stream, at(5)).await;
    for follower in &mut followers {
        assert_eq!(texts(&collect(follower, 1).await, at(7)), ["deleted"], "who has read it hears of it");
    }
    for engine in &engines {
        for from in 0..=7 {
            let told = texts_from(engine, stream, from, 8).await;
            assert!(!told.contains(SECRET), "from {from}: {told}");
            assert_eq!(told.contains('-'), from < 5, "from {from}: {told}");
        }
        let page = engine.read(stream, Offset::ZERO, 100).await.unwrap();
        assert_eq!(texts(&page.records, Offset::ZERO), ["x", "x", "0", "1", "-", "3", "4", "deleted"]);
        assert_eq!((page.next, page.revision), (at(8), 1));
    }
    let rows: i64 = sqlx::query_scalar("SELECT count(*) FROM stream_event WHERE strpos(data, $1) > 0")
        .bind(SECRET)
        .fetch_one(&database)
        .await
        .unwrap();
    assert_eq!(rows, 0);
    // The stream goes on as before.
    for engine in &engines {
        engine.append(stream, Append::new(vec![event("later")])).await.unwrap();
    }
    for follower in &mut followers {
        assert_eq!(texts(&collect(follower, 2).await, at(8)), ["later", "later"]);
    }
}

/// The word to the other node was lost, and no event came with it: its poll sees that what it holds is of before.
#[sqlx::test(migrations = "../migrations")]
async fn a_poll_finds_what_nobody_told(database: PgPool) {
    let often = Options { poll_interval: Duration::from_millis(20), ..unpolled() };
    let (engine, stream) = (engine_with(&database, often).await, stream(&database).await);
    let mut follower = engine.follow(stream, Offset::ZERO);
    engine.append(stream, Append::new(vec![event(SECRET)])).await.unwrap();
    collect(&mut follower, 1).await;
    // Who follows keeps others from waking what they share.
    let mut conn = database.acquire().await.unwrap();
    redact_in(&mut conn, stream, at(1), &event("-")).await.unwrap();
    until("the poll", async || {
        let records = collect(&mut engine.follow(stream, Offset::ZERO), 1).await;
        texts(&records, Offset::ZERO) == ["-"]
    })
    .await;
}

#[sqlx::test(migrations = "../migrations")]
async fn only_what_is_there_is_written_anew_and_never_by_the_products_role(database: PgPool) {
    let (engine, stream) = (engine(&database).await, stream(&database).await);
    talk(&engine, stream).await;
    let mut conn = database.acquire().await.unwrap();
    for (whose, behind) in [(stream, 0), (stream, 6), (StreamId::generate(), 3)] {
        let refused = redact_in(&mut conn, whose, at(behind), &event("-")).await;
        assert!(matches!(refused, Err(Error::NotFound)), "{refused:?}");
    }
    let refused = redact_in(&mut conn, stream, at(3), "no json").await;
    assert!(matches!(refused, Err(Error::Invalid(_))), "{refused:?}");
    let app = pool(connect_options(&database), 1, APP).await;
    let refused = redact_in(&mut app.acquire().await.unwrap(), stream, at(3), &event("-")).await;
    assert!(matches!(refused, Err(Error::Database(_) | Error::NotFound)), "{refused:?}");
    let all = texts(&engine.read(stream, Offset::ZERO, 9).await.unwrap().records, Offset::ZERO);
    assert_eq!(all, ["0", "1", SECRET, "3", "4"]);

    // What is stored is counted anew.
    let weigh = async || engine.stored().await.unwrap()[0].1;
    let before = weigh().await;
    redact_in(&mut conn, stream, at(3), &event("-")).await.unwrap();
    assert_eq!(weigh().await, before + 1 - SECRET.len() as u64);
}
