//! Subscriptions: whom an append wakes, once, and whose word counts.

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
    Append, Clock, Delivery, Engine, Expiry, Link, NewNamedStream, NewSubscription, Offset, Options, Report,
    StreamId, SubscriptionError, Tenant, Wake, Wakes, WorkerNext, append_in,
};
use sqlx::PgPool;
use uuid::Uuid;

fn tenant() -> Tenant {
    Tenant { workspace: Uuid::now_v7(), client: Some(Uuid::now_v7()) }
}

async fn stream(engine: &Engine, tenant: Tenant, name: &str) -> StreamId {
    let new = NewNamedStream {
        tenant,
        name: name.into(),
        content_type: Some("application/json".into()),
        expiry: Expiry::Never,
        closed: false,
        fork: None,
        body: Default::default(),
    };
    engine.create(new).await.unwrap().head.id
}

async fn add(engine: &Engine, stream: StreamId) {
    engine.append(stream, Append::new(vec!["1".into()])).await.unwrap();
}

fn subscription(tenant: Tenant, wakes: Wakes, pattern: &str) -> NewSubscription {
    NewSubscription {
        tenant,
        name: "s".into(),
        wakes,
        pattern: Some(pattern.into()),
        streams: Vec::new(),
        lease: Duration::from_secs(30),
        description: None,
        config: pattern.into(),
        secret: vec![7; 32],
    }
}

fn by_stream(tenant: Tenant, pattern: &str) -> NewSubscription {
    subscription(tenant, Wakes::Stream("wakes".into()), pattern)
}

fn by_webhook(tenant: Tenant, pattern: &str) -> NewSubscription {
    subscription(tenant, Wakes::Webhook("https://a.example".into()), pattern)
}

fn report(wake: &Wake, acks: &[(&str, u64)], then: WorkerNext) -> Report {
    Report {
        token: wake.generation,
        generation: Some(wake.generation),
        wake: Some(wake.id.clone()),
        acks: acks.iter().map(|(path, to)| ((*path).to_owned(), Offset::from_value(*to))).collect(),
        then,
    }
}

fn link(path: &str, acked: u64, tail: u64) -> Link {
    Link {
        path: path.into(),
        explicit: false,
        acked: Offset::from_value(acked),
        tail: Offset::from_value(tail),
    }
}

/// The next wake of a webhook.
async fn due(engine: &Engine) -> Delivery {
    soon("a webhook to be due", async {
        loop {
            if let Some(delivery) = engine.take_due(Duration::from_secs(60)).await.unwrap().pop() {
                return delivery;
            }
            engine.webhooks_due(Duration::from_millis(10)).await;
        }
    })
    .await
}

/// A clock that is moved by hand.
#[derive(Clone, Default)]
struct ManualClock(Arc<AtomicI64>);

impl ManualClock {
    fn pass(&self, seconds: i64) {
        self.0.fetch_add(seconds, Ordering::SeqCst);
    }

    fn options(&self, poll_interval: Duration) -> Options {
        let passed = self.0.clone();
        let clock = Clock::new(move || now() + TimeDelta::seconds(passed.load(Ordering::SeqCst)));
        Options { clock, poll_interval, ..Options::default() }
    }
}

/// Streams of that name belong to many; only its own tenant's wake it, from now on and each once.
#[sqlx::test(migrations = "../migrations")]
async fn only_its_own_tenants_streams_wake_it(database: PgPool) {
    let (engine, own) = (engine(&database).await, tenant());
    let others = [Tenant { client: None, ..own }, Tenant { client: Some(Uuid::now_v7()), ..own }, tenant()];
    let before = stream(&engine, own, "events/before").await;
    add(&engine, before).await;
    let wakes = stream(&engine, own, "wakes").await;
    let (made, fresh) = engine.subscribe(by_stream(own, "**")).await.unwrap();
    assert!(fresh);
    // What was there is not told again, and its own wakes would wake it for ever.
    assert_eq!(made.links, [link("events/before", 1, 1)]);
    for other in others {
        let theirs = stream(&engine, other, "events/a").await;
        add(&engine, theirs).await;
        assert!(matches!(engine.subscription(other, "s").await, Err(SubscriptionError::NotFound)));
        assert!(matches!(engine.claim(other, "s", "w").await, Err(SubscriptionError::NotFound)));
    }
    assert!(matches!(engine.claim(own, "s", "w").await, Err(SubscriptionError::Idle)));

    let mut follower = engine.follow(wakes, Offset::ZERO);
    let ours = stream(&engine, own, "events/a").await;
    add(&engine, ours).await;
    add(&engine, ours).await;
    let told = support::collect(&mut follower, 1).await.remove(0);
    let told: serde_json::Value = serde_json::from_str(told.json()).unwrap();
    assert_eq!((&told["type"], &told["subscription_id"]), (&"wake".into(), &"s".into()));
    assert_eq!((&told["stream"], &told["generation"]), (&"events/a".into(), &1.into()));
    let wake = engine.claim(own, "s", "w").await.unwrap();
    assert_eq!(wake.links, [link("events/a", 0, 2), link("events/before", 1, 1)]);
    let next =
        engine.report(own, "s", true, &report(&wake, &[("events/a", 2)], WorkerNext::Ends)).await.unwrap();
    assert!(!next);
    assert_eq!(engine.read(wakes, Offset::ZERO, 9).await.unwrap().records.len(), 1);
    assert!(matches!(engine.claim(own, "s", "w").await, Err(SubscriptionError::Idle)));
}

/// A worker that is silent for too long loses the wake; the next one gets it with a higher generation, and what the
/// first still says counts for nothing.
#[sqlx::test(migrations = "../migrations")]
async fn a_late_worker_is_fenced(database: PgPool) {
    let hand = ManualClock::default();
    let engine = engine_with(&database, hand.options(Duration::from_secs(3_600))).await;
    let own = tenant();
    engine.subscribe(by_stream(own, "a")).await.unwrap();
    add(&engine, stream(&engine, own, "a").await).await;
    soon("the wake", async {
        while engine.subscription(own, "s").await.unwrap().links.is_empty() {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    })
    .await;
    let first = engine.claim(own, "s", "first").await.unwrap();
    hand.pass(29);
    let busy = engine.claim(own, "s", "second").await;
    assert!(
        matches!(busy, Err(SubscriptionError::Claimed { holder, generation }) if holder == "first" && generation == first.generation)
    );
    // A sign of life, and the lease begins anew.
    engine.report(own, "s", true, &report(&first, &[], WorkerNext::Goes)).await.unwrap();
    hand.pass(29);
    assert!(matches!(engine.claim(own, "s", "second").await, Err(SubscriptionError::Claimed { .. })));
    hand.pass(2);
    let second = engine.claim(own, "s", "second").await.unwrap();
    assert_eq!(second.generation, first.generation + 1);
    for late in [report(&first, &[("a", 1)], WorkerNext::Ends), report(&first, &[], WorkerNext::Goes)] {
        assert!(matches!(engine.report(own, "s", true, &late).await, Err(SubscriptionError::Fenced)));
    }
    for forged in [
        Report { token: first.generation, ..report(&second, &[("a", 1)], WorkerNext::Ends) },
        Report { wake: Some(first.id.clone()), ..report(&second, &[("a", 1)], WorkerNext::Ends) },
        Report { generation: None, ..report(&second, &[("a", 1)], WorkerNext::Ends) },
    ] {
        assert!(matches!(engine.report(own, "s", true, &forged).await, Err(SubscriptionError::Fenced)));
    }
    assert_eq!(engine.subscription(own, "s").await.unwrap().links, [link("a", 0, 1)]);
    for (path, to) in [("b", 0), ("a", 2)] {
        let wrong = report(&second, &[("a", 1), (path, to)], WorkerNext::Ends);
        assert!(matches!(engine.report(own, "s", true, &wrong).await, Err(SubscriptionError::Offset(_))));
    }
    assert!(!engine.report(own, "s", true, &report(&second, &[("a", 1)], WorkerNext::Ends)).await.unwrap());
    assert!(matches!(
        engine.report(own, "s", true, &report(&second, &[], WorkerNext::Ends)).await,
        Err(SubscriptionError::Fenced)
    ));
}

/// What is given back, or whose lease runs out while nobody asks, is sent again.
#[sqlx::test(migrations = "../migrations")]
async fn unfinished_work_is_woken_again(database: PgPool) {
    let hand = ManualClock::default();
    let engine = engine_with(&database, hand.options(Duration::from_millis(20))).await;
    let own = tenant();
    let wakes = stream(&engine, own, "wakes").await;
    engine.subscribe(by_stream(own, "a")).await.unwrap();
    let mut follower = engine.follow(wakes, Offset::ZERO);
    add(&engine, stream(&engine, own, "a").await).await;
    support::collect(&mut follower, 1).await;
    let first = engine.claim(own, "s", "w").await.unwrap();
    assert!(engine.report(own, "s", true, &report(&first, &[], WorkerNext::Ends)).await.unwrap());
    support::collect(&mut follower, 1).await;
    engine.claim(own, "s", "w").await.unwrap();
    hand.pass(31);
    support::collect(&mut follower, 1).await;
    assert_eq!(engine.claim(own, "s", "w").await.unwrap().generation, 3);
}

#[sqlx::test(migrations = "../migrations")]
async fn a_webhook_is_sent_once_and_again_until_it_answers(database: PgPool) {
    let hand = ManualClock::default();
    let engine = engine_with(&database, hand.options(Duration::from_secs(3_600))).await;
    let own = tenant();
    engine.subscribe(by_webhook(own, "a")).await.unwrap();
    let a = stream(&engine, own, "a").await;
    add(&engine, a).await;
    let first = due(&engine).await;
    assert_eq!((first.url.as_str(), first.failures, first.wake.generation), ("https://a.example", 0, 1));
    assert!(engine.take_due(Duration::from_secs(60)).await.unwrap().is_empty(), "it was taken");
    engine.undelivered(&first, Duration::from_secs(5)).await.unwrap();
    assert!(engine.subscription(own, "s").await.unwrap().failing);
    hand.pass(4);
    assert!(engine.take_due(Duration::from_secs(60)).await.unwrap().is_empty(), "it pauses");
    hand.pass(1);
    // More has come meanwhile, and even more while it is on its way: that is not acknowledged with it.
    add(&engine, a).await;
    let again = due(&engine).await;
    assert_eq!((again.failures, &again.wake.id), (1, &first.wake.id));
    assert_eq!(again.wake.links, [link("a", 0, 2)]);
    add(&engine, a).await;
    engine.delivered(&again, true).await.unwrap();
    assert!(!engine.subscription(own, "s").await.unwrap().failing);
    let rest = due(&engine).await;
    assert_eq!((rest.wake.generation, rest.wake.links.clone()), (2, vec![link("a", 2, 3)]));
    // It has answered and works on, and goes silent.
    engine.delivered(&rest, false).await.unwrap();
    assert!(matches!(
        engine.report(own, "s", true, &report(&rest.wake, &[], WorkerNext::Goes)).await,
        Err(SubscriptionError::WrongKind)
    ));
    engine.report(own, "s", false, &report(&rest.wake, &[("a", 3)], WorkerNext::Goes)).await.unwrap();
    assert!(engine.delivered(&first, true).await.is_ok(), "an answer that comes too late changes nothing");
    assert!(!engine.report(own, "s", false, &report(&rest.wake, &[], WorkerNext::Ends)).await.unwrap());
}

/// A node that knows nothing of the subscription appends, by both ways; another node finds it, and wakes once.
#[sqlx::test(migrations = "../migrations")]
async fn appends_of_other_nodes_wake_too(database: PgPool) {
    let quick = || Options { poll_interval: Duration::from_millis(20), ..Options::default() };
    let (here, there) = (engine_with(&database, quick()).await, engine_with(&database, unpolled()).await);
    let third = engine_with(&database, quick()).await;
    let own = tenant();
    here.subscribe(by_webhook(own, "new/*")).await.unwrap();
    let a = stream(&there, own, "new/a").await;
    add(&there, a).await;
    let first = due(&here).await;
    assert_eq!(first.wake.links, [link("new/a", 0, 1)]);
    here.delivered(&first, true).await.unwrap();
    let mut tx = database.begin().await.unwrap();
    append_in(&mut tx, a, &["2".into()], now()).await.unwrap();
    tx.commit().await.unwrap();
    let second = due(&third).await;
    assert_eq!((second.wake.generation, second.wake.links.clone()), (2, vec![link("new/a", 1, 2)]));
    third.delivered(&second, true).await.unwrap();
    assert!(here.take_due(Duration::ZERO).await.unwrap().is_empty());
}

/// A node that polls once an hour wakes for what another appends: it was told.
#[sqlx::test(migrations = "../migrations")]
async fn what_other_nodes_tell_wakes_at_once(database: PgPool) {
    let (here, there, own) = (engine(&database).await, engine(&database).await, tenant());
    stream(&here, own, "wakes").await;
    let moved = stream(&here, own, "a").await;
    let mut wakes = here.follow(here.find(own, "wakes").await.unwrap().id, Offset::ZERO);
    here.subscribe(by_stream(own, "a")).await.unwrap();
    until("the nodes to meet", async || there.nodes().others() == 1).await;
    add(&there, moved).await;
    let wake = soon("the wake", wakes.next()).await.unwrap().unwrap();
    assert!(wake.records[0].json().contains(r#""subscription_id":"s""#), "{}", wake.records[0].json());
}

#[sqlx::test(migrations = "../migrations")]
async fn a_stream_that_comes_again_is_followed_from_its_beginning(database: PgPool) {
    let (engine, own) = (engine(&database).await, tenant());
    let new = NewSubscription { streams: vec!["b".into()], ..by_stream(own, "a") };
    engine.subscribe(new).await.unwrap();
    let old = [stream(&engine, own, "a").await, stream(&engine, own, "b").await];
    for stream in old {
        add(&engine, stream).await;
        add(&engine, stream).await;
    }
    until("both to be linked", async || engine.subscription(own, "s").await.unwrap().links.len() == 2).await;
    let wake = engine.claim(own, "s", "w").await.unwrap();
    engine.report(own, "s", true, &report(&wake, &[("a", 2), ("b", 2)], WorkerNext::Ends)).await.unwrap();
    for stream in old {
        engine.delete(stream).await.unwrap();
    }
    let explicit = |link: Link| Link { explicit: true, ..link };
    assert_eq!(engine.subscription(own, "s").await.unwrap().links, [explicit(link("b", 0, 0))]);
    for name in ["a", "b"] {
        let again = stream(&engine, own, name).await;
        add(&engine, again).await;
    }
    until("both to be linked", async || engine.subscription(own, "s").await.unwrap().links.len() == 2).await;
    let wake = engine.claim(own, "s", "w").await.unwrap();
    assert_eq!(wake.links, [link("a", 0, 1), explicit(link("b", 0, 1))]);
    // What was asked for and matches stays when it is no longer asked for.
    engine.link(own, "s", &["a".into()]).await.unwrap();
    for path in ["a", "b", "c"] {
        engine.unlink(own, "s", path).await.unwrap();
    }
    assert_eq!(engine.subscription(own, "s").await.unwrap().links, [link("a", 0, 1)]);
    engine.unsubscribe(own, "s").await.unwrap();
    assert!(matches!(
        engine.report(own, "s", true, &report(&wake, &[("a", 1)], WorkerNext::Ends)).await,
        Err(SubscriptionError::NotFound)
    ));
}

/// Every node and every start signs with the same key.
#[sqlx::test(migrations = "../migrations")]
async fn the_first_key_is_kept(database: PgPool) {
    let (one, other) = (engine(&database).await, engine(&database).await);
    assert_eq!(one.signing_key(b"first").await.unwrap(), b"first");
    assert_eq!(other.signing_key(b"second").await.unwrap(), b"first");
}
