//! The database and other nodes: what was acknowledged is there, once and in order, whatever happens in between.

use std::{
    sync::Arc,
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use crate::support::{
    self, ENGINE, collect, collect_all, contents, engine_with, event, now, pool,
    proxy::{Mode, Proxy},
    soon, stream, texts, unpolled, until,
};
use sessions::{
    Append, AppendOutcome, Engine, Error, Offset, Options, Producer, StreamId, append_in, close_in, fence_in,
};
use sqlx::{Executor, PgPool, postgres::PgPoolOptions};

fn numbered(id: &str, sequence: u64) -> Append {
    let producer = Producer { id: id.into(), epoch: 0, sequence };
    Append::by(producer, vec![event(format!("{id}/{sequence}"))])
}

/// Appends until it is acknowledged, as a producer does.
async fn insist(engine: &Engine, stream: StreamId, id: &str, sequence: u64) -> AppendOutcome {
    loop {
        match engine.append(stream, numbered(id, sequence)).await {
            Ok(appended) => return appended,
            Err(error) => assert!(error.is_away(), "{error:?}"),
        }
    }
}

/// All of the engine's connections are killed over and over while three producers append and three followers follow.
#[sqlx::test(migrations = "../migrations")]
async fn killed_connections_cost_nothing(database: PgPool) {
    let options = Options { ring_events: 8, ..unpolled() };
    let (engine, stream) = (engine_with(&database, options).await, stream(&database).await);
    let followers: Vec<_> = (0..3)
        .map(|_| {
            let mut follower = engine.follow(stream, Offset::ZERO);
            tokio::spawn(async move { texts(&collect_all(&mut follower).await, Offset::ZERO) })
        })
        .collect();
    let over = Arc::new(AtomicBool::new(false));
    let killer = tokio::spawn(kill_all(database.clone(), Arc::clone(&over)));
    let producers: Vec<_> = ["a", "b", "c"]
        .map(|id| {
            let engine = engine.clone();
            tokio::spawn(async move {
                for sequence in 0..150 {
                    insist(&engine, stream, id, sequence).await;
                }
            })
        })
        .into();
    for producer in producers {
        soon("a producer", producer).await.unwrap();
    }
    over.store(true, Ordering::SeqCst);
    assert!(killer.await.unwrap() > 5, "too few were killed to matter");
    close_in(&mut database.acquire().await.unwrap(), stream, now()).await.unwrap();
    engine.wake(&[stream]);

    let all = contents(&engine, stream).await;
    for id in ["a", "b", "c"] {
        let own: Vec<_> = all.iter().filter(|text| text.starts_with(id)).cloned().collect();
        assert_eq!(own, (0..150).map(|sequence| format!("{id}/{sequence}")).collect::<Vec<_>>());
    }
    assert_eq!(all.len(), 450);
    for follower in followers {
        assert_eq!(soon("a follower", follower).await.unwrap(), all);
    }
}

/// The writer finds its connection dead at the next append, and that costs nobody an error.
#[sqlx::test(migrations = "../migrations")]
async fn an_append_after_a_restart_succeeds(database: PgPool) {
    let (engine, stream) = (engine_with(&database, unpolled()).await, stream(&database).await);
    let kill = "SELECT count(pg_terminate_backend(pid, 10000)) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid()";
    for number in 0..5 {
        engine.append(stream, Append::new(vec![event(number)])).await.unwrap();
        assert!(sqlx::query_scalar::<_, i64>(kill).fetch_one(&database).await.unwrap() > 0);
    }
    assert_eq!(contents(&engine, stream).await, ["0", "1", "2", "3", "4"]);
}

/// Ends every connection to this database but its own until it is over; how many it ended.
async fn kill_all(database: PgPool, over: Arc<AtomicBool>) -> i64 {
    let kill = "
        SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid()";
    let mut own = database.acquire().await.unwrap();
    let mut killed = 0;
    while !over.load(Ordering::SeqCst) {
        killed += sqlx::query_scalar::<_, i64>(kill).fetch_one(&mut *own).await.unwrap();
        // Time enough for some work: what is watched is recovery, not a siege.
        tokio::time::sleep(Duration::from_millis(40)).await;
    }
    killed
}

/// The database goes away for a while: appends fail and say so, followers wait, and nothing is lost or repeated.
#[sqlx::test(migrations = "../migrations")]
async fn followers_wait_while_the_database_is_away(database: PgPool) {
    let proxy = Proxy::start(&database).await;
    let stream = stream(&database).await;
    let engine = Engine::start(pool(proxy.options(), 3, ENGINE).await, unpolled());
    for sequence in 0..5 {
        insist(&engine, stream, "a", sequence).await;
    }
    let mut warm = engine.follow(stream, Offset::ZERO);
    let mut warm_records = collect(&mut warm, 5).await;

    proxy.set(Mode::Away);
    // A producer that does not have to wait for the answer; another node that still reaches the database.
    let refused = tokio::spawn({
        let engine = engine.clone();
        async move { engine.append(stream, numbered("a", 5)).await }
    });
    append_in(&mut database.acquire().await.unwrap(), stream, &[event("meanwhile")], now()).await.unwrap();
    engine.wake(&[stream]);
    let mut cold = engine.follow(stream, Offset::from_value(2));
    let (mut warm_next, mut cold_next) = (Box::pin(warm.next()), Box::pin(cold.next()));
    for _ in 0..50 {
        assert!(futures::poll!(&mut warm_next).is_pending() && futures::poll!(&mut cold_next).is_pending());
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    proxy.set(Mode::Pass);
    warm_records.extend(soon("the warm follower", warm_next).await.unwrap().unwrap().records);
    let mut cold_records = soon("the cold follower", cold_next).await.unwrap().unwrap().records;
    // Refused or stored late, sending it again settles it.
    let _ = soon("the answer", refused).await.unwrap();
    insist(&engine, stream, "a", 5).await;
    warm_records.extend(collect(&mut warm, 7 - warm_records.len()).await);
    let missing = 5 - cold_records.len();
    cold_records.extend(collect(&mut cold, missing).await);
    let all = contents(&engine, stream).await;
    assert_eq!(all.len(), 7);
    assert_eq!(texts(&warm_records, Offset::ZERO), all);
    assert_eq!(texts(&cold_records, Offset::from_value(2)), all[2..]);
}

/// An answer to COMMIT that is lost is an error that says so, and the producer finds out by sending it again.
#[sqlx::test(migrations = "../migrations")]
async fn a_lost_commit_is_unsure(database: PgPool) {
    let proxy = Proxy::start(&database).await;
    let stream = stream(&database).await;
    let engine = Engine::start(pool(proxy.options(), 3, ENGINE).await, unpolled());
    insist(&engine, stream, "a", 0).await;
    let mut follower = engine.follow(stream, Offset::ZERO);
    assert_eq!(collect(&mut follower, 1).await.len(), 1);
    // The writer has to look up a producer that it has not met, and so commits in a transaction. The next one it has
    // met just before: one statement is all.
    for (mode, producer, sequence) in [(Mode::LoseCommit, "b", 0), (Mode::LoseAnswer("a/2"), "a", 2)] {
        proxy.set(mode);
        let lost = soon("the answer", engine.append(stream, numbered(producer, sequence))).await;
        assert!(matches!(lost, Err(Error::Unsure(_))), "{lost:?}");
        soon("the cut", proxy.lost()).await;
        proxy.set(Mode::Pass);
        assert!(insist(&engine, stream, producer, sequence).await.duplicate);
        insist(&engine, stream, "a", sequence + 1).await;
    }
    let records = collect(&mut follower, 4).await;
    assert_eq!(texts(&records, Offset::from_value(1)), ["b/0", "a/1", "a/2", "a/3"]);
}

/// Where nothing was sent when the connection broke, the append goes over the next one and is as sure as any.
#[sqlx::test(migrations = "../migrations")]
async fn an_append_survives_a_connection_that_broke_before_it(database: PgPool) {
    let proxy = Proxy::start(&database).await;
    let stream = stream(&database).await;
    let engine = Engine::start(pool(proxy.options(), 3, ENGINE).await, unpolled());
    for sequence in 0..2 {
        assert!(!insist(&engine, stream, "a", sequence).await.duplicate);
    }
    proxy.set(Mode::Away);
    soon("the lines to be cut", proxy.closed()).await;
    proxy.set(Mode::Pass);
    let appended = soon("the answer", engine.append(stream, numbered("a", 2))).await.unwrap();
    assert_eq!((appended.first.value(), appended.duplicate), (2, false));
}

/// What the writer remembers of a stream is a guess: others move the stream, its producers and its end meanwhile, and
/// every answer is right all the same.
#[sqlx::test(migrations = "../migrations")]
async fn two_writers_remember_and_neither_is_wrong(database: PgPool) {
    let engines = [engine_with(&database, unpolled()).await, engine_with(&database, unpolled()).await];
    let stream = stream(&database).await;
    for sequence in 0..6 {
        for (place, engine) in engines.iter().enumerate() {
            let taken = engine.append(stream, numbered("a", sequence)).await.unwrap();
            assert_eq!(taken.duplicate, place == 1, "{sequence}");
            engine.append(stream, Append::new(vec![event("between")])).await.unwrap();
        }
    }
    let mut conn = database.acquire().await.unwrap();
    fence_in(&mut conn, stream, "a", 7).await.unwrap();
    let stale = engines[0].append(stream, numbered("a", 6)).await;
    assert!(matches!(stale, Err(Error::StaleEpoch { current: 7 })), "{stale:?}");
    for sequence in 0..2 {
        assert!(!engines[0].append(stream, numbered("b", sequence)).await.unwrap().duplicate);
    }
    engines[1].append(stream, Append::of(Vec::new()).closing(true)).await.unwrap();
    let late = engines[0].append(stream, numbered("b", 2)).await;
    assert!(matches!(late, Err(Error::Closed { .. })), "{late:?}");
    assert_eq!(contents(&engines[0], stream).await.len(), 6 * 3 + 2);
}

/// Connections that neither answer nor break are given up, by the writer and by the tails.
#[sqlx::test(migrations = "../migrations")]
async fn stalled_connections_are_given_up(database: PgPool) {
    let proxy = Proxy::start(&database).await;
    let stream = stream(&database).await;
    let patience = Duration::from_millis(100);
    let options = Options { commit_timeout: patience, read_timeout: patience, ..unpolled() };
    // Without its own question whether a connection lives, which would find the stalled ones first.
    let pool = PgPoolOptions::new()
        .max_connections(3)
        .test_before_acquire(false)
        .after_connect(|conn, _| Box::pin(async move { conn.execute(ENGINE).await.map(|_| ()) }))
        .connect_with(proxy.options())
        .await
        .unwrap();
    let engine = Engine::start(pool, options);
    insist(&engine, stream, "a", 0).await;
    let mut follower = engine.follow(stream, Offset::ZERO);
    assert_eq!(collect(&mut follower, 1).await.len(), 1);
    proxy.set(Mode::Stalled);
    append_in(&mut database.acquire().await.unwrap(), stream, &[event("told")], now()).await.unwrap();
    engine.wake(&[stream]);
    assert_eq!(texts(&collect(&mut follower, 1).await, Offset::from_value(1)), ["told"]);
    soon("the next append", insist(&engine, stream, "a", 1)).await;
    assert_eq!(texts(&collect(&mut follower, 1).await, Offset::from_value(2)), ["a/1"]);
}

/// Two engines on one database follow each other's appends, and their closes.
#[sqlx::test(migrations = "../migrations")]
async fn engines_see_each_other(database: PgPool) {
    let options = Options { poll_interval: Duration::from_millis(10), ring_events: 16, ..Options::default() };
    let engines = [engine_with(&database, options.clone()).await, engine_with(&database, options).await];
    let stream = stream(&database).await;
    let followers = engines.clone().map(|engine| {
        tokio::spawn(async move {
            texts(&collect_all(&mut engine.follow(stream, Offset::ZERO)).await, Offset::ZERO)
        })
    });
    let appenders = engines.clone().map(|engine| {
        tokio::spawn(async move {
            for number in 0..100 {
                engine.append(stream, Append::new(vec![event(number)])).await.unwrap();
            }
        })
    });
    for appender in appenders {
        soon("an appender", appender).await.unwrap();
    }
    close_in(&mut database.acquire().await.unwrap(), stream, now()).await.unwrap();
    let all = contents(&engines[0], stream).await;
    assert_eq!(all.len(), 200);
    for follower in followers {
        assert_eq!(soon("a follower", follower).await.unwrap(), all);
    }
}

/// A transaction that told nobody is found by the poll.
#[sqlx::test(migrations = "../migrations")]
async fn the_poll_finds_what_nobody_told(database: PgPool) {
    let options = Options {
        poll_interval: Duration::from_millis(10),
        tail_linger: Duration::ZERO,
        ..Options::default()
    };
    let (engine, stream) = (engine_with(&database, options).await, stream(&database).await);
    let mut follower = engine.follow(stream, Offset::ZERO);
    for number in 0..3 {
        append_in(&mut database.acquire().await.unwrap(), stream, &[event(number)], now()).await.unwrap();
        assert_eq!(collect(&mut follower, 1).await.len(), 1);
    }
    drop(follower);
    until("the stream to cool down", async || engine.following(stream) == 0).await;
    let mut follower = engine.follow(stream, Offset::from_value(1));
    assert_eq!(collect(&mut follower, 2).await.len(), 2);
}

/// The last handle ends the engine's tasks.
#[sqlx::test(migrations = "../migrations")]
async fn a_dropped_engine_gives_its_connections_back(database: PgPool) {
    let stream = stream(&database).await;
    let pool = pool(support::connect_options(&database), 2, ENGINE).await;
    let engine = Engine::start(pool.clone(), unpolled());
    let follower = engine.follow(stream, Offset::ZERO);
    engine.append(stream, Append::new(vec![event("x")])).await.unwrap();
    drop((engine, follower));
    until("the writer's connection", async || pool.num_idle() == pool.size() as usize).await;
    soon("the pool", pool.close()).await;
}
