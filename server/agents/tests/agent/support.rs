//! A workspace with a client, a worker that can be killed, and waiting for what the session says.

use std::{path::PathBuf, sync::Arc, time::Duration};

use ::agents::{AgentBackend, Options, Worker};
use chrono::{DateTime, TimeDelta, Utc};
use domain::{
    Actor, Clock, Db, Role, Scope,
    agents::{self, Backend, Settings},
    files::{self, NewFile, store::Store},
    ids::{ClientId, FileId, MembershipId, OfferId, PersonId, RequestId, SubscriptionId, WorkspaceId},
    requests::{Detail, NewRequest, Priority, commands, queries},
    sealed::Keyring,
    session::{Conversation, Event, Part},
};
use sessions::{Engine, NewStream, Offset, StreamId, Tenant};
use sha2::{Digest, Sha256};
use sqlx::{
    Executor, PgPool,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use tokio::{task::JoinHandle, time::timeout};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// How long anything here may take, on a busy machine.
pub const PATIENCE: Duration = Duration::from_secs(180);

pub struct World {
    pub db: Db,
    pub root: PgPool,
    pub operator: Scope,
    pub owner: Scope,
    pub member: Scope,
    pub client: ClientId,
    pub files: tempfile::TempDir,
}

/// A worker in the hands of a test.
pub struct Hand {
    leave: CancellationToken,
    task: JoinHandle<()>,
}

impl Hand {
    /// As if the process had died: nothing is told to anyone.
    pub async fn kill(self) {
        self.task.abort();
        let _ = self.task.await;
    }

    /// As the server shuts down.
    pub async fn leave(self) {
        self.leave.cancel();
        timeout(PATIENCE, self.task).await.expect("it leaves").unwrap();
    }
}

async fn pool(options: &PgConnectOptions, set: &'static str, most: u32) -> PgPool {
    PgPoolOptions::new()
        .max_connections(most)
        .after_connect(move |conn, _| Box::pin(async move { conn.execute(set).await.map(|_| ()) }))
        .connect_with(options.clone())
        .await
        .unwrap()
}

pub fn monday() -> DateTime<Utc> {
    "2026-11-23T09:00:00Z".parse().unwrap()
}

impl World {
    /// A law office with two places, an intake form filled in, and Juno to work for it.
    pub async fn new(pg: PgPool) -> Self {
        Self::at(pg, Clock::frozen(monday())).await
    }

    /// The same by another clock.
    pub async fn at(pg: PgPool, clock: Clock) -> Self {
        let options = pg.connect_options();
        let engine = Engine::start(
            pool(&options, "SET ROLE throughline_sessions", 4).await,
            sessions::Options::default(),
        );
        let db = Db::new(pool(&options, "SET ROLE throughline_app", 12).await, engine, clock)
            .with_keyring(Keyring::parse(&Keyring::generate()).unwrap());
        let (workspace, client, offer) = (WorkspaceId::new(), ClientId::new(), OfferId::new());
        let (desk, board) = (StreamId::generate(), StreamId::generate());
        run(&pg, "INSERT INTO workspace (id, name, zone, desk_stream, created_at) VALUES ($1, 'Northlight', 'Europe/London', $2, now())", &[workspace.0, desk.0]).await;
        stream(&pg, desk, workspace, None, "desk", true).await;
        run(&pg, "INSERT INTO offer (id, workspace_id, name, price_minor, currency, active_limit, cycle_hours, state, created_at, updated_at)
                  VALUES ($1, $2, 'Full time', 500000, 'USD', 2, 48, 'published', now(), now())", &[offer.0, workspace.0]).await;
        run(&pg, r#"INSERT INTO client (id, workspace_id, name, vertical, intake, board_stream, created_at) VALUES ($1, $2, 'Hale & Partners', 'Law office',
                    '[{"key": "hours", "label": "Office hours", "kind": "text", "answer": "Monday to Friday, 9 to 5"},
                      {"key": "tone", "label": "Tone of voice", "kind": "choice", "answer": "Warm but exact"},
                      {"key": "site", "label": "Website", "kind": "text", "answer": ""}]', $3, now())"#, &[client.0, workspace.0, board.0]).await;
        stream(&pg, board, workspace, Some(client), "board", false).await;
        run(&pg, "INSERT INTO subscription (id, workspace_id, client_id, offer_id, name, price_minor, currency, billing_interval,
                                            active_limit, cycle_hours, revisions, starts, state, started_at, created_at)
                  VALUES ($1, $2, $3, $4, 'Full time', 500000, 'USD', 'month', 2, 48, 2, 'at_once', 'active', '2026-11-23T08:00:00Z', now())",
            &[SubscriptionId::new().0, workspace.0, client.0, offer.0]).await;
        run(&pg, "INSERT INTO agent (id, workspace_id, name, persona, created_at) VALUES ($1, $2, 'Juno', 'Calm and exact.', '2026-11-23T08:00:00Z')",
            &[Uuid::now_v7(), workspace.0]).await;
        let operator = Scope {
            workspace,
            client: None,
            actor: person(&pg, workspace, None, "Olive Operator", Role::Operator).await,
        };
        let owner = Scope {
            workspace,
            client: Some(client),
            actor: person(&pg, workspace, Some(client), "Rosa Hale", Role::Owner).await,
        };
        let member = Scope {
            workspace,
            client: Some(client),
            actor: person(&pg, workspace, Some(client), "Theo Hale", Role::Member).await,
        };
        Self { db, root: pg, operator, owner, member, client, files: tempfile::tempdir().unwrap() }
    }

    /// Juno is reached by this from now on, with a key.
    pub async fn reach_by(&self, backend: Backend, url: &str, model: &str, key: &str) {
        let settings = Settings { url: Some(url.into()), model: Some(model.into()), ..Settings::default() };
        sqlx::query("UPDATE agent SET backend = $1, settings = $2")
            .bind(backend.as_str())
            .bind(sqlx::types::Json(settings))
            .execute(&self.root)
            .await
            .unwrap();
        let juno = agents::list(&self.db, &self.operator).await.unwrap().remove(0).id;
        agents::set_key(&self.db, &self.operator, juno, key).await.unwrap();
    }

    /// Keeps a file as an upload does.
    pub async fn file(&self, name: &str, media_type: &str, is_text: bool, bytes: &[u8]) -> FileId {
        let sha256: String = Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        let folder: PathBuf = self.files.path().join(self.owner.workspace.to_string());
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join(&sha256), bytes).unwrap();
        let new = NewFile {
            name: name.into(),
            media_type: media_type.into(),
            label: "File".into(),
            is_text,
            bytes: bytes.len() as u64,
            sha256,
            request: None,
        };
        files::add(&self.db, &self.owner, new).await.unwrap()
    }

    /// Asks for something in the client's name.
    pub async fn ask(&self, title: &str, brief: &str, files: Vec<FileId>) -> Detail {
        let new = NewRequest {
            title: title.into(),
            brief: brief.into(),
            priority: Priority::Normal,
            queue: true,
            files,
            form_key: None,
        };
        let number = commands::create(&self.db, &self.owner, new).await.unwrap();
        self.see(number).await
    }

    pub async fn see(&self, number: u64) -> Detail {
        queries::by_number(&self.db, &self.operator, self.client, number).await.unwrap()
    }

    /// Starts a worker whose lease is the usual one, by the frozen clock.
    pub fn work(&self, backend: Arc<dyn AgentBackend>) -> Hand {
        self.work_on(backend, 16)
    }

    /// The same with so many runs at once.
    pub fn work_on(&self, backend: Arc<dyn AgentBackend>, at_once: usize) -> Hand {
        let (poll, beat) = (Duration::from_millis(20), Duration::from_millis(200));
        let options = Options { at_once, poll, beat, ..Options::default() };
        let worker =
            Worker::new(self.db.clone(), backend, Store::folder(self.files.path()).unwrap(), options);
        let leave = CancellationToken::new();
        Hand { leave: leave.clone(), task: tokio::spawn(worker.run(leave)) }
    }

    /// Lets the lease of a dead worker run out, and the pause before the next try: whether a run was taken back.
    pub async fn lease_runs_out(&self) -> bool {
        self.db.clock().advance(TimeDelta::seconds(31));
        let taken_back = domain::runs::reap(&self.db).await.unwrap();
        self.db.clock().advance(TimeDelta::seconds(301));
        taken_back == 1
    }

    /// Waits for an event of the request's session, from its beginning.
    pub async fn until<T>(&self, request: &Detail, mut wanted: impl FnMut(&Event) -> Option<T>) -> T {
        let mut follower = self.db.engine().follow(StreamId(request.session_stream), Offset::ZERO);
        let search = async {
            loop {
                let batch = follower.next().await.unwrap().expect("the engine runs");
                for record in batch.records {
                    if let Some(found) = wanted(&Event::from_json(record.json()).unwrap()) {
                        return found;
                    }
                }
            }
        };
        match timeout(PATIENCE, search).await {
            Ok(found) => found,
            Err(_) => panic!("it did not come; the session: {:#?}", self.parts(request).await),
        }
    }

    /// The session so far.
    pub async fn events(&self, stream: Uuid) -> Vec<Event> {
        let (mut events, mut from) = (Vec::new(), Offset::ZERO);
        loop {
            let page = self.db.engine().read(StreamId(stream), from, 1_000).await.unwrap();
            events.extend(page.records.iter().map(|record| Event::from_json(record.json()).unwrap()));
            from = page.next;
            if page.up_to_date {
                return events;
            }
        }
    }

    pub async fn parts(&self, request: &Detail) -> Vec<Part> {
        self.events(request.session_stream).await.into_iter().map(|event| event.part).collect()
    }

    pub async fn conversation(&self, request: &Detail) -> Conversation {
        Conversation::read(&self.events(request.session_stream).await)
    }

    /// Every event of every stream, and every failure and reason in a row: all that an agent can have written.
    pub async fn everything(&self) -> String {
        let texts: Vec<String> = sqlx::query_scalar(
            "SELECT data FROM stream_event UNION ALL SELECT coalesce(failure, '') FROM run
             UNION ALL SELECT reason FROM control UNION ALL SELECT coalesce(body, '') FROM deliverable_version
             UNION ALL SELECT row_to_json(mail)::text FROM mail",
        )
        .fetch_all(&self.root)
        .await
        .unwrap();
        texts.concat()
    }

    pub async fn run_state(&self, request: RequestId) -> String {
        sqlx::query_scalar(
            "SELECT state FROM run WHERE request_id = $1 ORDER BY queued_at DESC, id DESC LIMIT 1",
        )
        .bind(request.0)
        .fetch_one(&self.root)
        .await
        .unwrap()
    }
}

async fn run(pg: &PgPool, sql: &'static str, ids: &[Uuid]) {
    let mut query = sqlx::query(sql);
    for id in ids {
        query = query.bind(*id);
    }
    query.execute(pg).await.unwrap();
}

async fn stream(
    pg: &PgPool,
    id: StreamId,
    workspace: WorkspaceId,
    client: Option<ClientId>,
    kind: &'static str,
    backstage: bool,
) {
    let tenant = Tenant { workspace: workspace.0, client: client.map(|id| id.0) };
    let mut conn = pg.acquire().await.unwrap();
    sessions::create_in(&mut conn, &NewStream { id, tenant, kind, backstage }, monday()).await.unwrap();
}

async fn person(
    pg: &PgPool,
    workspace: WorkspaceId,
    client: Option<ClientId>,
    name: &str,
    role: Role,
) -> Actor {
    let (id, membership) = (PersonId::new(), MembershipId::new());
    sqlx::query("INSERT INTO person (id, email, name, created_at) VALUES ($1, $2, $3, now())")
        .bind(id.0)
        .bind(format!("{}@example.com", id.0))
        .bind(name)
        .execute(pg)
        .await
        .unwrap();
    sqlx::query("INSERT INTO membership (id, workspace_id, client_id, person_id, role, created_at) VALUES ($1, $2, $3, $4, $5, now())")
        .bind(membership.0)
        .bind(workspace.0)
        .bind(client.map(|id| id.0))
        .bind(id.0)
        .bind(role.as_str())
        .execute(pg)
        .await
        .unwrap();
    Actor::Person { id, membership, name: name.to_owned(), role }
}

/// What is logged while the tests run.
pub mod logs {
    use std::{
        io::Write,
        sync::{Mutex, Once},
    };

    static LINES: Mutex<Vec<u8>> = Mutex::new(Vec::new());

    struct Lines;

    impl Write for Lines {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            LINES.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    /// Keeps every line from now on, what libraries say included.
    pub fn capture() {
        static ONCE: Once = Once::new();
        ONCE.call_once(|| {
            tracing_subscriber::fmt().with_max_level(tracing::Level::DEBUG).with_writer(|| Lines).init()
        });
    }

    pub fn captured() -> String {
        let lines = String::from_utf8_lossy(&LINES.lock().unwrap()).into_owned();
        assert!(lines.contains("took up a run"), "the log is heard");
        lines
    }
}
