//! A fixture with a client and files, a worker that can be killed, and waiting for what the session says.

use std::{ops::Deref, path::PathBuf, sync::Arc, time::Duration};

use ::agents::{AgentBackend, Worker, WorkerOptions};
use chrono::{DateTime, TimeDelta, Utc};
use domain::{
    Clock, Scope,
    agents::{self, Backend, NewAgent, Settings},
    files::{self, NewFile, store::Store},
    ids::{ClientId, FileId},
    requests::{Detail, NewRequest},
    session::Event,
    testing::{Fixture, Setup, TestClient, new_request},
};
use sessions::{Offset, StreamId};
use sha2::{Digest, Sha256};
use sqlx::PgPool;
use tokio::{task::JoinHandle, time::timeout};
use tokio_util::sync::CancellationToken;

/// How long anything here may take, on a busy machine.
pub const PATIENCE: Duration = Duration::from_secs(180);

pub struct AgentWorld {
    pub fixture: Fixture,
    pub owner: Scope,
    pub member: Scope,
    pub client: ClientId,
    pub files: tempfile::TempDir,
}

impl Deref for AgentWorld {
    type Target = Fixture;

    fn deref(&self) -> &Fixture {
        &self.fixture
    }
}

/// A worker in the hands of a test.
pub struct TestWorker {
    leave: CancellationToken,
    task: JoinHandle<()>,
}

impl TestWorker {
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

impl AgentWorld {
    /// A law office with two places, an intake form filled in, and Juno to work for it.
    pub async fn new(pg: PgPool) -> Self {
        let nine: DateTime<Utc> = "2026-11-23T09:00:00Z".parse().unwrap();
        Self::at(pg, Clock::frozen(nine)).await
    }

    /// The same by another clock.
    pub async fn at(pg: PgPool, clock: Clock) -> Self {
        let poll = sessions::Options::default().poll_interval;
        let mut fixture = Fixture::with(&pg, Setup { clock, zone: "Europe/London", poll }).await;
        let mut operator = fixture.operator.clone();
        fixture.rename(&mut operator, "Olive Operator").await;
        fixture.operator = operator;
        let mut hale = fixture.subscriber("Hale & Partners").await;
        fixture.rename(&mut hale.owner, "Rosa Hale").await;
        fixture.rename(&mut hale.member, "Theo Hale").await;
        sqlx::query(
            r#"UPDATE client SET vertical = 'Law office', intake =
                    '[{"key": "hours", "label": "Office hours", "kind": "text", "answer": "Monday to Friday, 9 to 5"},
                      {"key": "tone", "label": "Tone of voice", "kind": "choice", "answer": "Warm but exact"},
                      {"key": "site", "label": "Website", "kind": "text", "answer": ""}]'"#,
        )
        .execute(&pg)
        .await
        .unwrap();
        sqlx::query("UPDATE subscription SET revisions = 2").execute(&pg).await.unwrap();
        let juno = NewAgent { name: "Juno".into(), persona: "Calm and exact.".into(), client: None };
        agents::commands::create(&fixture.db, &fixture.operator, juno).await.unwrap();
        let TestClient { id, owner, member, .. } = hale;
        Self { fixture, owner, member, client: id, files: tempfile::tempdir().unwrap() }
    }

    /// Juno is reached by this from now on, with a key.
    pub async fn reach_by(&self, backend: Backend, url: &str, model: &str, key: &str) {
        let settings = Settings { url: Some(url.into()), model: Some(model.into()), ..Settings::default() };
        sqlx::query("UPDATE agent SET backend = $1, settings = $2")
            .bind(backend.as_str())
            .bind(sqlx::types::Json(settings))
            .execute(&self.pool)
            .await
            .unwrap();
        let juno = agents::queries::list(&self.db, &self.operator).await.unwrap().remove(0).id;
        agents::commands::set_key(&self.db, &self.operator, juno, key).await.unwrap();
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
        files::commands::add(&self.db, &self.owner, new).await.unwrap()
    }

    /// Asks for something in the client's name.
    pub async fn ask(&self, title: &str, brief: &str, files: Vec<FileId>) -> Detail {
        let new = NewRequest { brief: brief.into(), files, ..new_request(title) };
        self.ask_as(&self.owner, new).await
    }

    pub async fn see(&self, number: u64) -> Detail {
        self.request(self.client, number).await
    }

    /// Starts a worker whose lease is the usual one, by the frozen clock.
    pub fn work(&self, backend: Arc<dyn AgentBackend>) -> TestWorker {
        self.work_on(backend, 16)
    }

    /// The same with so many runs at once.
    pub fn work_on(&self, backend: Arc<dyn AgentBackend>, at_once: usize) -> TestWorker {
        let (poll, beat) = (Duration::from_millis(20), Duration::from_millis(200));
        let options = WorkerOptions { at_once, poll, beat, ..WorkerOptions::default() };
        let worker =
            Worker::new(self.db.clone(), backend, Store::folder(self.files.path()).unwrap(), options);
        let leave = CancellationToken::new();
        TestWorker { leave: leave.clone(), task: tokio::spawn(worker.run(leave)) }
    }

    /// Lets the lease of a dead worker run out, and the pause before the next try: whether a run was taken back.
    pub async fn lease_runs_out(&self) -> bool {
        self.db.clock().advance(TimeDelta::seconds(31));
        let taken_back = domain::runs::commands::reap(&self.db).await.unwrap();
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
            Err(_) => panic!("it did not come; the session: {:#?}", self.parts(request.session_stream).await),
        }
    }

    /// Every event of every stream, and every failure and reason in a row: all that an agent can have written.
    pub async fn everything(&self) -> String {
        let texts: Vec<String> = sqlx::query_scalar(
            "SELECT data FROM stream_event UNION ALL SELECT coalesce(failure, '') FROM run
             UNION ALL SELECT reason FROM control UNION ALL SELECT coalesce(body, '') FROM deliverable_version
             UNION ALL SELECT row_to_json(mail)::text FROM mail",
        )
        .fetch_all(&self.pool)
        .await
        .unwrap();
        texts.concat()
    }
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
