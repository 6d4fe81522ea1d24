//! Appending: dense offsets, atomic with the caller's transaction, answered after the commit (invariants 1, 2 and 3).

use crate::support::{contents, engine, engine_with, event, new_stream, now, soon, stream, unpolled, until};
use futures::future::join_all;
use sessions::{Append, Error, Offset, Options, StreamId, append_in, close_in, create_in, head_in, read_in};
use sqlx::PgPool;
use uuid::Uuid;

#[sqlx::test(migrations = "../migrations")]
async fn a_stream_is_created_once(database: PgPool) {
    let mut conn = database.acquire().await.unwrap();
    let new = new_stream();
    create_in(&mut conn, &new, now()).await.unwrap();
    create_in(&mut conn, &new, now()).await.unwrap();
    for other in [
        sessions::NewStream { kind: "desk", ..new },
        sessions::NewStream { backstage: true, ..new },
        sessions::NewStream { tenant: sessions::Tenant { client: None, ..new.tenant }, ..new },
        sessions::NewStream { tenant: sessions::Tenant { workspace: Uuid::now_v7(), ..new.tenant }, ..new },
    ] {
        assert!(matches!(create_in(&mut conn, &other, now()).await, Err(Error::Conflict)));
    }
    let head = head_in(&mut conn, new.id).await.unwrap();
    assert_eq!((head.tenant, head.kind.as_str(), head.backstage), (new.tenant, "session", false));
    assert_eq!((head.next, head.earliest, head.closed), (Offset::ZERO, Offset::ZERO, false));
}

#[sqlx::test(migrations = "../migrations")]
async fn events_come_back_byte_for_byte(database: PgPool) {
    let (engine, stream) = (engine(&database).await, stream(&database).await);
    let events =
        [r#"{"b":1, "a":2,"b":3}"#, r#""\u0000 é \r\n""#, " [1,\n2]\n", "1.0e3"].map(str::to_owned).to_vec();
    let appended = engine.append(stream, Append::new(events.clone())).await.unwrap();
    assert_eq!((appended.first.value(), appended.next.value(), appended.duplicate), (0, 4, false));
    let page = engine.read(stream, Offset::ZERO, 10).await.unwrap();
    assert_eq!(page.records.iter().map(|record| record.json().to_owned()).collect::<Vec<_>>(), events);
    assert!(page.up_to_date && !page.closed);
    let page = engine.read(stream, Offset::from_value(1), 2).await.unwrap();
    assert_eq!((page.records.len(), page.next.value(), page.up_to_date), (2, 3, false));
    assert!(
        matches!(engine.read(stream, Offset::from_value(5), 1).await, Err(Error::Ahead { next }) if next.value() == 4)
    );
}

/// 32 appenders by both ways, a third of the transactions rolled back: no hole, no repeat, every answer right.
#[sqlx::test(migrations = "../migrations")]
async fn offsets_are_dense_under_concurrent_appends(database: PgPool) {
    let (engine, stream) = (engine(&database).await, stream(&database).await);
    let appenders = (0..32).map(|appender: usize| {
        let (engine, database) = (engine.clone(), database.clone());
        tokio::spawn(async move {
            let mut kept = Vec::new();
            for turn in 0..12 {
                let events: Vec<_> =
                    (0..1 + turn % 3).map(|part| event(format!("{appender}/{turn}/{part}"))).collect();
                if appender.is_multiple_of(2) {
                    kept.push((engine.append(stream, Append::new(events.clone())).await.unwrap(), events));
                    continue;
                }
                let mut tx = database.begin().await.unwrap();
                let appended = append_in(&mut tx, stream, &events, now()).await.unwrap();
                if (appender + turn).is_multiple_of(3) {
                    tx.rollback().await.unwrap();
                } else {
                    tx.commit().await.unwrap();
                    kept.push((appended, events));
                }
            }
            kept
        })
    });
    let mut kept: Vec<_> =
        soon("all appends", join_all(appenders)).await.into_iter().flat_map(Result::unwrap).collect();
    kept.sort_by_key(|(appended, _)| appended.first);
    let mut next = Offset::ZERO;
    for (appended, events) in &kept {
        assert_eq!((appended.first, appended.next.value()), (next, next.value() + events.len() as u64));
        next = appended.next;
    }
    let expected: Vec<String> = kept.into_iter().flat_map(|(_, events)| events).collect();
    let got: Vec<_> = contents(&engine, stream).await.iter().map(event).collect();
    assert_eq!(got, expected);
}

/// The answer is not there while the commit cannot be, and the event is there when the answer is.
#[sqlx::test(migrations = "../migrations")]
async fn an_append_is_answered_after_its_commit(database: PgPool) {
    let (engine, stream) = (engine(&database).await, stream(&database).await);
    // Stalls every commit that stores an event: the deferred trigger runs inside COMMIT, before it takes effect.
    let stall = "
        CREATE FUNCTION stall() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN PERFORM pg_advisory_xact_lock(77); RETURN NULL; END $$;
        CREATE CONSTRAINT TRIGGER stall AFTER INSERT ON stream_event DEFERRABLE INITIALLY DEFERRED
        FOR EACH ROW EXECUTE FUNCTION stall()";
    sqlx::raw_sql(stall).execute(&database).await.unwrap();
    let mut holder = database.begin().await.unwrap();
    sqlx::query("SELECT pg_advisory_xact_lock(77)").execute(&mut *holder).await.unwrap();
    let appending = tokio::spawn({
        let engine = engine.clone();
        async move { engine.append(stream, Append::new(vec![event("x")])).await }
    });
    until("the commit to stall", async || {
        sqlx::query_scalar("SELECT EXISTS (SELECT FROM pg_stat_activity WHERE query = 'COMMIT' AND wait_event = 'advisory' AND datname = current_database())")
            .fetch_one(&database)
            .await
            .unwrap()
    })
    .await;
    assert!(!appending.is_finished());
    holder.commit().await.unwrap();
    soon("the answer", appending).await.unwrap().unwrap();
    assert_eq!(contents(&engine, stream).await, ["x"]);
}

/// A COMMIT that Postgres refuses is an error, stores nothing, and fails none of the neighbours.
#[sqlx::test(migrations = "../migrations")]
async fn a_refused_commit_is_no_success(database: PgPool) {
    let engine = engine(&database).await;
    let (poisoned, other) = (stream(&database).await, stream(&database).await);
    let refuse = "
        CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN IF new.data = '\"poison\"' THEN RAISE 'refused'; END IF; RETURN NULL; END $$;
        CREATE CONSTRAINT TRIGGER refuse AFTER INSERT ON stream_event DEFERRABLE INITIALLY DEFERRED
        FOR EACH ROW EXECUTE FUNCTION refuse()";
    sqlx::raw_sql(refuse).execute(&database).await.unwrap();
    let appends = (0..40).map(|turn| {
        let engine = engine.clone();
        let (stream, text) = if turn % 10 == 3 { (poisoned, "poison") } else { (other, "good") };
        async move { (text, engine.append(stream, Append::new(vec![event(text)])).await) }
    });
    for (text, result) in soon("all answers", join_all(appends)).await {
        match text {
            "good" => assert!(result.is_ok(), "{result:?}"),
            _ => assert!(matches!(result, Err(Error::Database(_))), "{result:?}"),
        }
    }
    assert_eq!(contents(&engine, other).await.len(), 36);
    assert!(contents(&engine, poisoned).await.is_empty());
}

/// One append's refusal leaves the others of its batch alone.
#[sqlx::test(migrations = "../migrations")]
async fn refusals_do_not_fail_their_neighbours(database: PgPool) {
    let engine = engine(&database).await;
    let (open, closed, unknown) = (stream(&database).await, stream(&database).await, StreamId::generate());
    close_in(&mut database.acquire().await.unwrap(), closed, now()).await.unwrap();
    let appends = (0..60).map(|turn| {
        let (engine, stream) = (engine.clone(), [open, closed, unknown][turn % 3]);
        async move { (stream, engine.append(stream, Append::new(vec![event(turn)])).await) }
    });
    let results = soon("all answers", join_all(appends)).await;
    for (stream, result) in results {
        match result {
            Ok(_) => assert_eq!(stream, open),
            Err(Error::Closed { next }) => assert_eq!((stream, next), (closed, Offset::ZERO)),
            Err(Error::NotFound) => assert_eq!(stream, unknown),
            Err(other) => panic!("{other:?}"),
        }
    }
    assert_eq!(contents(&engine, open).await.len(), 20);
}

/// A state and its event commit together or not at all.
#[sqlx::test(migrations = "../migrations")]
async fn append_in_is_part_of_the_callers_transaction(database: PgPool) {
    let (engine, stream) = (engine(&database).await, stream(&database).await);
    sqlx::query("CREATE TABLE state (word text)").execute(&database).await.unwrap();
    for (word, commits) in [("lost", false), ("kept", true)] {
        let mut tx = database.begin().await.unwrap();
        sqlx::query("INSERT INTO state VALUES ($1)").bind(word).execute(&mut *tx).await.unwrap();
        append_in(&mut tx, stream, &[event(word)], now()).await.unwrap();
        assert_eq!(read_in(&mut tx, stream, Offset::ZERO, 9).await.unwrap().records.len(), 1);
        assert!(contents(&engine, stream).await.is_empty(), "seen before its commit");
        if commits { tx.commit().await } else { tx.rollback().await }.unwrap();
    }
    assert_eq!(contents(&engine, stream).await, ["kept"]);
    let words: Vec<String> = sqlx::query_scalar("SELECT word FROM state").fetch_all(&database).await.unwrap();
    assert_eq!(words, ["kept"]);
}

/// A transaction that holds a stream delays the appends to that stream, in their order, and no others.
#[sqlx::test(migrations = "../migrations")]
async fn a_held_stream_holds_up_no_other(database: PgPool) {
    let engine = engine(&database).await;
    let (held, free) = (stream(&database).await, stream(&database).await);
    let mut tx = database.begin().await.unwrap();
    append_in(&mut tx, held, &[event("first")], now()).await.unwrap();
    let mut waiting = Vec::new();
    for turn in 0..8 {
        // Polled here and now, so that they queue in this order.
        let mut append = Box::pin(append_one(engine.clone(), held, turn.to_string()));
        assert!(futures::poll!(&mut append).is_pending());
        waiting.push(append);
        soon("the other stream", append_one(engine.clone(), free, turn.to_string())).await.unwrap();
    }
    tx.commit().await.unwrap();
    for append in waiting {
        soon("the held stream", append).await.unwrap();
    }
    assert_eq!(contents(&engine, held).await, ["first", "0", "1", "2", "3", "4", "5", "6", "7"]);
}

/// A stream that is held for too long is refused as busy, and nothing of the refused comes later.
#[sqlx::test(migrations = "../migrations")]
async fn a_stream_held_for_too_long_is_busy(database: PgPool) {
    let options = Options { lock_wait: std::time::Duration::from_millis(50), ..unpolled() };
    let (engine, stream) = (engine_with(&database, options).await, stream(&database).await);
    let mut tx = database.begin().await.unwrap();
    append_in(&mut tx, stream, &[event("first")], now()).await.unwrap();
    let appends = (0..3).map(|turn| append_one(engine.clone(), stream, turn.to_string()));
    for result in soon("the refusals", join_all(appends)).await {
        assert!(matches!(result, Err(Error::Busy)), "{result:?}");
    }
    tx.commit().await.unwrap();
    append_one(engine.clone(), stream, "last".into()).await.unwrap();
    assert_eq!(contents(&engine, stream).await, ["first", "last"]);
}

/// What waits is bounded by number and bytes, and so is each append.
#[sqlx::test(migrations = "../migrations")]
async fn limits_are_answered_at_once(database: PgPool) {
    let options = Options { queue_appends: 4, queue_bytes: 30, event_bytes: 12, ..unpolled() };
    let (engine, stream) = (engine_with(&database, options).await, stream(&database).await);
    let large = append_one(engine.clone(), stream, "12345678901".into()).await;
    assert!(matches!(large, Err(Error::TooLarge { size: 13, limit: 12, .. })), "{large:?}");
    let not_json = engine.append(stream, Append::new(vec!["{".into()])).await;
    assert!(matches!(not_json, Err(Error::Invalid(_))));
    assert!(matches!(engine.append(stream, Append::new(Vec::new())).await, Err(Error::Empty)));

    let mut tx = database.begin().await.unwrap();
    append_in(&mut tx, stream, &[event("first")], now()).await.unwrap();
    for (text, room) in [("1", 4), ("123456789", 2)] {
        let mut waiting = Vec::new();
        for turn in 0..=room {
            let mut append = Box::pin(append_one(engine.clone(), stream, text.into()));
            match futures::poll!(&mut append) {
                std::task::Poll::Ready(result) => {
                    assert!(turn == room && matches!(result, Err(Error::Busy)), "{turn}")
                }
                std::task::Poll::Pending => assert!(turn < room, "{turn} are taken"),
            }
            waiting.push(append);
        }
        waiting.pop();
        if text == "1" {
            tx.commit().await.unwrap();
            soon("what was taken", join_all(waiting))
                .await
                .into_iter()
                .for_each(|result| assert!(result.is_ok(), "{result:?}"));
            tx = database.begin().await.unwrap();
            append_in(&mut tx, stream, &[event("again")], now()).await.unwrap();
        }
    }
}

/// What was queued at a shutdown is committed and answered; what comes after is refused.
#[sqlx::test(migrations = "../migrations")]
async fn a_shutdown_drains_the_queue(database: PgPool) {
    let (engine, stream) = (engine(&database).await, stream(&database).await);
    let mut tx = database.begin().await.unwrap();
    append_in(&mut tx, stream, &[event("first")], now()).await.unwrap();
    let appends: Vec<_> =
        (0..50).map(|turn| tokio::spawn(append_one(engine.clone(), stream, turn.to_string()))).collect();
    // The first of them waits for the transaction, so that the shutdown finds them all.
    until("an append to wait", async || {
        sqlx::query_scalar("SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND pid IN (SELECT pid FROM pg_stat_activity WHERE datname = current_database()))")
            .fetch_one(&database)
            .await
            .unwrap()
    })
    .await;
    let mut shutdown = Box::pin(engine.shutdown());
    assert!(futures::poll!(&mut shutdown).is_pending());
    assert!(matches!(append_one(engine.clone(), stream, "late".into()).await, Err(Error::ShuttingDown)));
    tx.commit().await.unwrap();
    soon("the shutdown", shutdown).await;
    let mut taken = 1;
    for append in appends {
        match append.await.unwrap() {
            Ok(_) => taken += 1,
            Err(Error::ShuttingDown) => {}
            Err(other) => panic!("{other:?}"),
        }
    }
    let count: i64 =
        sqlx::query_scalar("SELECT count(*) FROM stream_event").fetch_one(&database).await.unwrap();
    assert_eq!(count, taken);
    assert!(taken > 1);
}

async fn append_one(
    engine: sessions::Engine,
    stream: StreamId,
    text: String,
) -> Result<sessions::AppendOutcome, Error> {
    engine.append(stream, Append::new(vec![event(text)])).await
}
