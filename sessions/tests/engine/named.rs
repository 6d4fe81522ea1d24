//! Streams by their names: whose they are, what they hold, and when they end.

use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use crate::support::{self, engine, engine_with, now, soon, unpolled, until};
use chrono::TimeDelta;
use sessions::{
    Append, Clock, CreateOutcome, Data, Engine, Error, Expiry, NewNamedStream, Offset, Options, Producer,
    Tenant,
};
use sqlx::{PgPool, Row};
use uuid::Uuid;

fn tenant() -> Tenant {
    Tenant { workspace: Uuid::now_v7(), client: Some(Uuid::now_v7()) }
}

fn named(tenant: Tenant, name: &str, content_type: &str, body: &'static str) -> NewNamedStream {
    NewNamedStream {
        tenant,
        name: name.into(),
        content_type: Some(content_type.into()),
        expiry: Expiry::Never,
        closed: false,
        fork: None,
        body: body.into(),
    }
}

fn text(tenant: Tenant, name: &str, body: &'static str) -> NewNamedStream {
    named(tenant, name, "text/plain", body)
}

fn bytes(text: &'static str) -> Append {
    Append::of(vec![Data::bytes(text)])
}

async fn contents(engine: &Engine, created: &CreateOutcome) -> String {
    let page = engine.read(created.head.id, Offset::ZERO, 1_000).await.unwrap();
    assert!(page.up_to_date);
    page.records.iter().map(|record| str::from_utf8(record.data.as_bytes()).unwrap()).collect()
}

/// A clock that is moved by hand.
#[derive(Clone, Default)]
struct ManualClock(Arc<AtomicI64>);

impl ManualClock {
    fn pass(&self, milliseconds: i64) {
        self.0.fetch_add(milliseconds, Ordering::SeqCst);
    }

    fn clock(&self) -> Clock {
        let passed = self.0.clone();
        Clock::new(move || now() + TimeDelta::milliseconds(passed.load(Ordering::SeqCst)))
    }
}

#[sqlx::test(migrations = "../migrations")]
async fn a_name_belongs_to_its_tenant(database: PgPool) {
    let engine = engine(&database).await;
    let one = tenant();
    let tenants =
        [one, Tenant { client: Some(Uuid::now_v7()), ..one }, Tenant { client: None, ..one }, tenant()];
    let mut ids = Vec::new();
    for tenant in tenants {
        assert!(matches!(engine.find(tenant, "log").await, Err(Error::NotFound)));
        let created = engine.create(text(tenant, "log", "x")).await.unwrap();
        assert!(created.fresh && !ids.contains(&created.head.id));
        assert_eq!(created.head.tenant, tenant);
        ids.push(created.head.id);
    }
    // From memory and from the database.
    let other = engine_with(&database, unpolled()).await;
    for (tenant, id) in tenants.into_iter().zip(&ids) {
        assert_eq!(engine.find(tenant, "log").await.unwrap().id, *id);
        assert_eq!(other.find(tenant, "log").await.unwrap().id, *id);
    }
    // One tenant's stream is no source for another's fork.
    let fork = sessions::ForkPoint { source: "only".into(), offset: None, part: 0 };
    engine.create(text(one, "only", "x")).await.unwrap();
    let new = NewNamedStream { fork: Some(fork), content_type: None, ..text(tenants[1], "fork", "") };
    assert!(matches!(engine.create(new).await, Err(Error::NotFound)));
}

#[sqlx::test(migrations = "../migrations")]
async fn the_same_creation_confirms_and_another_is_refused(database: PgPool) {
    let engine = engine(&database).await;
    let tenant = tenant();
    let new =
        NewNamedStream { expiry: Expiry::At(now() + TimeDelta::days(365_000)), ..text(tenant, "a", "x") };
    let first = engine.create(new.clone()).await.unwrap();
    let again = engine
        .create(NewNamedStream { content_type: Some("Text/Plain; a=b".into()), ..new.clone() })
        .await
        .unwrap();
    assert_eq!((first.fresh, again.fresh, again.head.id), (true, false, first.head.id));
    for other in [
        NewNamedStream { content_type: None, ..new.clone() },
        NewNamedStream { expiry: Expiry::Never, ..new.clone() },
        NewNamedStream { expiry: Expiry::Idle(1), ..new.clone() },
        NewNamedStream { closed: true, ..new.clone() },
        NewNamedStream {
            fork: Some(sessions::ForkPoint { source: "b".into(), offset: None, part: 0 }),
            ..new.clone()
        },
    ] {
        assert!(matches!(engine.create(other.clone()).await, Err(Error::Conflict)), "{other:?}");
    }
    for bad in ["", "a\nb", "\0", &"x".repeat(1_025)] {
        assert!(matches!(engine.create(text(tenant, bad, "")).await, Err(Error::Invalid(_))), "{bad:?}");
    }
    let json = named(tenant, "json", "application/json", "{");
    assert!(matches!(engine.create(json).await, Err(Error::Invalid(_))));
    assert!(matches!(engine.find(tenant, "json").await, Err(Error::NotFound)));
}

/// Many at once: one makes it, all get the same.
#[sqlx::test(migrations = "../migrations")]
async fn a_race_for_a_name_makes_one_stream(database: PgPool) {
    let (engine, tenant) = (engine(&database).await, tenant());
    let racing = (0..16).map(|_| engine.create(text(tenant, "a", "x")));
    let created: Vec<_> = futures::future::join_all(racing).await.into_iter().map(Result::unwrap).collect();
    assert_eq!(created.iter().filter(|created| created.fresh).count(), 1);
    assert!(created.iter().all(|other| other.head.id == created[0].head.id));
    assert_eq!(contents(&engine, &created[0]).await, "x");
}

#[sqlx::test(migrations = "../migrations")]
async fn bytes_and_texts_come_back_as_they_were(database: PgPool) {
    let (engine, tenant) = (engine(&database).await, tenant());
    let raw = engine.create(named(tenant, "raw", "application/octet-stream", "")).await.unwrap().head.id;
    let all: Vec<u8> = (0..=255).collect();
    let mut follower = engine.follow(raw, Offset::ZERO);
    engine.append(raw, Append::of(vec![Data::bytes(all.clone()), Data::bytes("")])).await.unwrap();
    let read = engine.read(raw, Offset::ZERO, 9).await.unwrap().records;
    let followed = support::collect(&mut follower, 2).await;
    for records in [read, followed] {
        assert_eq!(records[0].data.as_bytes(), all);
        assert!(records[1].data.is_empty() && records[1].data.as_json().is_none());
    }
    let json = engine
        .create(named(tenant, "json", "application/json; charset=utf-8", "[{\"b\":1, \"a\":2}, []]"))
        .await;
    let records = engine.read(json.unwrap().head.id, Offset::ZERO, 9).await.unwrap().records;
    assert_eq!(records.iter().map(sessions::Record::json).collect::<Vec<_>>(), ["{\"b\":1, \"a\":2}", "[]"]);
}

/// What an append and its close are: one thing, for followers and for whoever sends it again after a restart.
#[sqlx::test(migrations = "../migrations")]
async fn a_closing_append_is_one_with_its_close(database: PgPool) {
    let first = engine(&database).await;
    let stream = first.create(text(tenant(), "a", "x")).await.unwrap().head.id;
    let mut follower = first.follow(stream, Offset::ZERO);
    support::collect(&mut follower, 1).await;
    let producer = Producer { id: "p".into(), epoch: 0, sequence: 0 };
    let last = || bytes("y").from_producer(Some(producer.clone())).in_order(Some("7".into())).closing(true);
    assert!(first.append(stream, last()).await.unwrap().closed);
    let batch = soon("the last batch", follower.next()).await.unwrap().unwrap();
    assert_eq!((batch.records.len(), batch.closed), (1, true));
    assert!(soon("the end", follower.next()).await.unwrap().is_none());
    first.shutdown().await;

    let second = engine(&database).await;
    let again = second.append(stream, last()).await.unwrap();
    assert_eq!((again.duplicate, again.closed, again.sequence), (true, true, Some(0)));
    assert!(
        matches!(second.append(stream, bytes("z")).await, Err(Error::Closed { next }) if next.value() == 2)
    );
    let page = second.read(stream, Offset::ZERO, 9).await.unwrap();
    assert_eq!((page.records.len(), page.closed), (2, true));
}

#[sqlx::test(migrations = "../migrations")]
async fn marks_have_to_rise_across_restarts(database: PgPool) {
    let (first, tenant) = (engine(&database).await, tenant());
    let stream = first.create(text(tenant, "a", "")).await.unwrap().head.id;
    first.append(stream, bytes("x").in_order(Some("b".into()))).await.unwrap();
    // Without a mark is in order always.
    first.append(stream, bytes("y")).await.unwrap();
    first.shutdown().await;
    let second = engine(&database).await;
    let refused = second.append(stream, bytes("z").in_order(Some("B".into()))).await;
    assert!(matches!(refused, Err(Error::OutOfOrder)));
    second.append(stream, bytes("z").in_order(Some("c".into()))).await.unwrap();
}

/// The clock stands still but for what a test lets pass.
#[sqlx::test(migrations = "../migrations")]
async fn a_stream_lapses_when_it_is_not_used(database: PgPool) {
    let hand = ManualClock::default();
    let engine = engine_with(&database, Options { clock: hand.clock(), ..unpolled() }).await;
    let tenant = tenant();
    let idle = |name| NewNamedStream { expiry: Expiry::Idle(10), ..text(tenant, name, "x") };
    let (read, written, looked_at) = (
        engine.create(idle("a")).await.unwrap(),
        engine.create(idle("b")).await.unwrap(),
        engine.create(idle("c")).await.unwrap(),
    );
    for _ in 0..3 {
        hand.pass(8_000);
        engine.read(read.head.id, Offset::ZERO, 1).await.unwrap();
        engine.append(written.head.id, bytes("y")).await.unwrap();
        if hand.0.load(Ordering::SeqCst) < 10_000 {
            engine.head(looked_at.head.id).await.unwrap();
        }
    }
    let gone = looked_at.head.id;
    assert!(matches!(engine.head(gone).await, Err(Error::NotFound)));
    assert!(matches!(engine.read(gone, Offset::ZERO, 1).await, Err(Error::NotFound)));
    assert!(matches!(engine.append(gone, bytes("y")).await, Err(Error::NotFound)));
    assert_eq!(contents(&engine, &written).await, "xyyy");
    let again = engine.create(named(tenant, "c", "application/json", "[1]")).await.unwrap();
    assert!(again.fresh && again.head.id != gone);
    hand.pass(12_000);
    for stream in [read.head.id, written.head.id] {
        assert!(matches!(engine.head(stream).await, Err(Error::NotFound)));
    }
}

#[sqlx::test(migrations = "../migrations")]
async fn a_fixed_end_comes_whatever_happens(database: PgPool) {
    let hand = ManualClock::default();
    let engine = engine_with(&database, Options { clock: hand.clock(), ..unpolled() }).await;
    let new =
        NewNamedStream { expiry: Expiry::At(now() + TimeDelta::seconds(10)), ..text(tenant(), "a", "x") };
    let stream = engine.create(new).await.unwrap().head.id;
    hand.pass(9_999);
    engine.append(stream, bytes("y")).await.unwrap();
    engine.read(stream, Offset::ZERO, 1).await.unwrap();
    hand.pass(1);
    assert!(matches!(engine.append(stream, bytes("y")).await, Err(Error::NotFound)));
    assert!(matches!(engine.read(stream, Offset::ZERO, 1).await, Err(Error::NotFound)));
}

/// Nothing of it is left, deleted or lapsed.
#[sqlx::test(migrations = "../migrations")]
async fn what_has_ended_is_dropped(database: PgPool) {
    let hand = ManualClock::default();
    let options = Options { clock: hand.clock(), sweep_interval: Duration::from_millis(20), ..unpolled() };
    let engine = engine_with(&database, options).await;
    let tenant = tenant();
    let lapsing = NewNamedStream { expiry: Expiry::Idle(1), ..text(tenant, "lapsing", "x") };
    engine.create(lapsing).await.unwrap();
    let deleted = engine.create(text(tenant, "deleted", "x")).await.unwrap().head.id;
    let kept = engine.create(text(tenant, "kept", "x")).await.unwrap();
    let producer = Producer { id: "p".into(), epoch: 0, sequence: 0 };
    engine.append(deleted, bytes("y").from_producer(Some(producer))).await.unwrap();
    hand.pass(2_000);
    engine.delete(deleted).await.unwrap();
    assert!(matches!(engine.delete(deleted).await, Err(Error::NotFound)));
    until("all of it to be dropped", async || {
        let left = "SELECT (SELECT count(*) FROM stream) + (SELECT count(*) FROM stream_event) + (SELECT count(*) FROM stream_producer)";
        sqlx::query_scalar::<_, i64>(left).fetch_one(&database).await.unwrap() == 2
    })
    .await;
    assert_eq!(contents(&engine, &kept).await, "x");
}

/// One node deletes the stream and gives its name to another; the other node, which knows the old one, finds out.
#[sqlx::test(migrations = "../migrations")]
async fn a_name_changes_hands_under_another_node(database: PgPool) {
    let (here, tenant) = (engine(&database).await, tenant());
    let quick = Options { poll_interval: Duration::from_millis(20), ..Options::default() };
    let there = engine_with(&database, quick).await;
    let old = here.create(text(tenant, "a", "old")).await.unwrap();
    let known = there.find(tenant, "a").await.unwrap();
    assert_eq!(known.id, old.head.id);
    let mut follower = there.follow(known.id, Offset::ZERO);
    support::collect(&mut follower, 1).await;

    here.delete(old.head.id).await.unwrap();
    let new = here.create(text(tenant, "a", "new")).await.unwrap();
    assert!(matches!(soon("the follower's end", follower.next()).await, Err(Error::NotFound)));
    assert_eq!(there.find(tenant, "a").await.unwrap().id, old.head.id, "it is remembered");
    assert!(matches!(there.append(known.id, bytes("!")).await, Err(Error::NotFound)));
    there.forget(tenant, "a");
    let found = there.find(tenant, "a").await.unwrap();
    assert_eq!(found.id, new.head.id);
    there.append(found.id, bytes("!")).await.unwrap();
    assert_eq!(contents(&here, &new).await, "new!");
}

/// However far a call has come when whoever made it goes away, its connection is free for the next one.
#[sqlx::test(migrations = "../migrations")]
async fn who_goes_away_leaves_no_transaction_behind(database: PgPool) {
    let one = support::pool(support::connect_options(&database), 1, support::ENGINE).await;
    let (engine, tenant) = (Engine::start(one.clone(), unpolled()), tenant());
    engine.create(text(tenant, "source", "abc")).await.unwrap();
    for looks in 1.. {
        let fork = sessions::ForkPoint { source: "source".into(), offset: None, part: 0 };
        let new = NewNamedStream { fork: Some(fork), ..text(tenant, &format!("fork-{looks}"), "") };
        let whole = support::given_up_after(looks, engine.create(new)).await;
        let free = sqlx::raw_sql("SELECT now() = statement_timestamp()").fetch_one(&one).await;
        assert!(free.unwrap().get::<bool, _>(0), "given up after {looks} looks, it left a transaction open");
        if whole.is_some() {
            break;
        }
    }
    engine.shutdown().await;
}
