//! Two clients with everything that one can have, each under a word of its own.

use std::{
    collections::BTreeMap,
    io::{Cursor, Read},
};

use chrono_tz::Tz;
use futures::TryStreamExt;
use sqlx::PgPool;
use zip::ZipArchive;

use crate::{
    Db, Scope, agents,
    approvals::{self, Audience, Question},
    billing::{self, InvoiceDraft, InvoiceLine},
    deliverables::{self, Content},
    exports::{
        self, Download,
        commands::{download, pack_due, start},
    },
    files::{
        ArrivedFile, HEAD,
        commands::keep,
        sniff,
        store::{Incoming, Store, inspect},
    },
    ids::{ExportId, FileId},
    money::Currency,
    notes,
    offers::Starts,
    requests::{NewRequest, Priority, commands},
    reviews, runs,
    session::{Choice, Part, PlanStep, StepState},
    testing::{Fixture, LEASE, TestClient},
};

pub(super) struct ExportWorld {
    pub(super) fixture: Fixture,
    pub(super) store: Store,
    _folder: tempfile::TempDir,
}

/// A zip as somebody sees it who opened it.
pub(super) struct Opened(pub(super) BTreeMap<String, Vec<u8>>);

impl Opened {
    pub(super) fn read(bytes: Vec<u8>) -> Self {
        let mut zip = ZipArchive::new(Cursor::new(bytes)).unwrap();
        let mut files = BTreeMap::new();
        for place in 0..zip.len() {
            let mut file = zip.by_index(place).unwrap();
            let mut bytes = Vec::new();
            file.read_to_end(&mut bytes).unwrap();
            let twice = files.insert(file.name().to_owned(), bytes);
            assert!(twice.is_none(), "{} is there twice", file.name());
        }
        Self(files)
    }

    pub(super) fn text(&self, path: &str) -> &str {
        let bytes = self.0.get(path).unwrap_or_else(|| panic!("there is no {path} in {:#?}", self.0.keys()));
        std::str::from_utf8(bytes).unwrap()
    }

    /// Every file that has a word in it, in its name or its text.
    pub(super) fn with(&self, word: &str) -> Vec<&str> {
        let has = |(path, bytes): &(&String, &Vec<u8>)| {
            path.contains(word) || String::from_utf8_lossy(bytes).contains(word)
        };
        self.0.iter().filter(has).map(|(path, _)| path.as_str()).collect()
    }
}

impl ExportWorld {
    pub(super) async fn new(pool: &PgPool) -> Self {
        let fixture = Fixture::new(pool).await;
        let folder = tempfile::tempdir().unwrap();
        let store = Store::folder(folder.path()).unwrap();
        inspect(&fixture.db, &store).await.unwrap();
        let mina = agents::NewAgent { name: "Mina".into(), persona: "mina-backstage".into(), client: None };
        agents::commands::create(&fixture.db, &fixture.operator, mina).await.unwrap();
        Self { fixture, store, _folder: folder }
    }

    pub(super) fn db(&self) -> &Db {
        &self.fixture.db
    }

    pub(super) async fn file(&self, scope: &Scope, name: &str, bytes: &[u8]) -> FileId {
        let mut incoming = Incoming::begin(&self.store).await.unwrap();
        incoming.write(bytes).await.unwrap();
        let kind = sniff(&bytes[..bytes.len().min(HEAD)], name);
        let arrived = ArrivedFile { name: name.into(), kind, request: None };
        keep(self.db(), &self.store, scope, incoming, arrived).await.unwrap()
    }

    /// A client with all of it; `word` stands in everything that is its own.
    pub(super) async fn furnished(&self, word: &str) -> TestClient {
        let (db, operator) = (self.db(), &self.fixture.operator);
        let client = self.fixture.client(&format!("{word} & Partners")).await;
        let offer = self.fixture.offer(Starts::AtOnce).await;
        self.fixture.subscribe(&client, &offer).await;
        let owner = &client.owner;
        let file = self.file(owner, "fees: \"old\".bin", format!("{word}\0\u{1}\u{2}").as_bytes()).await;
        let twice = self.file(owner, "FEES: \"old\".bin", b"another").await;
        self.file(owner, "never sent.txt", format!("{word} loose").as_bytes()).await;
        let new = NewRequest {
            title: format!("Either/or: {word}?"),
            brief: format!("Please, for **{word}**."),
            priority: Priority::High,
            queue: true,
            files: vec![file, twice],
            form_key: None,
        };
        let number = commands::create(db, owner, new).await.unwrap();
        let request = crate::requests::queries::find(db, owner, client.id, number).await.unwrap();
        let claimed = runs::commands::claim_due(db, "worker", LEASE).await.unwrap().expect("a run is due");
        let inside = vec![
            Part::DataComment { text: format!("{word}-backstage remark") },
            Part::ToolInputAvailable {
                tool_call_id: "1".into(),
                tool_name: format!("{word}-backstage-tool"),
                input: serde_json::json!({}),
            },
        ];
        runs::commands::append_backstage(db, &claimed, inside).await.unwrap();
        let words = vec![
            Part::DataPlan {
                steps: vec![PlanStep { title: format!("{word} plan"), state: StepState::Done }],
            },
            Part::TextStart { id: "w".into() },
            Part::TextDelta { id: "w".into(), delta: format!("The words of {word}.") },
            Part::TextEnd { id: "w".into() },
        ];
        runs::commands::append_events(db, &claimed, words).await.unwrap();
        commands::note(db, operator, request, &format!("{word}-backstage note")).await.unwrap();
        commands::comment(db, owner, request, &format!("{word} comment"), &[]).await.unwrap();
        self.question(&claimed, Audience::Operator, &format!("{word}-backstage question?")).await;
        self.question(&claimed, Audience::Client, &format!("{word} question?")).await;
        deliverables::commands::put(db, &claimed, "Lease", Content::Body(format!("# {word} lease, first")))
            .await
            .unwrap();
        deliverables::commands::put(db, &claimed, "Lease", Content::Body(format!("# {word} lease, second")))
            .await
            .unwrap();
        let delivered = self.file(owner, "table.csv", format!("{word};1\n").as_bytes()).await;
        deliverables::commands::put(db, &claimed, "Table", Content::File(delivered)).await.unwrap();
        deliverables::commands::submit_for_review(db, &claimed).await.unwrap();
        reviews::commands::approve(db, owner, request).await.unwrap();
        notes::commands::write(db, owner, client.id, "Billing/Rates.md", &format!("{word} rates"), None)
            .await
            .unwrap();
        self.bills(&client, word).await;
        client
    }

    async fn question(&self, claimed: &runs::ClaimedRun, audience: Audience, question: &str) {
        let options = vec![Choice { key: "y".into(), label: "Yes".into() }];
        let question =
            Question { question: question.into(), detail: String::new(), options, open_for: 600, audience };
        let approval = approvals::commands::ask(self.db(), claimed, question).await.unwrap();
        approvals::commands::answer(self.db(), &self.fixture.operator, approval, "y").await.unwrap();
    }

    async fn bills(&self, client: &TestClient, word: &str) {
        let (db, operator) = (self.db(), &self.fixture.operator);
        let draft = |what: &str, minor| InvoiceDraft {
            lines: vec![InvoiceLine { what: format!("{word}{what}"), minor }],
            currency: Currency::USD,
            note: String::new(),
        };
        let issued = billing::commands::draft(db, operator, client.id, &draft(" extra | work", 12_345)).await;
        billing::commands::issue(db, operator, issued.unwrap()).await.unwrap();
        let credit = billing::commands::draft(db, operator, client.id, &draft(" goodwill", -500)).await;
        billing::commands::issue(db, operator, credit.unwrap()).await.unwrap();
        billing::commands::draft(db, operator, client.id, &draft("-backstage draft", 1)).await.unwrap();
    }

    pub(super) async fn start(&self, scope: &Scope) {
        start(self.db(), &self.store, scope, Tz::Europe__Berlin).await.unwrap();
    }

    pub(super) async fn ready(&self, scope: &Scope) -> ExportId {
        exports::queries::view(self.db(), scope).await.unwrap().ready.expect("a download is ready").id
    }

    /// Has it packed, downloads it, and opens it.
    pub(super) async fn packed(&self, scope: &Scope) -> (String, Opened) {
        self.start(scope).await;
        assert_eq!(pack_due(self.db(), &self.store).await.unwrap(), 1);
        let id = self.ready(scope).await;
        let Download::File { key, bytes, name } = download(self.db(), &self.store, scope, id).await.unwrap()
        else {
            panic!("it is gone")
        };
        let content = self.store.get(&key).await.unwrap();
        let pieces: Vec<bytes::Bytes> = content.pieces.try_collect().await.unwrap();
        let all = pieces.concat();
        assert_eq!(all.len() as u64, bytes);
        (name, Opened::read(all))
    }

    /// Everything that lies in the store's folder for downloads.
    pub(super) async fn objects(&self) -> Vec<String> {
        let all: Vec<_> = self.store.list(Some("exports")).try_collect().await.unwrap();
        all.into_iter().map(|entry| entry.key.to_string()).collect()
    }

    pub(super) async fn mails(&self, to: &Scope) -> Vec<(String, String)> {
        sqlx::query_as(
            "SELECT m.subject, m.body FROM mail m JOIN person p ON p.email = m.recipient WHERE p.id = $1
               AND m.subject LIKE '%download%' ORDER BY m.created_at",
        )
        .bind(to.person().unwrap().0)
        .fetch_all(&self.fixture.pool)
        .await
        .unwrap()
    }

    /// What the audit log has of downloads: who did what.
    pub(super) async fn audit(&self) -> Vec<(String, String)> {
        sqlx::query_as("SELECT who, what FROM audit WHERE what LIKE '%export' ORDER BY id")
            .fetch_all(&self.fixture.pool)
            .await
            .unwrap()
    }
}
