use std::path::Path;

use chrono::{DateTime, TimeDelta, Utc};
use futures::future::join_all;
use sqlx::PgPool;

use super::{
    ArrivedFile, ClearedFiles, HEAD,
    commands::{clear, keep},
    quota::{self, Quota},
    sniff,
    store::{Incoming, Key, Store, inspect},
};
use crate::{
    Db, Error, Result, Scope,
    clients::{self, ClientDetails},
    ids::FileId,
    notes,
    requests::{NewRequest, Priority, commands},
    testing::Fixture,
};

fn store_in_folder() -> (tempfile::TempDir, Store) {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::folder(folder.path()).unwrap();
    (folder, store)
}

/// An upload.
async fn add(db: &Db, store: &Store, scope: &Scope, name: &str, bytes: &[u8]) -> Result<FileId> {
    let mut incoming = Incoming::begin(store).await.unwrap();
    incoming.write(bytes).await.unwrap();
    let kind = sniff(&bytes[..bytes.len().min(HEAD)], name);
    keep(db, store, scope, incoming, ArrivedFile { name: name.into(), kind, request: None }).await
}

fn refusal(done: Result<FileId>) -> String {
    match done {
        Err(Error::Fields(errors)) => errors.of("files").unwrap().to_owned(),
        other => panic!("it was not refused beside its field: {other:?}"),
    }
}

#[sqlx::test(migrations = "../migrations")]
async fn a_client_keeps_so_much_and_no_more(pool: PgPool) {
    let mut fixture = Fixture::new(&pool).await;
    let (_folder, store) = store_in_folder();
    let (hale, other) = (fixture.client("Hale").await, fixture.client("Pine").await);
    fixture.db = fixture.db.clone().with_quota(Some(Quota { whole: 1_000, unconfirmed: 300 }));
    let db = &fixture.db;
    add(db, &store, &hale.owner, "first.txt", &[b'a'; 600]).await.unwrap();
    assert_eq!(quota::room(db, &hale.owner).await.unwrap(), Some(400));
    let words = refusal(add(db, &store, &hale.member, "second.txt", &[b'b'; 401]).await);
    assert!(words.contains("no room left") && words.contains("1000 bytes"), "{words}");
    let kept = add(db, &store, &other.owner, "theirs.txt", &[b'c'; 600]).await;
    assert!(kept.is_ok(), "one client's files take nothing from another");

    // What is written counts, too, and is refused in words.
    notes::commands::write(db, &hale.owner, hale.id, "Rates.md", &"n".repeat(300), None).await.unwrap();
    let full = notes::commands::write(db, &hale.owner, hale.id, "More.md", &"n".repeat(101), None).await;
    assert!(matches!(&full, Err(Error::Refused(why)) if why.contains("no room left")), "{full:?}");
    assert_eq!(quota::room(db, &hale.owner).await.unwrap(), Some(100));

    let (store, owner) = (&store, &hale.owner);
    let at_once =
        (0..4_u8).map(|n| async move { add(db, store, owner, "raced.txt", &[b'0' + n; 60]).await.is_ok() });
    let done = join_all(at_once).await;
    assert_eq!(done.iter().filter(|done| **done).count(), 1, "room is found once");
}

#[sqlx::test(migrations = "../migrations")]
async fn an_operator_gives_one_client_more_room(pool: PgPool) {
    let mut fixture = Fixture::new(&pool).await;
    let (_folder, store) = store_in_folder();
    let (hale, other) = (fixture.client("Hale").await, fixture.client("Pine").await);
    fixture.db = fixture.db.clone().with_quota(Some(Quota { whole: 1_000, unconfirmed: 300 }));
    let give = async |gigabytes: &str| {
        let details =
            ClientDetails { name: "Hale".into(), room: gigabytes.into(), ..ClientDetails::default() };
        clients::commands::rename(&fixture.db, &fixture.operator, hale.id, details).await
    };
    assert!(add(&fixture.db, &store, &hale.owner, "large.txt", &[b'a'; 2_000]).await.is_err());
    give("0.001").await.unwrap();
    assert_eq!(
        clients::queries::get(&fixture.db, &fixture.operator, hale.id).await.unwrap().room,
        Some(1_073_742)
    );
    add(&fixture.db, &store, &hale.owner, "large.txt", &[b'a'; 2_000]).await.unwrap();
    assert_eq!(quota::room(&fixture.db, &hale.owner).await.unwrap(), Some(1_071_742));
    assert_eq!(
        quota::room(&fixture.db, &other.owner).await.unwrap(),
        Some(1_000),
        "the others have the usual"
    );
    let unlimited = fixture.db.clone().with_quota(None);
    assert_eq!(quota::room(&unlimited, &hale.owner).await.unwrap(), Some(1_071_742), "its own counts");
    assert_eq!(quota::room(&unlimited, &other.owner).await.unwrap(), None);
    assert!(matches!(give("plenty").await, Err(Error::Fields(errors)) if errors.of("room").is_some()));
    give("").await.unwrap();
    assert_eq!(quota::room(&fixture.db, &hale.owner).await.unwrap(), Some(0));
}

#[sqlx::test(migrations = "../migrations")]
async fn whoever_has_not_confirmed_their_address_keeps_little(pool: PgPool) {
    let mut fixture = Fixture::new(&pool).await;
    let (_folder, store) = store_in_folder();
    let hale = fixture.client("Hale").await;
    fixture.db = fixture.db.clone().with_quota(Some(Quota { whole: 1_000, unconfirmed: 300 }));
    let confirmed = async |yes: bool| {
        sqlx::query("UPDATE person SET confirmed = $2 WHERE id = $1")
            .bind(hale.owner.person().unwrap().0)
            .bind(yes)
            .execute(&pool)
            .await
            .unwrap();
    };
    confirmed(false).await;
    add(&fixture.db, &store, &hale.owner, "first.txt", &[b'a'; 300]).await.unwrap();
    let words = refusal(add(&fixture.db, &store, &hale.owner, "second.txt", b"b").await);
    assert!(words.contains("confirmed your email address"), "{words}");
    confirmed(true).await;
    add(&fixture.db, &store, &hale.owner, "second.txt", &[b'b'; 700]).await.unwrap();
    assert_eq!(Quota::of(10 << 30).unconfirmed, 50 << 20);
    assert_eq!(Quota::of(1 << 20).unconfirmed, 1 << 20);
}

/// As if the object had been written then.
fn written(path: &Path, at: DateTime<Utc>) {
    std::fs::File::options().write(true).open(path).unwrap().set_modified(at.into()).unwrap();
}

#[sqlx::test(migrations = "../migrations")]
async fn what_nothing_names_is_cleared_after_a_day_and_nothing_else(pool: PgPool) {
    let fixture = Fixture::new(&pool).await;
    let (folder, store) = store_in_folder();
    let hale = fixture.client("Hale").await;
    let db = &fixture.db;
    inspect(db, &store).await.unwrap();
    let unsent = add(db, &store, &hale.owner, "unsent.txt", b"never sent").await.unwrap();
    let sent = add(db, &store, &hale.owner, "sent.txt", b"sent").await.unwrap();
    let twice = add(db, &store, &hale.owner, "twice.txt", b"sent").await.unwrap();
    let new = NewRequest {
        title: "Fees".into(),
        brief: "Please.".into(),
        priority: Priority::Normal,
        queue: false,
        files: vec![sent],
        form_key: None,
    };
    commands::create(db, &hale.owner, new).await.unwrap();
    let key = |name: &str| Key::parse(&format!("{}/{name}", fixture.workspace)).unwrap();
    store.put(&key("orphan"), &b"of no row"[..]).await.unwrap();
    store.put(&key("fresh"), &b"its row is being written"[..]).await.unwrap();
    let elsewhere = Key::parse("of-another-install/orphan").unwrap();
    store.put(&elsewhere, &b"not ours to clear"[..]).await.unwrap();
    let ours = folder.path().join(fixture.workspace.to_string());
    std::fs::write(ours.join("broken#1"), "half").unwrap();
    let mut all: Vec<_> = std::fs::read_dir(&ours).unwrap().map(|entry| entry.unwrap().path()).collect();
    all.push(folder.path().join("of-another-install/orphan"));
    for path in &all {
        written(path, db.now());
    }
    assert_eq!(clear(db, &store).await.unwrap(), ClearedFiles::default(), "a day has not passed");
    fixture.wait(TimeDelta::hours(25));
    written(&ours.join("fresh"), db.now() - TimeDelta::hours(1));

    let (other, aside) = store_in_folder();
    aside.put(&key("orphan"), &b"of no row"[..]).await.unwrap();
    written(&other.path().join(key("orphan").as_str()), db.now() - TimeDelta::days(9));
    assert_eq!(
        clear(db, &aside).await.unwrap(),
        ClearedFiles { files: 2, contents: 0 },
        "another store is left alone"
    );
    assert_eq!(clear(db, &store).await.unwrap(), ClearedFiles { files: 0, contents: 2 });
    let names: Vec<String> = sqlx::query_scalar("SELECT name FROM file").fetch_all(&pool).await.unwrap();
    assert_eq!(names, ["sent.txt"], "{unsent} and {twice} belong to nothing");
    for (key, wanted) in
        [(key("orphan"), false), (key("fresh"), true), (elsewhere, true), (Key::install(), true)]
    {
        assert_eq!(store.exists(&key).await.unwrap(), wanted, "{key}");
    }
    assert!(!ours.join("broken#1").exists());
    let file = super::queries::get(db, &hale.owner, sent).await.unwrap();
    assert!(
        store.exists(&Key::of(fixture.workspace, &file).unwrap()).await.unwrap(),
        "its content is shared, and kept"
    );
}

#[tokio::test]
async fn below_the_floor_nothing_is_taken_in_and_what_is_there_is_read() {
    let (_folder, store) = store_in_folder();
    let key = Key::parse("somewhere/one").unwrap();
    store.put(&key, &b"here"[..]).await.unwrap();
    let full = store.with_floor(u64::MAX);
    assert!(matches!(Incoming::begin(&full).await, Err(super::store::Error::Full(_))));
    assert!(matches!(full.probe().await, Err(super::store::Error::Full(_))));
    assert_eq!(full.beginning(&key, 10).await.unwrap(), &b"here"[..]);
}
