//! What is old is folded, then dropped, and reads the same.

use std::sync::Arc;

use chrono::TimeDelta;
use sessions::{Error as Refused, Offset, StreamId};
use sqlx::PgPool;
use tokio::task::JoinSet;
use uuid::Uuid;

use super::world::{LEASE, World};
use crate::testing::TestClient;
use crate::{
    deliverables::{self, Content},
    requests::{Detail, commands},
    reviews,
    runs::{self, ClaimedRun},
    session::{self, Body, Part, Reading, commands::retain},
};

const KEEP: TimeDelta = TimeDelta::days(30);

impl World {
    async fn read(&self, stream: Uuid) -> Reading {
        session::queries::read(&self.db, &self.operator, stream).await.unwrap()
    }

    /// The first offset that can be read, and the end.
    async fn bounds(&self, stream: Uuid) -> (u64, u64) {
        let head = self.db.engine().head(StreamId(stream)).await.unwrap();
        (head.earliest.value(), head.next.value())
    }

    async fn rows(&self, stream: Uuid) -> u64 {
        let rows: i64 = sqlx::query_scalar("SELECT count(*) FROM stream_event WHERE stream_id = $1")
            .bind(stream)
            .fetch_one(&self.pool)
            .await
            .unwrap();
        rows.cast_unsigned()
    }

    /// A request that was worked on in many words, up to its review.
    async fn worked(&self, house: &TestClient, title: &str, words: usize) -> Detail {
        let asked = self.ask(house, title).await;
        let claimed = self.claim().await;
        self.write(&claimed, words).await;
        let text = Content::Body("# Lease".into());
        deliverables::commands::put(&self.db, &claimed, "Lease", text).await.unwrap();
        deliverables::commands::submit_for_review(&self.db, &claimed).await.unwrap();
        self.request(house.id, asked.card.number).await
    }

    async fn write(&self, claimed: &ClaimedRun, words: usize) {
        let delta = |n: usize| Part::TextDelta { id: "1".into(), delta: format!("word {n} ") };
        runs::commands::append_events(&self.db, claimed, (0..words).map(delta).collect()).await.unwrap();
        runs::commands::append_events(&self.db, claimed, vec![Part::TextEnd { id: "1".into() }])
            .await
            .unwrap();
    }
}

#[sqlx::test(migrations = "../migrations")]
async fn an_old_session_reads_the_same_without_its_events(pool: PgPool) {
    let world = World::new(pool).await;
    let house = world.client("Harbor & Pine Law", 2).await;
    let stream = world.worked(&house, "Draft a lease", 3_000).await.session_stream;
    let (whole, rows) = (world.read(stream).await, world.rows(stream).await);

    world.wait(TimeDelta::days(29));
    assert_eq!(retain(&world.db, KEEP).await.unwrap(), 0);
    assert_eq!((world.bounds(stream).await.0, world.rows(stream).await), (0, rows));

    world.wait(TimeDelta::days(2));
    assert_eq!(retain(&world.db, KEEP).await.unwrap(), 1);
    assert_eq!(world.bounds(stream).await, (whole.next, whole.next));
    assert_eq!(world.rows(stream).await, 0);
    assert_eq!(world.read(stream).await, whole);
    let gone = world.db.engine().read(StreamId(stream), Offset::ZERO, 10).await.unwrap_err();
    assert!(matches!(gone, Refused::Gone { earliest } if earliest.value() == whole.next), "{gone:?}");
    // There is nothing to do any more.
    assert_eq!(retain(&world.db, KEEP).await.unwrap(), 0);

    // It goes on, and what came later is kept for its own time.
    commands::comment(&world.db, &house.owner, world.request(house.id, 1).await.card.id, "Thanks.", &[])
        .await
        .unwrap();
    let later = world.read(stream).await;
    assert_eq!(later.next, whole.next + 1);
    assert_eq!(later.conversation.entries.len(), whole.conversation.entries.len() + 1);
    assert_eq!(retain(&world.db, KEEP).await.unwrap(), 0);
    world.wait(TimeDelta::days(31));
    assert_eq!(retain(&world.db, KEEP).await.unwrap(), 1);
    assert_eq!(world.read(stream).await, later);
}

#[sqlx::test(migrations = "../migrations")]
async fn what_is_at_work_and_what_is_young_stay(pool: PgPool) {
    let world = World::new(pool).await;
    let house = world.client("Harbor & Pine Law", 1).await;
    let request = world.worked(&house, "Draft a lease", 5).await;
    let stream = request.session_stream;
    let quiet = world.read(stream).await.next;
    world.wait(TimeDelta::days(31));
    reviews::commands::ask_for_change(&world.db, &house.owner, request.card.id, "Shorter.").await.unwrap();
    let claimed = world.claim().await;
    world.write(&claimed, 5).await;
    // A run is open: nothing is touched, however old the beginning.
    assert_eq!(retain(&world.db, KEEP).await.unwrap(), 0);
    let text = Content::Body("# Lease\n\nShorter.".into());
    deliverables::commands::put(&world.db, &claimed, "Lease", text).await.unwrap();
    deliverables::commands::submit_for_review(&world.db, &claimed).await.unwrap();
    let whole = world.read(stream).await;
    // It has ended, and is young: only what came before goes.
    assert_eq!(retain(&world.db, KEEP).await.unwrap(), 1);
    assert_eq!(world.bounds(stream).await, (quiet, whole.next));
    assert_eq!(world.read(stream).await, whole);
}

#[sqlx::test(migrations = "../migrations")]
async fn it_is_cut_between_two_runs_and_not_within_one(pool: PgPool) {
    let world = World::new(pool).await;
    let house = world.client("Harbor & Pine Law", 1).await;
    let request = world.worked(&house, "Draft a lease", 5).await;
    let quiet = world.read(request.session_stream).await.next;
    reviews::commands::ask_for_change(&world.db, &house.owner, request.card.id, "Shorter.").await.unwrap();
    let claimed = world.claim().await;
    world.write(&claimed, 5).await;
    // The second run goes on for so long that its beginning is old when it ends.
    world.wait(TimeDelta::days(40));
    sqlx::query("UPDATE run SET lease_until = $2 WHERE id = $1")
        .bind(claimed.run.0)
        .bind(world.db.now() + TimeDelta::hours(1))
        .execute(&world.pool)
        .await
        .unwrap();
    runs::commands::heartbeat(&world.db, &claimed, LEASE).await.unwrap();
    deliverables::commands::put(&world.db, &claimed, "Lease", Content::Body("# Lease".into())).await.unwrap();
    deliverables::commands::submit_for_review(&world.db, &claimed).await.unwrap();
    let whole = world.read(request.session_stream).await;
    assert_eq!(retain(&world.db, KEEP).await.unwrap(), 1);
    let (earliest, _) = world.bounds(request.session_stream).await;
    assert!(earliest >= quiet && earliest < whole.next, "{quiet} {earliest} {}", whole.next);
    let stood = session::queries::snapshot(&world.db, &world.operator, request.session_stream)
        .await
        .unwrap()
        .unwrap();
    assert!(stood.conversation.run.unwrap().state.has_ended());
    let writing = |body: &Body| matches!(body, Body::Words { writing: true, .. });
    assert!(!stood.conversation.entries.iter().any(|entry| writing(&entry.body)));
    assert_eq!(world.read(request.session_stream).await, whole);
}

#[sqlx::test(migrations = "../migrations")]
async fn several_servers_do_it_at_once_while_it_is_read(pool: PgPool) {
    let world = Arc::new(World::new(pool).await);
    let house = world.client("Harbor & Pine Law", 20).await;
    let mut before = Vec::new();
    for n in 0..8 {
        let request = world.worked(&house, &format!("Request {n}"), 40).await;
        before.push((request.session_stream, world.read(request.session_stream).await));
    }
    world.wait(TimeDelta::days(31));
    let mut tasks = JoinSet::new();
    for _ in 0..3 {
        let world = Arc::clone(&world);
        tasks.spawn(async move { _ = retain(&world.db, KEEP).await.unwrap() });
    }
    for (stream, whole) in before.clone() {
        let world = Arc::clone(&world);
        tasks.spawn(async move {
            for _ in 0..20 {
                assert_eq!(world.read(stream).await, whole);
            }
        });
    }
    tasks.join_all().await;
    retain(&world.db, KEEP).await.unwrap();
    for (stream, whole) in before {
        assert_eq!(world.rows(stream).await, 0);
        assert_eq!(world.read(stream).await, whole);
    }
}

#[sqlx::test(migrations = "../migrations")]
async fn a_fold_is_its_clients_alone_and_backstage_has_none(pool: PgPool) {
    let world = World::new(pool).await;
    let (house, other) = (world.client("Harbor & Pine Law", 1).await, world.client("Cedar", 1).await);
    let request = world.worked(&house, "Draft a lease", 5).await;
    let (stream, backstage) = (request.session_stream, request.backstage_stream.unwrap());
    commands::note(&world.db, &world.operator.within(house.id), request.card.id, "Careful.").await.unwrap();
    world.wait(TimeDelta::days(365));
    assert_eq!(retain(&world.db, KEEP).await.unwrap(), 1);
    for scope in [&house.owner, &house.member, &house.billing, &world.operator] {
        assert!(session::queries::snapshot(&world.db, scope, stream).await.unwrap().is_some(), "{scope:?}");
        assert!(session::queries::find(&world.db, scope, stream).await.is_ok());
        assert!(session::queries::find(&world.db, scope, backstage).await.is_err(), "it is no session");
    }
    let theirs = world.beside().await;
    for scope in [&other.owner, &theirs.operator] {
        assert!(session::queries::snapshot(&world.db, scope, stream).await.unwrap().is_none(), "{scope:?}");
        assert!(session::queries::find(&world.db, scope, stream).await.is_err());
    }
    assert_eq!(world.bounds(backstage).await.0, 0, "what was done backstage stays");
    assert_eq!(world.count("SELECT count(*) FROM session_fold").await, 1);
}
