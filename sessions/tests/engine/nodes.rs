//! Several nodes on one database hear of each other's appends at once. No poll helps here: it is an hour away.

use std::{sync::Arc, time::Duration};

use crate::support::{
    ENGINE, collect, engine, engine_with, event,
    exchange::TestExchange,
    now, pool,
    proxy::{Mode, Proxy},
    soon, stream, texts, unpolled, until,
};
use sessions::{Append, Engine, Exchange, NodeEvent, Offset, Options, StreamId, append_in};
use sqlx::{
    Executor, PgPool,
    postgres::{PgListener, PgPoolOptions},
};
use uuid::Uuid;

/// Waits until each knows all others.
async fn met(engines: &[Engine]) {
    until("the nodes to meet", async || {
        engines.iter().all(|engine| engine.nodes().others() == engines.len() - 1)
    })
    .await;
}

async fn append(engine: &Engine, stream: StreamId, text: &str) {
    engine.append(stream, Append::new(vec![event(text)])).await.unwrap();
}

#[sqlx::test(migrations = "../migrations")]
async fn what_one_appends_the_others_hear(database: PgPool) {
    let engines = [engine(&database).await, engine(&database).await, engine(&database).await];
    met(&engines).await;
    let stream = stream(&database).await;
    let mut followers = engines.clone().map(|engine| engine.follow(stream, Offset::ZERO));
    for (number, from) in (0..30).zip(engines.iter().cycle()) {
        append(from, stream, &number.to_string()).await;
        for follower in &mut followers {
            let heard = collect(follower, 1).await;
            assert_eq!(texts(&heard, Offset::from_value(number)), [number.to_string()]);
        }
    }
    append_in(&mut database.acquire().await.unwrap(), stream, &[event("product")], now()).await.unwrap();
    engines[0].wake(&[stream]);
    for follower in &mut followers {
        assert_eq!(collect(follower, 1).await[0].json(), r#""product""#);
    }
    engines[0].delete(stream).await.unwrap();
    for follower in &mut followers {
        assert!(soon("the deletion", follower.next()).await.is_err());
    }
}

/// More streams than one word can name.
#[sqlx::test(migrations = "../migrations")]
async fn a_crowd_of_streams_is_heard(database: PgPool) {
    let engines = [engine(&database).await, engine(&database).await];
    met(&engines).await;
    let mut streams = Vec::new();
    for _ in 0..8 {
        streams.push(stream(&database).await);
    }
    let mut followers: Vec<_> =
        streams.iter().map(|stream| engines[1].follow(*stream, Offset::ZERO)).collect();
    let crowd = (0..2_500).map(|_| StreamId::generate()).chain(streams.iter().copied()).collect::<Vec<_>>();
    for count in [300, 2_000, crowd.len()] {
        for stream in &streams {
            let mut conn = database.acquire().await.unwrap();
            append_in(&mut conn, *stream, &[event("x")], now()).await.unwrap();
        }
        engines[0].wake(&crowd[crowd.len() - count..]);
        for follower in &mut followers {
            collect(follower, 1).await;
        }
    }
}

/// Whoever stops says so; whoever is killed falls silent.
#[sqlx::test(migrations = "../migrations")]
async fn nodes_come_and_go(database: PgPool) {
    let first = engine(&database).await;
    let mut events = first.nodes().subscribe();
    let polite = engine(&database).await;
    let NodeEvent::Joined(node) = soon("a node", events.recv()).await.unwrap() else {
        panic!("it comes first")
    };
    until("the other to know", async || polite.nodes().others() == 1).await;
    polite.nodes().send_note("hello".into());
    assert_eq!(soon("a note", events.recv()).await.unwrap(), NodeEvent::Note { node, note: "hello".into() });
    polite.nodes().send_note("x".repeat(9_000));
    soon("its end", polite.shutdown()).await;
    assert_eq!(soon("a farewell", events.recv()).await.unwrap(), NodeEvent::Left(node));
    assert_eq!(first.nodes().others(), 0);
    first.shutdown().await;

    let quick = Options { hello_interval: Duration::from_millis(100), ..unpolled() };
    let second = engine_with(&database, quick.clone()).await;
    let mut events = second.nodes().subscribe();
    let proxy = Proxy::start(&database).await;
    let silent = Engine::start(pool(proxy.options(), 3, ENGINE).await, quick);
    let NodeEvent::Joined(node) = soon("a node", events.recv()).await.unwrap() else { panic!("it comes") };
    proxy.set(Mode::Away);
    assert_eq!(soon("its end", events.recv()).await.unwrap(), NodeEvent::Left(node));
    drop(silent);
}

/// What was told while a node could not hear is found when it hears again; a line that is silently dead is noticed.
#[sqlx::test(migrations = "../migrations")]
async fn a_lost_line_is_found_again(database: PgPool) {
    let quick = Options {
        hello_interval: Duration::from_millis(100),
        read_timeout: Duration::from_millis(200),
        ..unpolled()
    };
    for mode in [Mode::Away, Mode::Stalled] {
        let proxy = Proxy::start(&database).await;
        // Without its own question whether a connection lives, which would wait on the dead ones.
        let pool = PgPoolOptions::new()
            .max_connections(4)
            .test_before_acquire(false)
            .after_connect(|conn, _| Box::pin(async move { conn.execute(ENGINE).await.map(|_| ()) }))
            .connect_with(proxy.options())
            .await
            .unwrap();
        let far = Engine::start(pool, quick.clone());
        let near = engine_with(&database, quick.clone()).await;
        met(&[far.clone(), near.clone()]).await;
        let stream = stream(&database).await;
        let mut follower = far.follow(stream, Offset::ZERO);
        append(&near, stream, "before").await;
        collect(&mut follower, 1).await;
        proxy.set(mode);
        until("the silence", async || near.nodes().others() == 0).await;
        append(&near, stream, "meanwhile").await;
        proxy.set(Mode::Pass);
        assert_eq!(collect(&mut follower, 1).await[0].json(), r#""meanwhile""#, "{mode:?}");
        met(&[far.clone(), near.clone()]).await;
        append(&near, stream, "after").await;
        assert_eq!(collect(&mut follower, 1).await[0].json(), r#""after""#, "{mode:?}");
        tokio::join!(far.shutdown(), near.shutdown());
    }
}

/// What could not be told is found once it can be, by those who could hear all the while.
#[sqlx::test(migrations = "../migrations")]
async fn what_was_said_in_vain_is_found(database: PgPool) {
    let line = Arc::new(TestExchange::new());
    let options = || Options {
        exchange: Some(Arc::clone(&line) as Arc<dyn Exchange>),
        // Nobody is missed meanwhile.
        hello_interval: Duration::from_secs(3_600),
        ..unpolled()
    };
    let engines = [engine_with(&database, options()).await, engine_with(&database, options()).await];
    met(&engines).await;
    let stream = stream(&database).await;
    let mut follower = engines[1].follow(stream, Offset::ZERO);
    append(&engines[0], stream, "before").await;
    collect(&mut follower, 1).await;
    line.set_down(true);
    append(&engines[0], stream, "meanwhile").await;
    until("it is said in vain", async || line.lost() > 0).await;
    line.set_down(false);
    assert_eq!(collect(&mut follower, 1).await[0].json(), r#""meanwhile""#);
}

/// A node alone has a connection that listens, and none that tells but to say that it is there.
#[sqlx::test(migrations = "../migrations")]
async fn a_node_alone_tells_nothing(database: PgPool) {
    let mut listener = PgListener::connect_with(&database).await.unwrap();
    listener.listen("throughline_nodes").await.unwrap();
    // It says that it is there once, as far as this test goes.
    let once = Options { hello_interval: Duration::from_secs(3_600), ..unpolled() };
    let engine = engine_with(&database, once).await;
    let hello = soon("a hello", listener.recv()).await.unwrap();
    let stream = stream(&database).await;
    for number in 0..20 {
        append(&engine, stream, &number.to_string()).await;
    }
    engine.wake(&[stream]);
    // Another node's hello, which is answered: whatever was told before would come first.
    let node = Uuid::now_v7();
    let greeting = format!("c{}", node.simple());
    sqlx::query("SELECT pg_notify('throughline_nodes', $1)")
        .bind(&greeting)
        .execute(&database)
        .await
        .unwrap();
    assert_eq!(soon("the greeting", listener.recv()).await.unwrap().payload(), greeting);
    // What it did while it did not know of the other is not told one by one.
    for letter in ["a", "h"] {
        let answer = soon("the answer", listener.recv()).await.unwrap();
        assert_eq!(answer.payload(), format!("{letter}{}", &hello.payload()[1..]));
    }
    append(&engine, stream, "told").await;
    let told = soon("the stream", listener.recv()).await.unwrap();
    assert_eq!(told.payload(), format!("m{}{}", &hello.payload()[1..], stream.0.simple()));
}
