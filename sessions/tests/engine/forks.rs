//! Forks: what they read, across sources and page borders, and how long a source is kept.

use crate::support::{self, Dice, engine, engine_with, soon, unpolled, until};
use sessions::{
    Append, Data, Engine, Error, Expiry, ForkPoint, NewNamedStream, Offset, Options, StreamId, Tenant,
};
use sqlx::PgPool;
use uuid::Uuid;

const JSON: &str = "application/json";
const TEXT: &str = "text/plain";

fn tenant() -> Tenant {
    Tenant { workspace: Uuid::now_v7(), client: None }
}

fn new(tenant: Tenant, name: &str, content_type: &str) -> NewNamedStream {
    NewNamedStream {
        tenant,
        name: name.into(),
        content_type: Some(content_type.into()),
        expiry: Expiry::Never,
        closed: false,
        fork: None,
        body: Default::default(),
    }
}

fn fork(tenant: Tenant, name: &str, source: &str, offset: Option<u64>, part: u64) -> NewNamedStream {
    let offset = offset.map(Offset::from_value);
    let point = ForkPoint { source: source.into(), offset, part };
    NewNamedStream { content_type: None, fork: Some(point), ..new(tenant, name, TEXT) }
}

async fn add(engine: &Engine, stream: StreamId, events: &[&'static str]) {
    let events = events.iter().map(|event| Data::bytes(*event)).collect();
    engine.append(stream, Append::of(events)).await.unwrap();
}

/// Everything from an offset on, read page by page.
async fn read(engine: &Engine, stream: StreamId, from: u64, limit: u32) -> Vec<String> {
    let (mut events, mut from) = (Vec::new(), Offset::from_value(from));
    loop {
        let page = engine.read(stream, from, limit).await.unwrap();
        assert_eq!(page.next.value(), from.value() + page.records.len() as u64);
        assert!(page.up_to_date || !page.records.is_empty(), "a page that leads nowhere");
        for (place, record) in page.records.iter().enumerate() {
            assert_eq!(record.offset.value(), from.value() + place as u64 + 1, "a hole or a repeat");
            events.push(String::from_utf8(record.data.as_bytes().to_vec()).unwrap());
        }
        if page.up_to_date {
            return events;
        }
        from = page.next;
    }
}

async fn follow(engine: &Engine, stream: StreamId, from: u64, count: usize) -> Vec<String> {
    let mut follower = engine.follow(stream, Offset::from_value(from));
    let records = support::collect(&mut follower, count).await;
    records.iter().map(|record| String::from_utf8(record.data.as_bytes().to_vec()).unwrap()).collect()
}

/// A tree of forks, grown by dice, against what each of them should hold: from every offset, with pages of every size.
#[sqlx::test(migrations = "../migrations")]
async fn forks_read_across_sources_and_page_borders(database: PgPool) {
    let tenant = tenant();
    let mut dice = Dice(7);
    let wide = engine(&database).await;
    let root = wide.create(new(tenant, "0", TEXT)).await.unwrap().head.id;
    let mut tree: Vec<(StreamId, Vec<String>)> = vec![(root, Vec::new())];
    for turn in 0..60 {
        let place = dice.roll(tree.len() as u64) as usize;
        if turn % 5 == 4 {
            let (name, model) = (place.to_string(), tree[place].1.clone());
            let at = dice.roll(model.len() as u64 + 1);
            let part =
                if at < model.len() as u64 { dice.roll(3).min(model[at as usize].len() as u64) } else { 0 };
            let made = fork(tenant, &tree.len().to_string(), &name, Some(at), part);
            let made = wide.create(made).await.unwrap().head;
            let mut inherited = model[..at as usize].to_vec();
            if part > 0 {
                inherited.push(model[at as usize][..part as usize].to_owned());
            }
            assert_eq!(made.next.value(), inherited.len() as u64);
            tree.push((made.id, inherited));
        } else {
            let events: Vec<String> = (0..=dice.roll(3)).map(|part| format!("{turn}.{part}")).collect();
            let data = events.iter().map(|event| Data::bytes(event.clone())).collect();
            wide.append(tree[place].0, Append::of(data)).await.unwrap();
            tree[place].1.extend(events);
        }
    }
    // Where pages are bounded by bytes too, and rings are small.
    let narrow = Options { page_bytes: 7, page_events: 3, ring_events: 2, ..unpolled() };
    let narrow = engine_with(&database, narrow).await;
    assert!(tree.len() > 10 && tree.iter().any(|(_, model)| model.len() > 12));
    for (stream, model) in &tree {
        for from in 0..=model.len() {
            let expected = &model[from..];
            for limit in [1, 2, 3, 1_000] {
                assert_eq!(read(&wide, *stream, from as u64, limit).await, expected);
            }
            assert_eq!(read(&narrow, *stream, from as u64, 1_000).await, expected);
            assert_eq!(follow(&narrow, *stream, from as u64, expected.len()).await, expected);
        }
    }
}

#[sqlx::test(migrations = "../migrations")]
async fn a_fork_and_its_source_go_their_own_ways(database: PgPool) {
    let (engine, tenant) = (engine(&database).await, tenant());
    let source = engine
        .create(NewNamedStream { body: "[1,2,3]".into(), ..new(tenant, "a", JSON) })
        .await
        .unwrap()
        .head;
    let json = |text: &str| Append::new(vec![text.to_owned()]);
    engine.append(source.id, json("4").closing(true)).await.unwrap();
    // Of JSON, so many events beyond the offset.
    let made = engine.create(fork(tenant, "b", "a", Some(1), 2)).await.unwrap().head;
    assert_eq!((made.next.value(), made.closed, made.content_type.as_str()), (3, false, JSON));
    let mut follower = engine.follow(made.id, made.next);
    engine.append(made.id, json("5")).await.unwrap();
    let batch = soon("the fork's event", follower.next()).await.unwrap().unwrap();
    assert_eq!(batch.records.iter().map(sessions::Record::json).collect::<Vec<_>>(), ["5"]);
    let texts = async |stream| read(&engine, stream, 0, 100).await;
    assert_eq!(texts(made.id).await, ["1", "2", "3", "5"]);
    assert_eq!(texts(source.id).await, ["1", "2", "3", "4"]);
    // The same again is the same, and anything else is not.
    let again = engine.create(fork(tenant, "b", "a", Some(1), 2)).await.unwrap();
    assert_eq!((again.fresh, again.head.id), (false, made.id));
    for other in [
        fork(tenant, "b", "a", Some(3), 0),
        fork(tenant, "b", "a", Some(1), 1),
        fork(tenant, "b", "c", Some(1), 2),
    ] {
        assert!(matches!(engine.create(other).await, Err(Error::Conflict)));
    }
    for nowhere in [
        fork(tenant, "c", "a", Some(5), 0),
        fork(tenant, "c", "a", Some(3), 2),
        fork(tenant, "c", "a", None, 1),
    ] {
        assert!(matches!(engine.create(nowhere).await, Err(Error::Invalid(_))));
    }
    assert!(matches!(engine.create(fork(tenant, "c", "x", None, 0)).await, Err(Error::NotFound)));
}

/// While a fork reads from it, a deleted source is kept; after the last one it goes, and what it was forked from too.
#[sqlx::test(migrations = "../migrations")]
async fn a_source_is_kept_for_its_forks(database: PgPool) {
    let (engine, tenant) = (engine(&database).await, tenant());
    let mut ids = Vec::new();
    for (name, source) in [("0", None), ("1", Some("0")), ("2", Some("1"))] {
        let wanted =
            source.map_or_else(|| new(tenant, name, TEXT), |source| fork(tenant, name, source, None, 0));
        let made = engine.create(wanted).await.unwrap().head.id;
        add(&engine, made, &["x"]).await;
        ids.push(made);
    }
    // Its events stay where they are.
    assert_eq!(engine.trim(ids[0], Offset::from_value(1)).await.unwrap(), Offset::ZERO);
    for id in &ids[..2] {
        engine.delete(*id).await.unwrap();
        assert!(matches!(engine.delete(*id).await, Err(Error::Deleted)));
        assert!(matches!(engine.head(*id).await, Err(Error::Deleted)));
        assert!(matches!(engine.read(*id, Offset::ZERO, 1).await, Err(Error::Deleted)));
        assert!(matches!(engine.append(*id, Append::of(vec![Data::bytes("y")])).await, Err(Error::Deleted)));
    }
    assert!(matches!(engine.create(new(tenant, "0", TEXT)).await, Err(Error::Conflict)));
    assert!(matches!(engine.create(fork(tenant, "3", "1", None, 0)).await, Err(Error::Conflict)));
    assert_eq!(read(&engine, ids[2], 0, 2).await, ["x", "x", "x"]);

    engine.delete(ids[2]).await.unwrap();
    for id in &ids {
        assert!(matches!(engine.head(*id).await, Err(Error::NotFound)));
    }
    assert!(engine.create(new(tenant, "0", TEXT)).await.unwrap().fresh);
    until("their events to be dropped", async || {
        sqlx::query_scalar::<_, i64>("SELECT count(*) FROM stream_event").fetch_one(&database).await.unwrap()
            == 0
    })
    .await;
}

/// However creations and deletions race, a fork that was made can be read, and nothing is kept for nobody.
#[sqlx::test(migrations = "../migrations")]
async fn a_fork_races_the_deletion_of_its_source(database: PgPool) {
    let (engine, tenant) = (engine(&database).await, tenant());
    for turn in 0..20 {
        let (source, name) = (format!("s{turn}"), format!("f{turn}"));
        let id = engine.create(new(tenant, &source, TEXT)).await.unwrap().head.id;
        add(&engine, id, &["x"]).await;
        let (made, deleted) =
            tokio::join!(engine.create(fork(tenant, &name, &source, None, 0)), engine.delete(id));
        deleted.unwrap();
        match made {
            Ok(made) => {
                assert_eq!(read(&engine, made.head.id, 0, 9).await, ["x"]);
                assert!(matches!(engine.head(id).await, Err(Error::Deleted)));
                engine.delete(made.head.id).await.unwrap();
            }
            Err(Error::NotFound) => {}
            Err(other) => panic!("{other:?}"),
        }
        assert!(matches!(engine.head(id).await, Err(Error::NotFound)));
    }
}
