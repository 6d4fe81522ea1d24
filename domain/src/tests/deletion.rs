//! Who wrote a comment or added a file deletes it: a mark stays, and nothing of what it said, wherever it was kept.

use chrono::TimeDelta;
use sqlx::PgPool;
use uuid::Uuid;

use super::world::World;
use crate::testing::TestClient;
use crate::{
    Error, Scope,
    files::{
        self, ArrivedFile, Store, quota,
        store::{Incoming, Key},
    },
    ids::{FileId, RequestId},
    requests::{NewRequest, Priority, commands},
    session::{self, Body, Conversation, Deletable, Event, Part, Reading, commands::retain},
};

const SECRET: &str = "My card is 4111-1111";

/// A world with a file store.
struct DeletionWorld {
    world: World,
    house: TestClient,
    store: Store,
    _folder: tempfile::TempDir,
}

impl DeletionWorld {
    async fn new(pool: PgPool) -> Self {
        let mut world = World::new(pool).await;
        world.fixture.db =
            world.db.clone().with_quota(Some(quota::Quota { whole: 1_000, unconfirmed: 1_000 }));
        let house = world.client("Harbor & Pine Law", 1).await;
        let folder = tempfile::tempdir().unwrap();
        let store = Store::folder(folder.path()).unwrap();
        Self { world, house, store, _folder: folder }
    }

    async fn file(&self, scope: &Scope, name: &str, bytes: &[u8]) -> FileId {
        let mut incoming = Incoming::begin(&self.store).await.unwrap();
        incoming.write(bytes).await.unwrap();
        let arrived = ArrivedFile { name: name.into(), kind: files::sniff(bytes, name), request: None };
        files::commands::keep(&self.world.db, &self.store, scope, incoming, arrived).await.unwrap()
    }

    async fn delete(&self, scope: &Scope, request: RequestId, entry: &str) -> crate::Result<Deletable> {
        commands::delete(&self.world.db, &self.store, scope, request, entry).await
    }

    async fn read(&self, stream: Uuid) -> Reading {
        session::queries::read(&self.world.db, &self.world.operator, stream).await.unwrap()
    }

    /// The key of the newest entry that is like that.
    async fn newest(&self, stream: Uuid, like: fn(&Body) -> bool) -> String {
        let entries = self.read(stream).await.conversation.entries;
        entries.into_iter().rfind(|entry| like(&entry.body)).unwrap().key
    }

    /// Every place of the database that has the words, by its table.
    async fn places(&self, words: &str) -> Vec<String> {
        let tables: Vec<String> = sqlx::query_scalar(
            "SELECT relname::text FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace",
        )
        .fetch_all(&self.world.pool)
        .await
        .unwrap();
        let mut found = Vec::new();
        for table in tables {
            let sql = format!("SELECT EXISTS (SELECT FROM \"{table}\" AS t WHERE strpos(t::text, $1) > 0)");
            let has: bool = sqlx::query_scalar(sqlx::AssertSqlSafe(sql))
                .bind(words)
                .fetch_one(&self.world.pool)
                .await
                .unwrap();
            found.extend(has.then_some(table));
        }
        found
    }

    async fn audited(&self) -> Vec<String> {
        sqlx::query_scalar(
            "SELECT what || ' ' || target || ' ' || who FROM audit WHERE what LIKE 'delete_%' ORDER BY id",
        )
        .fetch_all(&self.world.pool)
        .await
        .unwrap()
    }
}

fn is_comment(body: &Body) -> bool {
    matches!(body, Body::Comment { .. })
}

fn is_file(body: &Body) -> bool {
    matches!(body, Body::File { .. })
}

/// The conversation that the log makes from its beginning.
async fn from_scratch(desk: &DeletionWorld, stream: Uuid) -> Conversation {
    Conversation::read(&desk.world.events(stream).await)
}

#[sqlx::test(migrations = "../migrations")]
async fn a_comment_is_gone_from_everywhere_and_a_mark_stays(pool: PgPool) {
    let desk = DeletionWorld::new(pool).await;
    let (world, house) = (&desk.world, &desk.house);
    let asked = world.ask(house, "Draft a lease").await;
    let (request, stream) = (asked.card.id, asked.session_stream);
    commands::comment(&world.db, &house.owner, request, "Before.", &[]).await.unwrap();
    commands::see(&world.db, &world.operator.within(house.id), request).await.unwrap();
    commands::comment(&world.db, &house.owner, request, SECRET, &[]).await.unwrap();
    commands::comment(&world.db, &house.member, request, "After.", &[]).await.unwrap();
    let entries = desk.read(stream).await.conversation.entries;
    let (place, entry) = entries
        .iter()
        .enumerate()
        .find(|(_, entry)| matches!(&entry.body, Body::Comment { text } if text == SECRET))
        .unwrap();
    assert_eq!(desk.places(SECRET).await.len(), 2, "the log and the mail");
    // A page that was drawn before.
    let mut page = desk.read(stream).await;

    world.wait(TimeDelta::minutes(5));
    for other in [&house.member, &world.operator.within(house.id), &world.client("Cedar", 1).await.owner] {
        let refused = desk.delete(other, request, &entry.key).await;
        assert!(matches!(refused, Err(Error::NotFound)), "{refused:?}");
    }
    assert!(desk.delete(&house.billing, request, &entry.key).await.is_err());
    for nothing in ["", "asked", "%", "00", &"f".repeat(32)] {
        let refused = desk.delete(&house.owner, request, nothing).await;
        assert!(matches!(refused, Err(Error::NotFound)), "{nothing}: {refused:?}");
    }
    let untouched = desk.read(stream).await;
    assert_eq!(untouched, page);

    assert_eq!(desk.delete(&house.owner, request, &entry.key).await.unwrap(), Deletable::Comment);
    let deleted = world.db.now().timestamp_millis();
    assert_eq!(desk.places(SECRET).await, Vec::<String>::new());
    let now = desk.read(stream).await;
    assert_eq!(now.conversation.entries.len(), entries.len());
    let mark = &now.conversation.entries[place];
    assert_eq!(mark.body, Body::Deleted { what: Deletable::Comment, deleted });
    assert_eq!((&mark.key, &mark.author, mark.at), (&entry.key, &entry.author, entry.at));
    assert_eq!(now.conversation.entries[place + 1], entries[place + 1]);
    assert_eq!(now.next, page.next + 1, "no offset has moved");

    // What was drawn before and hears the rest reads the same, and draws that entry anew.
    let rest: Vec<String> =
        world.events(stream).await.iter().skip(page.next as usize).map(Event::to_json).collect();
    assert!(page.take(page.next, rest.iter().map(String::as_str)));
    assert_eq!(page.conversation, now.conversation);
    assert_eq!((page.changed[place], now.changed[place]), (page.next, page.next));

    // The mail that waits says that there was one.
    let bodies: Vec<String> =
        sqlx::query_scalar("SELECT body FROM mail WHERE subject LIKE '%wrote: #1%' ORDER BY id")
            .fetch_all(&world.pool)
            .await
            .unwrap();
    assert!(bodies[0].contains("Before."), "another's words stay: {}", bodies[0]);
    assert!(
        bodies[1].contains("then deleted the comment") && bodies[1].contains("{link:/desk/clients/"),
        "{}",
        bodies[1]
    );
    assert_eq!(desk.audited().await, ["delete_comment #1 Draft a lease Owner"]);

    // Again is fine, and does nothing.
    assert_eq!(desk.delete(&house.owner, request, &entry.key).await.unwrap(), Deletable::Comment);
    assert_eq!(desk.read(stream).await, now);
    assert_eq!(desk.audited().await.len(), 1);
}

#[sqlx::test(migrations = "../migrations")]
async fn a_file_goes_with_its_bytes_and_gives_its_room_back(pool: PgPool) {
    let desk = DeletionWorld::new(pool).await;
    let (world, house) = (&desk.world, &desk.house);
    let (own, same, other) = (b"passport scan".as_slice(), b"passport scan".as_slice(), b"a map".as_slice());
    let brief = desk.file(&house.owner, "secret-name.txt", own).await;
    let new = NewRequest {
        title: "Draft a lease".into(),
        brief: "As soon as you can.".into(),
        priority: Priority::Normal,
        queue: true,
        files: vec![brief],
        form_key: None,
    };
    let number = commands::create(&world.db, &house.owner, new).await.unwrap();
    let asked = world.request(house.id, number).await;
    let (request, stream) = (asked.card.id, asked.session_stream);
    let first = desk.newest(stream, is_file).await;
    let twin = desk.file(&house.member, "twin.txt", same).await;
    let map = desk.file(&house.member, "map.txt", other).await;
    commands::comment(&world.db, &house.member, request, "With two.", &[twin, map]).await.unwrap();
    let second = {
        let entries = desk.read(stream).await.conversation.entries;
        entries
            .into_iter()
            .find(|entry| matches!(entry.body, Body::File { file, .. } if file == twin))
            .unwrap()
            .key
    };
    let key = Key::content(
        world.workspace,
        &files::queries::get(&world.db, &house.owner, brief).await.unwrap().sha256,
    )
    .unwrap();
    let room = quota::room(&world.db, &house.owner).await.unwrap().unwrap();

    assert!(matches!(desk.delete(&house.member, request, &first).await, Err(Error::NotFound)));
    assert_eq!(desk.delete(&house.owner, request, &first).await.unwrap(), Deletable::File);
    assert!(desk.store.exists(&key).await.unwrap(), "another file has the same content");
    assert!(matches!(files::queries::get(&world.db, &house.owner, brief).await, Err(Error::NotFound)));
    assert_eq!(desk.places("secret-name").await, Vec::<String>::new());
    assert_eq!(quota::room(&world.db, &house.owner).await.unwrap(), Some(room + own.len() as u64));

    assert_eq!(desk.delete(&house.member, request, &second).await.unwrap(), Deletable::File);
    assert!(!desk.store.exists(&key).await.unwrap());
    let left: Vec<FileId> = files::queries::of_request(&world.db, &house.owner, request)
        .await
        .unwrap()
        .into_iter()
        .map(|file| file.id)
        .collect();
    assert_eq!(left, [map]);
    let reading = desk.read(stream).await;
    let marks = reading
        .conversation
        .entries
        .iter()
        .filter(|entry| matches!(entry.body, Body::Deleted { what: Deletable::File, .. }));
    assert_eq!(marks.count(), 2);
    assert_eq!(from_scratch(&desk, stream).await, reading.conversation);
    assert_eq!(
        desk.audited().await,
        ["delete_file #1 Draft a lease Owner", "delete_file #1 Draft a lease Member"]
    );
    // The same file again is a new one.
    let again = desk.file(&house.owner, "again.txt", own).await;
    assert!(
        desk.store.exists(&key).await.unwrap()
            && files::queries::get(&world.db, &house.owner, again).await.is_ok()
    );
}

/// What was folded before it is deleted: the stored fold has the mark, whether the events behind it have gone or not.
#[sqlx::test(migrations = "../migrations")]
async fn the_stored_fold_loses_the_words_too(pool: PgPool) {
    let desk = DeletionWorld::new(pool).await;
    let (world, house) = (&desk.world, &desk.house);
    let asked = world.ask(house, "Draft a lease").await;
    let (request, stream) = (asked.card.id, asked.session_stream);
    let claimed = world.claim().await;
    crate::runs::commands::fail(&world.db, &claimed, "It could not be reached.").await.unwrap();
    commands::comment(&world.db, &house.owner, request, SECRET, &[]).await.unwrap();
    let entry = desk.newest(stream, is_comment).await;
    world.wait(TimeDelta::days(31));
    crate::mail::outbox::clear(&world.db).await.unwrap();
    assert_eq!(retain(&world.db, TimeDelta::days(30)).await.unwrap(), 1);
    assert_eq!(desk.places(SECRET).await, ["session_fold"], "the log has forgotten it");

    assert!(matches!(desk.delete(&house.member, request, &entry).await, Err(Error::NotFound)));
    desk.delete(&house.owner, request, &entry).await.unwrap();
    assert_eq!(desk.places(SECRET).await, Vec::<String>::new());
    let now = desk.read(stream).await;
    let mark = now.conversation.entries.iter().find(|known| known.key == entry).unwrap();
    assert!(matches!(mark.body, Body::Deleted { what: Deletable::Comment, .. }));
    desk.delete(&house.owner, request, &entry).await.unwrap();
    assert_eq!(desk.read(stream).await, now);
    // Folded again with what came since.
    world.wait(TimeDelta::days(31));
    assert_eq!(retain(&world.db, TimeDelta::days(30)).await.unwrap(), 1);
    assert_eq!(desk.read(stream).await, now);
}

#[sqlx::test(migrations = "../migrations")]
async fn an_operators_note_is_theirs_and_decisions_stay(pool: PgPool) {
    let desk = DeletionWorld::new(pool).await;
    let (world, house) = (&desk.world, &desk.house);
    let operator = world.operator.within(house.id);
    let asked = world.ask(house, "Draft a lease").await;
    let (request, backstage) = (asked.card.id, asked.backstage_stream.unwrap());
    commands::note(&world.db, &operator, request, SECRET).await.unwrap();
    let note = desk.newest(backstage, is_comment).await;
    assert!(matches!(desk.delete(&house.owner, request, &note).await, Err(Error::NotFound)));
    desk.delete(&operator, request, &note).await.unwrap();
    assert_eq!(desk.places(SECRET).await, Vec::<String>::new());
    assert_eq!(desk.audited().await, ["delete_note #1 Draft a lease Operator"]);
    let parts = world.parts(backstage).await;
    let tombstone = |part: &Part| matches!(part, Part::DataTombstone { what: Deletable::Comment, .. });
    assert!(parts.iter().any(tombstone), "{parts:?}");
    // The order itself, and what an agent or the portal wrote.
    for event in world.events(asked.session_stream).await {
        let refused = desk.delete(&house.owner, request, &event.id).await;
        assert!(matches!(refused, Err(Error::NotFound)), "{event:?}");
    }
    // Whoever sends it again under the same id says nothing anew.
    commands::withdraw(&world.db, &house.owner, request).await.unwrap();
    let done = world.ask(house, "Answer the court").await;
    let claimed = world.claim().await;
    crate::runs::commands::fail(&world.db, &claimed, "It could not be reached.").await.unwrap();
    crate::controls::commands::send_message(&world.db, &house.owner, done.card.id, "one", "short")
        .await
        .unwrap();
    let said = desk.newest(done.session_stream, is_comment).await;
    desk.delete(&house.owner, done.card.id, &said).await.unwrap();
    let digests: Vec<Vec<u8>> =
        sqlx::query_scalar("SELECT words FROM said").fetch_all(&world.pool).await.unwrap();
    assert_eq!(digests, [Vec::<u8>::new()]);
    assert!(
        crate::controls::commands::send_message(&world.db, &house.owner, done.card.id, "one", "short")
            .await
            .is_err()
    );
}
