use futures::{StreamExt, TryStreamExt, stream};
use sqlx::PgPool;

use super::{BadStoreLocation, Error, Incoming, Key, Store, StoreLocation, StoreState, inspect};
use crate::{
    files::{self, NewFile},
    ids::WorkspaceId,
    testing::Fixture,
};

fn folder() -> (tempfile::TempDir, Store) {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::folder(folder.path()).unwrap();
    (folder, store)
}

async fn read(store: &Store, key: &Key) -> super::Result<Vec<u8>> {
    let pieces: Vec<bytes::Bytes> = store.get(key).await?.pieces.try_collect().await?;
    Ok(pieces.concat())
}

#[tokio::test]
async fn what_was_put_is_read_listed_and_gone_when_deleted() {
    let (_folder, store) = folder();
    let key = Key::parse("somewhere/one").unwrap();
    assert!(matches!(store.get(&key).await, Err(Error::Missing(_))));
    store.put(&key, &b"first"[..]).await.unwrap();
    store.put(&key, &b"second"[..]).await.unwrap();
    assert_eq!(read(&store, &key).await.unwrap(), b"second");
    assert_eq!(store.beginning(&key, 3).await.unwrap(), &b"sec"[..]);
    assert_eq!(store.beginning(&key, 300).await.unwrap(), &b"second"[..]);
    let empty = Key::parse("elsewhere/empty").unwrap();
    store.put(&empty, &b""[..]).await.unwrap();
    assert_eq!(store.beginning(&empty, 300).await.unwrap(), &b""[..]);
    let mut all: Vec<(String, u64)> =
        store.list(None).map_ok(|entry| (entry.key.to_string(), entry.bytes)).try_collect().await.unwrap();
    all.sort();
    assert_eq!(all, [("elsewhere/empty".to_owned(), 0), ("somewhere/one".to_owned(), 6)]);
    assert_eq!(store.list(Some("somewhere")).count().await, 1);
    store.delete(&key).await.unwrap();
    store.delete(&key).await.unwrap();
    assert!(!store.exists(&key).await.unwrap() && store.exists(&empty).await.unwrap());
}

#[tokio::test]
async fn pieces_that_break_off_leave_nothing() {
    let (_folder, store) = folder();
    let key = Key::parse("somewhere/large").unwrap();
    // More than one part.
    let pieces = |last: Result<bytes::Bytes, Error>| {
        let piece = bytes::Bytes::from(vec![7; 5 << 20]);
        stream::iter([Ok(piece.clone()), Ok(piece), last])
    };
    let broken = pieces(Err(Error::Missing(key.clone())));
    assert!(store.put_pieces(&key, broken).await.is_err());
    assert!(!store.exists(&key).await.unwrap());
    let whole = pieces(Ok(bytes::Bytes::from_static(b"end")));
    assert_eq!(store.put_pieces(&key, whole).await.unwrap(), (10 << 20) + 3);
    assert_eq!(read(&store, &key).await.unwrap().len(), (10 << 20) + 3);
}

#[tokio::test]
async fn a_file_lies_where_files_have_always_been() {
    let (folder, store) = folder();
    let workspace = WorkspaceId::new();
    let mut incoming = Incoming::begin(&store).await.unwrap();
    incoming.write(b"Fees of ").await.unwrap();
    incoming.write(b"2026").await.unwrap();
    let stored = incoming.keep(&store, workspace).await.unwrap();
    let path = folder.path().join(workspace.to_string()).join(&stored.sha256);
    assert_eq!(std::fs::read(&path).unwrap(), b"Fees of 2026");
    assert_eq!(stored.bytes, 12);
    std::fs::remove_file(&path).unwrap();
    assert_eq!(incoming.keep(&store, workspace).await.unwrap(), stored, "it can be kept again");
    assert_eq!(std::fs::read(&path).unwrap(), b"Fees of 2026");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "nothing else is left");
}

#[test]
fn a_place_is_a_bucket_or_a_folder() {
    let bucket =
        |name: &str, prefix: &str| StoreLocation::Bucket { name: name.into(), prefix: prefix.into() };
    let cases = [
        ("s3://our-files/throughline", bucket("our-files", "throughline")),
        ("s3://our-files/a/b/", bucket("our-files", "a/b")),
        ("s3://our-files", bucket("our-files", "")),
        ("/mnt/files", StoreLocation::Folder("/mnt/files".into())),
    ];
    for (text, location) in cases {
        assert_eq!(text.parse::<StoreLocation>().unwrap(), location, "{text}");
    }
    for text in [
        "files",
        "s3:/x",
        "s3://",
        "s3://ab/x",
        "s3://our files/x",
        "s3://our-files/../x",
        "gs://our-files/x",
    ] {
        assert!(text.parse::<StoreLocation>().is_err(), "{text}");
    }
}

#[test]
fn bytes_travel_in_the_open_only_on_this_machine_or_when_told_so() {
    let opened = |variables: &[(&str, &str)]| {
        let location = "s3://our-files/x".parse().unwrap();
        let keys = [("AWS_ACCESS_KEY_ID", "k"), ("AWS_SECRET_ACCESS_KEY", "s")];
        let all = keys.iter().chain(variables).map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        // What a program does at its start.
        let _ = rustls::crypto::ring::default_provider().install_default();
        Store::at(location, all.collect::<Vec<_>>(), std::env::temp_dir())
    };
    for fine in ["http://127.0.0.1:9000", "http://localhost:9000", "http://[::1]:9000", "https://s3.example"]
    {
        assert!(opened(&[("AWS_ENDPOINT", fine)]).is_ok(), "{fine}");
    }
    for name in ["AWS_ENDPOINT", "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3"] {
        let refused = opened(&[(name, "http://s3.example")]).unwrap_err();
        assert!(matches!(refused, BadStoreLocation::Open(_)), "{name}: {refused}");
        assert!(opened(&[(name, "http://s3.example"), ("AWS_ALLOW_HTTP", "true")]).is_ok(), "{name}");
    }
    assert!(matches!(opened(&[("AWS_ENDPOINT", "s3.example")]), Err(BadStoreLocation::Endpoint(_))));
}

#[test]
fn a_key_leads_nowhere_else() {
    for text in ["", "/", "a//b", "../a", "a/../b", ".hidden", "a b", "ä", "a\\b"] {
        assert!(Key::parse(text).is_none(), "{text:?}");
    }
    assert!(Key::content(WorkspaceId::new(), "../../etc/passwd").is_err());
}

/// A file whose bytes are in the store, or only said to be.
async fn named(fixture: &Fixture, store: Option<&Store>, text: &str) -> Key {
    let client = fixture.client("Hale").await;
    let (_aside, other) = folder();
    let store = store.unwrap_or(&other);
    let mut incoming = Incoming::begin(store).await.unwrap();
    incoming.write(text.as_bytes()).await.unwrap();
    let stored = incoming.keep(store, fixture.workspace).await.unwrap();
    let key = Key::content(fixture.workspace, &stored.sha256).unwrap();
    let new = NewFile {
        name: "fees.txt".into(),
        media_type: "text/plain".into(),
        label: "Text".into(),
        is_text: true,
        bytes: stored.bytes,
        sha256: stored.sha256,
        request: None,
    };
    files::commands::add(&fixture.db, &client.owner, new).await.unwrap();
    key
}

#[sqlx::test(migrations = "../migrations")]
async fn a_second_store_is_noticed_before_there_is_a_file(pool: PgPool) {
    let fixture = Fixture::new(&pool).await;
    let ((_one, first), (_two, second)) = (folder(), folder());
    assert_eq!(inspect(&fixture.db, &first).await.unwrap(), StoreState::Sound);
    let other = inspect(&fixture.db, &second).await.unwrap();
    assert!(
        matches!(&other, StoreState::Elsewhere { id } if read(&first, &Key::install()).await.unwrap() == id.as_bytes())
    );
    assert_eq!(inspect(&fixture.db, &first).await.unwrap(), StoreState::Sound, "the first one stays the one");
    assert!(!second.exists(&Key::install()).await.unwrap());
}

#[sqlx::test(migrations = "../migrations")]
async fn two_that_begin_at_once_do_not_both_take_their_own(pool: PgPool) {
    let fixture = Fixture::new(&pool).await;
    let stores: Vec<_> = (0..4).map(|_| folder()).collect();
    let all = futures::future::join_all(stores.iter().map(|(_, store)| inspect(&fixture.db, store))).await;
    let sound = all.into_iter().filter(|found| matches!(found, Ok(StoreState::Sound))).count();
    assert_eq!(sound, 1);
}

#[sqlx::test(migrations = "../migrations")]
async fn what_the_database_names_is_looked_for(pool: PgPool) {
    let fixture = Fixture::new(&pool).await;
    let ((_one, first), (_two, second)) = (folder(), folder());
    let key = named(&fixture, Some(&first), "Fees").await;
    assert_eq!(inspect(&fixture.db, &first).await.unwrap(), StoreState::Sound);
    // Moved by hand, without the object that names the install.
    second.put(&key, read(&first, &key).await.unwrap()).await.unwrap();
    assert_eq!(inspect(&fixture.db, &second).await.unwrap(), StoreState::Sound);
    named(&fixture, None, "Only a name").await;
    assert_eq!(inspect(&fixture.db, &first).await.unwrap(), StoreState::Incomplete { missing: 1, of: 2 });
    // Half of a file is none.
    first.put(&key, &b"Fe"[..]).await.unwrap();
    assert_eq!(inspect(&fixture.db, &first).await.unwrap(), StoreState::Incomplete { missing: 2, of: 2 });
}

#[sqlx::test(migrations = "../migrations")]
async fn a_store_that_cannot_be_reached_says_so(pool: PgPool) {
    let fixture = Fixture::new(&pool).await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("files");
    let store = Store::folder(&path).unwrap();
    std::fs::remove_dir(&path).unwrap();
    std::fs::write(&path, "no folder").unwrap();
    assert!(matches!(inspect(&fixture.db, &store).await.unwrap(), StoreState::Away { .. }));
    assert!(store.probe().await.is_err());
}
