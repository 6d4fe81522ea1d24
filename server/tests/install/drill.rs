//! The drill: an install with everything in it is backed up while it is in use, and put back elsewhere.

use std::{
    fs,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering::SeqCst},
    },
};

use domain::{
    Actor, Db, Role, Scope,
    agents::{self, NewAgent},
    billing::{self, DiscountCodeForm},
    clients, costs, demo, erasures,
    files::{
        NewFile,
        store::{Key, Store},
    },
    ids::{AgentId, MembershipId, PersonId, WorkspaceId},
    money::Currency,
    offers::Starts,
    sealed::Keyring,
    tax,
    testing::{Fixture, all_rows, bare, furnish, without_rows},
    webhooks::{self, EventKind, NewWebhook},
};
use futures::TryStreamExt;
use sessions::{Append, StreamId};
use sha2::{Digest, Sha256};
use sqlx::PgPool;
use uuid::Uuid;

use super::compare;
use super::place::{Other, TestFolder, of_pool, sql};

/// The key of each agent.
const PLANTED: &str = "sk-planted-4711";

/// An install in its data folder, with something of everything in it.
pub struct Furnished {
    pub place: TestFolder,
    pub db: Db,
    pub pool: PgPool,
    pub url: String,
    pub workspace: WorkspaceId,
    operator: Scope,
    agent: AgentId,
}

impl Furnished {
    pub async fn new(pool: PgPool) -> Self {
        let place = TestFolder::new();
        fs::create_dir_all(place.data()).unwrap();
        let key = Keyring::generate();
        fs::write(place.data().join("secret.key"), &key).unwrap();
        let db = bare(&pool).await.with_keyring(Keyring::parse(&key).unwrap());
        assert!(demo::fill(&db).await.unwrap());
        let operator = operator(&pool).await;
        let workspace = operator.workspace;
        let new = NewAgent { name: "Ada".into(), persona: String::new(), client: None };
        let agent = agents::commands::create(&db, &operator, new).await.unwrap();
        agents::commands::set_key(&db, &operator, agent, PLANTED).await.unwrap();
        let hook = NewWebhook { url: "https://hooks.example/x".into(), events: EventKind::ALL.to_vec() };
        webhooks::commands::create(&db, &operator, &hook).await.unwrap();
        let url = of_pool(&pool);
        let all = Self { place, db, pool, url, workspace, operator, agent };
        all.add_files().await;
        all
    }

    /// What the demo has nothing of: a client with a row in every table of a client's, one that is to be erased, and what is
    /// the install's. A table that came later fails by its name: give it a row here or in `furnish`.
    async fn add_rest(&self) {
        let (db, operator) = (self.db.clone(), self.operator.clone());
        let fixture = Fixture { db, pool: self.pool.clone(), workspace: self.workspace, operator };
        let offer = fixture.offer(Starts::AtOnce).await;
        furnish::full_client(&fixture, &self.store(), &offer, "qxvwka").await;
        let leaving = fixture.client("Leaving").await.id;
        clients::commands::archive(&self.db, &self.operator, leaving).await.unwrap();
        erasures::commands::schedule(&self.db, &self.operator, leaving, "Leaving").await.unwrap();
        costs::commands::set_rate(&self.db, &self.operator, Currency::EUR, "0.92").await.unwrap();
        let code = DiscountCodeForm {
            code: "WELCOME".into(),
            kind: "percent".into(),
            value: "20".into(),
            ..DiscountCodeForm::default()
        };
        billing::commands::create_code(&self.db, &self.operator, &code).await.unwrap();
        let rate = tax::RateForm {
            country: "IS".into(),
            kind: "standard".into(),
            name: "VSK".into(),
            percent: "24".into(),
            ..tax::RateForm::default()
        };
        tax::commands::add_rate(&self.db, &self.operator, &rate).await.unwrap();
        self.db.engine().signing_key(&[7; 32]).await.unwrap();
        while webhooks::outbox::spread(&self.db).await.unwrap() > 0 {}
        assert_eq!(without_rows(&all_rows(&self.pool).await), Vec::<&str>::new(), "tables without a row");
    }

    pub fn operator(&self) -> &Scope {
        &self.operator
    }

    /// These keys open what is sealed here.
    pub async fn opens(&self, ring: &Keyring) {
        let db = self.db.clone().with_keyring(ring.clone());
        assert_eq!(domain::sealed::unopened(&db).await.unwrap(), []);
        let opened = agents::queries::kept_key(&db, &self.operator, self.agent).await.unwrap().unwrap();
        assert_eq!(opened.reveal(), PLANTED);
    }

    pub fn store(&self) -> Store {
        store(&self.place)
    }

    /// Odd sizes, an empty one, one that two clients have.
    async fn add_files(&self) {
        let clients: Vec<Uuid> =
            sqlx::query_scalar("SELECT id FROM client ORDER BY id").fetch_all(&self.pool).await.unwrap();
        let contents = [b"".to_vec(), b"same".to_vec(), b"same".to_vec(), vec![7; 512], vec![9; 300_001]];
        for (at, content) in contents.into_iter().enumerate() {
            let sha256 = hex(&content);
            let key = Key::content(self.workspace, &sha256).unwrap();
            self.store().put(&key, content.clone()).await.unwrap();
            let new = NewFile {
                name: format!("file {at}.bin"),
                media_type: "application/octet-stream".into(),
                label: "File".into(),
                is_text: false,
                bytes: content.len() as u64,
                sha256,
                request: None,
            };
            let client = clients[at % clients.len()];
            let scope = self.operator.within(domain::ids::ClientId(client));
            domain::files::commands::add(&self.db, &scope, new).await.unwrap();
        }
    }
}

/// Tables that came after the last start, of every awkward kind: nobody told the backup of them.
const LATER: &str = "
            CREATE TABLE later (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, workspace_id uuid NOT NULL,
                text text NOT NULL, size integer GENERATED ALWAYS AS (length(text)) STORED, other bigint, bytes bytea);
             CREATE TABLE later_other (id bigserial PRIMARY KEY, later bigint REFERENCES later);
             ALTER TABLE later ADD FOREIGN KEY (other) REFERENCES later_other;
             ALTER TABLE later ENABLE ROW LEVEL SECURITY; ALTER TABLE later FORCE ROW LEVEL SECURITY;";

const ROWS: &str = "
             INSERT INTO later (workspace_id, text, bytes) VALUES
                (gen_random_uuid(), E'tab\\t, line\\n, back\\\\slash, \\\\. and \\\\N', '\\x00ff'), (gen_random_uuid(), '', NULL);
             INSERT INTO later_other (later) VALUES (1), (2); UPDATE later SET other = 3 - id";

pub fn store(place: &TestFolder) -> Store {
    Store::folder(place.data().join("files")).unwrap()
}

pub fn hex(content: &[u8]) -> String {
    Sha256::digest(content).iter().map(|byte| format!("{byte:02x}")).collect()
}

async fn operator(pool: &PgPool) -> Scope {
    let (workspace, person, membership): (Uuid, Uuid, Uuid) =
        sqlx::query_as("SELECT workspace_id, person_id, id FROM membership WHERE role = 'operator' LIMIT 1")
            .fetch_one(pool)
            .await
            .unwrap();
    let actor = Actor::Person {
        id: PersonId(person),
        membership: MembershipId(membership),
        name: "Olga".into(),
        role: Role::Operator,
    };
    Scope { workspace: WorkspaceId(workspace), client: None, actor }
}

/// Agents that write without a pause.
struct Writers {
    stop: Arc<AtomicBool>,
    acked: Arc<AtomicU64>,
    tasks: Vec<tokio::task::JoinHandle<()>>,
}

impl Writers {
    async fn begin(from: &Furnished) -> Self {
        let streams: Vec<Uuid> =
            sqlx::query_scalar("SELECT id FROM stream WHERE kind = 'session' ORDER BY id LIMIT 4")
                .fetch_all(&from.pool)
                .await
                .unwrap();
        assert_eq!(streams.len(), 4);
        let (stop, acked) = (Arc::<AtomicBool>::default(), Arc::<AtomicU64>::default());
        let mut tasks = Vec::new();
        for stream in streams {
            let (stop, acked, engine) = (stop.clone(), acked.clone(), from.db.engine().clone());
            tasks.push(tokio::spawn(async move {
                let mut number = 0;
                while !stop.load(SeqCst) {
                    let event = format!("{{\"type\":\"data-step\",\"n\":{number},\"text\":\"a\\nb\\\\c\"}}");
                    engine.append(StreamId(stream), Append::new(vec![event])).await.unwrap();
                    number += 1;
                    acked.fetch_add(1, SeqCst);
                }
            }));
        }
        Self { stop, acked, tasks }
    }

    /// Until so many more are acknowledged.
    async fn go_on(&self, more: u64) {
        let until = self.acked.load(SeqCst) + more;
        while self.acked.load(SeqCst) < until {
            tokio::task::yield_now().await;
        }
    }

    async fn end(self) {
        self.stop.store(true, SeqCst);
        for task in self.tasks {
            task.await.unwrap();
        }
    }
}

#[sqlx::test(migrations = "../migrations")]
async fn an_install_in_use_is_backed_up_and_is_the_same_elsewhere(pool: PgPool) {
    let from = Furnished::new(pool).await;
    from.add_rest().await;
    sql(&from.pool, LATER).await;
    sql(&from.pool, ROWS).await;
    let file = from.place.file("whole.backup");
    let file = file.to_str().unwrap();

    let writers = Writers::begin(&from).await;
    writers.go_on(20).await;
    let before = compare::events(&from.pool).await;
    let said = from.place.run_with_passphrase(Some(&from.url), &["backup", file]).await.well();
    writers.go_on(20).await;
    writers.end().await;
    assert!(said.contains("6 files") && said.contains("under the passphrase"), "{said}");
    assert_eq!(fs::metadata(file).unwrap().len() % 512, 0);
    let said = from.place.run_with_passphrase(None, &["backup", "--check", file]).await.well();
    assert!(said.contains("the passphrase opens it") && said.contains("stream_event"), "{said}");

    // Another machine's data folder, with its private database.
    let there = TestFolder::new();
    there.run(None, &["migrate"]).await.well();
    let (cluster, fresh) = there.cluster().await;
    sql(&fresh, LATER).await;
    fresh.close().await;
    cluster.stop().await;
    let said = there.run_with_passphrase(None, &["restore", file]).await.well();
    assert!(said.contains("Restored") && said.contains("secret.key"), "{said}");
    there.run(None, &["migrate"]).await.well();
    let (cluster, restored) = there.cluster().await;
    is_the_same(&from, &there, &restored, &before).await;
    restored.close().await;
    cluster.stop().await;

    // A database elsewhere, whose owner is no superuser.
    let (other, third) = (Other::beside(&from.pool).await, TestFolder::new());
    third.run(Some(&other.url), &["migrate"]).await.well();
    let owner = super::place::pool(other.url.parse().unwrap()).await;
    sql(&owner, LATER).await;
    owner.close().await;
    third.run_with_passphrase(Some(&other.url), &["restore", file]).await.well();
    let restored = other.pool().await;
    is_the_same(&from, &third, &restored, &before).await;
    let first = compare::rows(&restored).await;
    third
        .run_with_passphrase(Some(&other.url), &["restore", file])
        .await
        .refused(&["somebody's data in this install already", "Nothing was written"]);
    assert_eq!(compare::difference(&first, &compare::rows(&restored).await), Vec::<String>::new());
    restored.close().await;
    other.remove().await;
}

/// A restored install against the one that it came from, which has gone on since.
async fn is_the_same(
    from: &Furnished,
    there: &TestFolder,
    restored: &PgPool,
    before: &std::collections::BTreeMap<Uuid, Vec<(i64, String)>>,
) {
    // Every session to the byte, up to one moment: what was acknowledged before the backup is there, and nothing half.
    let (live, kept) = (compare::events(&from.pool).await, compare::events(restored).await);
    assert_eq!(live.keys().collect::<Vec<_>>(), kept.keys().collect::<Vec<_>>());
    let mut went_on = 0;
    for (stream, events) in &kept {
        assert!(live[stream].starts_with(events), "{stream}");
        assert!(events.starts_with(&before[stream]), "{stream}: what was acknowledged before is there");
        let next: i64 = sqlx::query_scalar("SELECT next_offset FROM stream WHERE id = $1")
            .bind(stream)
            .fetch_one(restored)
            .await
            .unwrap();
        assert_eq!(events.last().map_or(next, |(seq, _)| seq + 1), next, "{stream}");
        went_on += live[stream].len() - events.len();
    }
    assert!(went_on > 0, "they wrote on meanwhile");

    // All else did not change, so it is the same to the row.
    let (mut all, mut again) = (compare::rows(&from.pool).await, compare::rows(restored).await);
    assert!(all.len() > 45, "{}", all.len());
    for table in ["stream", "stream_event", "stream_producer", "stream_stored"] {
        assert_eq!(all.remove(table).unwrap().is_empty(), again.remove(table).unwrap().is_empty());
    }
    assert_eq!(compare::difference(&all, &again), Vec::<String>::new());
    assert_eq!(compare::schema(&from.pool).await, compare::schema(restored).await);

    // Every file opens and is what it was.
    let files: Vec<(Uuid, String)> =
        sqlx::query_as("SELECT workspace_id, sha256 FROM file").fetch_all(restored).await.unwrap();
    assert_eq!(files.len(), 7);
    for (workspace, sha256) in files {
        let key = Key::content(WorkspaceId(workspace), &sha256).unwrap();
        let found = store(there).get(&key).await.unwrap();
        let content: Vec<u8> = found.pieces.try_collect::<Vec<_>>().await.unwrap().concat();
        assert_eq!(hex(&content), sha256);
    }

    // Every key opens.
    let key = fs::read_to_string(there.data().join("secret.key")).unwrap();
    let db = bare(restored).await.with_keyring(Keyring::parse(key.trim()).unwrap());
    assert_eq!(domain::sealed::unopened(&db).await.unwrap(), []);
    let opened = agents::queries::kept_key(&db, &from.operator, from.agent).await.unwrap().unwrap();
    assert_eq!(opened.reveal(), PLANTED);
    db.engine().shutdown().await;
}
