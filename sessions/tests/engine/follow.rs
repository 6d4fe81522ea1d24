//! Following: every event behind the offset, once and in order, without a connection (invariants 4 and 5).

use std::{sync::Arc, time::Duration};

use crate::support::{
    Dice, ENGINE, collect, collect_all, connect_options, contents, deaf::Deaf, engine, engine_with, event,
    new_stream, now, pool, soon, stream, texts, unpolled, until,
};
use futures::future::join_all;
use sessions::{Append, Engine, Error, Offset, Options, Page, StreamId, append_in, close_in, create_in};
use sqlx::PgPool;

async fn append(engine: &Engine, stream: StreamId, range: std::ops::Range<u64>) {
    let events = range.map(event).collect();
    engine.append(stream, Append::new(events)).await.unwrap();
}

async fn close(database: &PgPool, engine: &Engine, stream: StreamId) {
    close_in(&mut database.acquire().await.unwrap(), stream, now()).await.unwrap();
    engine.wake(&[stream]);
}

/// Appends by both ways, some rolled back, race followers that start anywhere, over rings too small for them, on
/// several threads. There is no poll to mend a wake-up that was lost.
#[sqlx::test(migrations = "../migrations")]
async fn followers_miss_nothing_and_repeat_nothing(database: PgPool) {
    let options = connect_options(&database);
    let stream = stream(&database).await;
    let race = tokio::task::spawn_blocking(move || {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(4).enable_all().build().unwrap();
        runtime.block_on(async {
            let own = pool(options.clone(), 6, "SELECT 1").await;
            let limits = Options { ring_events: 16, page_events: 7, ..unpolled() };
            let engine = Engine::start(pool(options, 4, ENGINE).await, limits);
            race(&own, &engine, stream).await;
            engine.shutdown().await;
        });
    });
    soon("the race", race).await.unwrap();
}

async fn race(database: &PgPool, engine: &Engine, stream: StreamId) {
    let appenders: Vec<_> =
        (0..8).map(|seed| tokio::spawn(appender(database.clone(), engine.clone(), stream, seed))).collect();
    let followers: Vec<_> =
        (0..16).map(|seed| tokio::spawn(follower(engine.clone(), stream, seed))).collect();
    for appender in appenders {
        appender.await.unwrap();
    }
    close(database, engine, stream).await;
    let all = contents(engine, stream).await;
    assert!(all.len() > 200);
    for follower in followers {
        for (from, got) in follower.await.unwrap() {
            assert_eq!(got, all[usize::try_from(from.value()).unwrap()..]);
        }
    }
}

async fn appender(database: PgPool, engine: Engine, stream: StreamId, seed: u64) {
    let mut dice = Dice(seed);
    for turn in 0..25 {
        let events: Vec<_> = (0..=dice.roll(4)).map(|part| event(format!("{seed}/{turn}/{part}"))).collect();
        if seed.is_multiple_of(2) {
            engine.append(stream, Append::new(events)).await.unwrap();
            continue;
        }
        let mut tx = database.begin().await.unwrap();
        append_in(&mut tx, stream, &events, now()).await.unwrap();
        if dice.roll(4) == 0 {
            tx.rollback().await.unwrap();
        } else {
            tx.commit().await.unwrap();
            engine.wake(&[stream]);
        }
    }
}

/// Follows from somewhere for a while, leaves, and follows again from elsewhere; the last time to the end.
async fn follower(engine: Engine, stream: StreamId, seed: u64) -> Vec<(Offset, Vec<String>)> {
    let mut dice = Dice(seed);
    for _ in 0..5 {
        let from = Offset::from_value(dice.roll(engine.head(stream).await.unwrap().next.value() + 1));
        let mut follower = engine.follow(stream, from);
        let seen = engine.read(stream, from, 1_000).await.unwrap().records.len();
        let records = collect(&mut follower, seen).await;
        texts(&records, from);
        assert_eq!(follower.offset(), records.last().map_or(from, |record| record.offset));
    }
    let from = Offset::from_value(dice.roll(engine.head(stream).await.unwrap().next.value() + 1));
    let records = collect_all(&mut engine.follow(stream, from)).await;
    vec![(from, texts(&records, from))]
}

/// An event has the same bytes and the same time from memory, from the database and from a page.
#[sqlx::test(migrations = "../migrations")]
async fn memory_and_database_agree(database: PgPool) {
    let (engine, stream) = (engine(&database).await, stream(&database).await);
    let mut warm = engine.follow(stream, Offset::ZERO);
    append(&engine, stream, 0..1).await;
    let mut records = collect(&mut warm, 1).await;
    append(&engine, stream, 1..4).await;
    records.extend(collect(&mut warm, 3).await);
    assert_eq!(records, engine.read(stream, Offset::ZERO, 9).await.unwrap().records);
    assert_eq!(records, collect(&mut engine.follow(stream, Offset::ZERO), 4).await);
}

/// The writer's own events do not join on where somebody appended and told nobody: the tail reads them all.
#[sqlx::test(migrations = "../migrations")]
async fn an_append_brings_the_untold_ones_before_it(database: PgPool) {
    let (engine, stream) = (engine(&database).await, stream(&database).await);
    let mut follower = engine.follow(stream, Offset::ZERO);
    append(&engine, stream, 0..1).await;
    let mut records = collect(&mut follower, 1).await;
    append_in(&mut database.acquire().await.unwrap(), stream, &[event("untold")], now()).await.unwrap();
    append(&engine, stream, 2..3).await;
    records.extend(collect(&mut follower, 2).await);
    assert_eq!(texts(&records, Offset::ZERO), ["0", "untold", "2"]);
}

/// A reader that falls out of the ring gets the rest from the database and joins the ring again.
#[sqlx::test(migrations = "../migrations")]
async fn a_slow_follower_outlives_the_ring(database: PgPool) {
    let options = Options { ring_events: 8, ring_bytes: 60, page_events: 50, ..unpolled() };
    let (engine, stream) = (engine_with(&database, options).await, stream(&database).await);
    let mut slow = engine.follow(stream, Offset::ZERO);
    append(&engine, stream, 0..3).await;
    let mut records = collect(&mut slow, 3).await;
    for start in (3..900).step_by(23) {
        append(&engine, stream, start..start + 23).await;
    }
    records.extend(collect(&mut slow, 897).await);
    append(&engine, stream, 900..901).await;
    records.extend(collect(&mut slow, 1).await);
    let expected: Vec<_> = (0..records.len()).map(|number| number.to_string()).collect();
    assert_eq!(texts(&records, Offset::ZERO), expected);
}

/// Wherever it is interrupted, it goes on without a hole.
#[sqlx::test(migrations = "../migrations")]
async fn next_may_be_dropped(database: PgPool) {
    let options = Options { ring_events: 4, page_events: 3, ..unpolled() };
    let (engine, stream) = (engine_with(&database, options).await, stream(&database).await);
    let mut follower = engine.follow(stream, Offset::ZERO);
    let (mut records, mut dropped) = (Vec::new(), 0);
    let appending = tokio::spawn({
        let (engine, database) = (engine.clone(), database.clone());
        async move {
            for number in 0..100 {
                append(&engine, stream, number..number + 1).await;
            }
            close(&database, &engine, stream).await;
        }
    });
    let mut dice = Dice(1);
    let following = async {
        loop {
            tokio::select! {
                biased;
                batch = follower.next() => match batch.unwrap() {
                    Some(batch) => records.extend(batch.records),
                    None => break,
                },
                () = tokio::time::sleep(Duration::from_micros(dice.roll(900))) => dropped += 1,
            }
        }
    };
    soon("the follower", following).await;
    appending.await.unwrap();
    assert_eq!(texts(&records, Offset::ZERO), contents(&engine, stream).await);
    assert!(dropped > 0);
}

/// A crowd that wants the same page costs one read.
#[sqlx::test(migrations = "../migrations")]
async fn a_gap_is_read_once_for_all(database: PgPool) {
    // As soon as it hears other nodes it asks for all that is followed, which may be a read that is none of the crowd's.
    let deaf = Options { exchange: Some(Arc::new(Deaf)), ..unpolled() };
    let (engine, stream) = (engine_with(&database, deaf).await, stream(&database).await);
    append(&engine, stream, 0..20).await;
    let mut locker = database.begin().await.unwrap();
    sqlx::query("LOCK TABLE stream_event IN ACCESS EXCLUSIVE MODE").execute(&mut *locker).await.unwrap();
    let mut followers: Vec<_> = (0..100).map(|_| engine.follow(stream, Offset::ZERO)).collect();
    let mut waiting: Vec<_> = followers.iter_mut().map(|follower| Box::pin(follower.next())).collect();
    let reads = "SELECT count(*) FROM pg_stat_activity
        WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%octet_length%'
        AND pid <> pg_backend_pid()";
    let mut seen = 0;
    let mut rounds_left = 20;
    while rounds_left > 0 {
        for next in &mut waiting {
            assert!(futures::poll!(next).is_pending());
        }
        seen = sqlx::query_scalar::<_, i64>(reads).fetch_one(&database).await.unwrap();
        assert!(seen <= 1, "{seen} reads");
        // All of them are waiting for it from the first round in which it shows.
        rounds_left -= seen;
    }
    assert_eq!(seen, 1);
    locker.commit().await.unwrap();
    for batch in soon("the page", join_all(waiting)).await {
        assert_eq!(texts(&batch.unwrap().unwrap().records, Offset::ZERO).len(), 20);
    }
}

/// A crowd hears of events that come fast some at a time; a few may hear of each as it comes. Both hear of all.
#[sqlx::test(migrations = "../migrations")]
async fn a_crowd_hears_of_all_that_comes_fast(database: PgPool) {
    const EVENTS: u64 = 400;
    let engine = engine_with(&database, Options { crowd: 8, ..unpolled() }).await;
    for followers in [3, 8] {
        let stream = stream(&database).await;
        let following: Vec<_> = (0..followers)
            .map(|_| {
                let mut follower = engine.follow(stream, Offset::ZERO);
                tokio::spawn(async move {
                    let mut told = String::new();
                    let text = |page: &Page, _| {
                        page.records
                            .iter()
                            .map(|record| format!("{},", record.json()))
                            .collect::<String>()
                            .into()
                    };
                    while let Some(frame) = follower.next_frame(|| 0, text).await.unwrap() {
                        told.push_str(std::str::from_utf8(&frame).unwrap());
                    }
                    told
                })
            })
            .collect();
        until("all follow", async || engine.following(stream) == followers).await;
        for number in 0..EVENTS {
            append(&engine, stream, number..number + 1).await;
        }
        close(&database, &engine, stream).await;
        let all: String = contents(&engine, stream).await.iter().map(|text| event(text) + ",").collect();
        for follower in following {
            let told = soon("a follower's end", follower).await.unwrap();
            assert!(told == all, "{told}");
        }
    }
}

/// A thousand followers, two connections, one of them the writer's.
#[sqlx::test(migrations = "../migrations")]
async fn followers_hold_no_connection(database: PgPool) {
    let pool = pool(connect_options(&database), 2, ENGINE).await;
    let engine = Engine::start(pool.clone(), unpolled());
    let streams = join_all((0..10).map(|_| stream(&database))).await;
    let followers: Vec<_> = (0..1_000)
        .map(|number| {
            let mut follower = engine.follow(streams[number % 10], Offset::ZERO);
            tokio::spawn(async move { texts(&collect(&mut follower, 2).await, Offset::ZERO) })
        })
        .collect();
    for turn in 0..2 {
        for stream in &streams {
            assert_eq!(engine.following(*stream), 100);
            soon("an append", append(&engine, *stream, turn..turn + 1)).await;
        }
        if turn == 0 {
            // All wait for their second event: nobody has a connection but the writer.
            until("the pool to rest", async || pool.size() as usize - pool.num_idle() <= 1).await;
            soon("a connection", pool.acquire()).await.unwrap();
        }
    }
    for follower in followers {
        assert_eq!(soon("a follower", follower).await.unwrap(), ["0", "1"]);
    }
    assert!(streams.iter().all(|stream| engine.following(*stream) == 0));
}

#[sqlx::test(migrations = "../migrations")]
async fn a_close_ends_every_follower(database: PgPool) {
    let (engine, stream) = (engine(&database).await, stream(&database).await);
    let mut waiting = engine.follow(stream, Offset::ZERO);
    append(&engine, stream, 0..2).await;
    assert_eq!(collect(&mut waiting, 2).await.len(), 2);
    close(&database, &engine, stream).await;
    assert_eq!(collect_all(&mut waiting).await, []);
    for (from, left) in [(0, 2), (1, 1), (2, 0)] {
        assert_eq!(collect_all(&mut engine.follow(stream, Offset::from_value(from))).await.len(), left);
    }
    let mut conn = database.acquire().await.unwrap();
    assert_eq!(close_in(&mut conn, stream, now()).await.unwrap().value(), 2);
    let late = append_in(&mut conn, stream, &[event("late")], now()).await;
    assert!(matches!(late, Err(Error::Closed { next }) if next.value() == 2), "{late:?}");
}

#[sqlx::test(migrations = "../migrations")]
async fn offsets_that_cannot_be_followed_are_errors(database: PgPool) {
    let (engine, stream) = (engine(&database).await, stream(&database).await);
    append(&engine, stream, 0..10).await;
    assert_eq!(engine.trim(stream, Offset::from_value(4)).await.unwrap().value(), 4);
    assert_eq!(engine.trim(stream, Offset::from_value(2)).await.unwrap().value(), 4);
    let left: i64 =
        sqlx::query_scalar("SELECT count(*) FROM stream_event").fetch_one(&database).await.unwrap();
    assert_eq!(left, 6);
    let gone = soon("an answer", engine.follow(stream, Offset::from_value(3)).next()).await;
    assert!(matches!(gone, Err(Error::Gone { earliest }) if earliest.value() == 4), "{gone:?}");
    let ahead = soon("an answer", engine.follow(stream, Offset::from_value(11)).next()).await;
    assert!(matches!(ahead, Err(Error::Ahead { next }) if next.value() == 10), "{ahead:?}");
    assert_eq!(collect(&mut engine.follow(stream, Offset::from_value(4)), 6).await.len(), 6);
    assert_eq!(engine.trim(stream, Offset::from_value(99)).await.unwrap().value(), 10);
}

/// Followers of what a restored database no longer holds, or of a deleted stream, are told instead of left waiting.
#[sqlx::test(migrations = "../migrations")]
async fn a_database_that_was_set_back_is_noticed(database: PgPool) {
    let (engine, stream) = (engine(&database).await, stream(&database).await);
    let mut follower = engine.follow(stream, Offset::ZERO);
    append(&engine, stream, 0..10).await;
    assert_eq!(collect(&mut follower, 10).await.len(), 10);
    let mut back = engine.follow(stream, Offset::from_value(3));
    sqlx::raw_sql("DELETE FROM stream_event WHERE seq >= 6; UPDATE stream SET next_offset = 6")
        .execute(&database)
        .await
        .unwrap();
    engine.wake(&[stream]);
    let ahead = soon("an answer", follower.next()).await;
    assert!(matches!(ahead, Err(Error::Ahead { next }) if next.value() == 6), "{ahead:?}");
    assert_eq!(collect(&mut back, 3).await.len(), 3);
    append(&engine, stream, 6..7).await;
    assert_eq!(texts(&collect(&mut back, 1).await, Offset::from_value(6)), ["6"]);
    sqlx::raw_sql("DELETE FROM stream_event; DELETE FROM stream").execute(&database).await.unwrap();
    engine.wake(&[stream]);
    let missing = soon("an answer", back.next()).await;
    assert!(matches!(missing, Err(Error::NotFound)), "{missing:?}");
}

/// That a stream was missing is not held against it.
#[sqlx::test(migrations = "../migrations")]
async fn a_stream_may_be_created_after_it_was_asked_for(database: PgPool) {
    let (engine, new) = (engine(&database).await, new_stream());
    let missing = soon("an answer", engine.follow(new.id, Offset::ZERO).next()).await;
    assert!(matches!(missing, Err(Error::NotFound)), "{missing:?}");
    create_in(&mut database.acquire().await.unwrap(), &new, now()).await.unwrap();
    let mut follower = engine.follow(new.id, Offset::ZERO);
    append(&engine, new.id, 0..1).await;
    assert_eq!(collect(&mut follower, 1).await.len(), 1);
}

#[sqlx::test(migrations = "../migrations")]
async fn a_shutdown_ends_every_follower(database: PgPool) {
    let (engine, stream) = (engine(&database).await, stream(&database).await);
    let followers: Vec<_> = (0..50)
        .map(|_| {
            let mut follower = engine.follow(stream, Offset::ZERO);
            tokio::spawn(async move { follower.next().await })
        })
        .collect();
    soon("the shutdown", engine.shutdown()).await;
    for follower in followers {
        assert!(soon("the end", follower).await.unwrap().unwrap().is_none());
    }
    assert!(soon("the end", engine.follow(stream, Offset::ZERO).next()).await.unwrap().is_none());
}
