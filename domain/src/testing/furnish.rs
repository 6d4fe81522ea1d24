//! A client with something in every table, under a word that stands in all that can hold words.

use bytes::Bytes;
use serde_json::json;
use sessions::{Expiry, NewNamedStream, StreamId, Tenant};
use sqlx::{AssertSqlSafe, PgPool};
use uuid::Uuid;

use crate::{
    Actor, Role, Scope,
    accounts::commands::invitations,
    agents::{self, NewAgent},
    approvals::{self, Audience, Question},
    audit::ActedThrough,
    billing::{
        InvoiceDraft, InvoiceLine,
        commands::{self as billing, BalanceForm},
    },
    controls,
    costs::{self, Subject, UsageReport},
    deliverables::{self, Content},
    files::{
        ArrivedFile, HEAD,
        commands::keep,
        sniff,
        store::{Incoming, Key, Store},
    },
    idempotency::{self, Call},
    ids::{AgentId, FileId, InvoiceId, RequestId, SubscriptionId},
    money::Currency,
    notes,
    offers::Offer,
    proposals::{self, Action},
    requests::{NewRequest, Priority, commands, queries},
    reviews,
    runs::{self, ClaimedRun},
    session::{Choice, Part},
    testing::{Fixture, LEASE, TestClient, furnish_payments},
    tokens::{self, NewToken, Right},
};

/// What is in a file that every furnished client has.
pub const SHARED: &[u8] = b"the same terms for everybody";

/// A client with everything, and what one looks for of it.
pub struct FullClient {
    pub client: TestClient,
    /// What it holds.
    pub subscription: SubscriptionId,
    /// Issued and paid.
    pub paid: InvoiceId,
    /// Its first request's.
    pub session: StreamId,
}

struct Furnishing<'a> {
    fixture: &'a Fixture,
    store: &'a Store,
    client: &'a TestClient,
    word: &'a str,
}

/// A client with everything.
pub async fn full_client(fixture: &Fixture, store: &Store, offer: &Offer, word: &str) -> FullClient {
    let mut client = fixture.client(&format!("{word} & Partners")).await;
    for scope in [&mut client.owner, &mut client.member, &mut client.billing] {
        name(fixture, scope, word).await;
    }
    run(
        &fixture.pool,
        "UPDATE client SET vertical = $2, intake = jsonb_build_array(jsonb_build_object('key', 'a', 'label', 'What?',
            'kind', 'text', 'answer', $2)), bill_to = $2 || E'\n1 Quay Street', bill_email = 'bills@' || $2 || '.test' WHERE id = $1",
        client.id.0,
        word,
    )
    .await;
    let subscription = fixture.subscribe(&client, offer).await;
    let furnishing = Furnishing { fixture, store, client: &client, word };
    let agent = furnishing.agent().await;
    let session = furnishing.work().await;
    furnishing.programs(agent).await;
    let paid = furnishing.bills(subscription).await;
    furnishing.export().await;
    furnishing.rest(session).await;
    FullClient { client, subscription, paid, session: StreamId(session) }
}

async fn name(fixture: &Fixture, scope: &mut Scope, word: &str) {
    let Actor::Person { id, name, role, .. } = &mut scope.actor else { panic!("only people have names") };
    *name = format!("{word} {role:?}");
    sqlx::query("UPDATE person SET name = $2, email = lower($3) WHERE id = $1")
        .bind(id.0)
        .bind(name.as_str())
        .bind(format!("{role:?}@{word}.test"))
        .execute(&fixture.pool)
        .await
        .unwrap();
}

/// A statement about an id and the word.
async fn run(pool: &PgPool, sql: &'static str, id: Uuid, word: &str) {
    sqlx::query(sql).bind(id).bind(word).execute(pool).await.unwrap();
}

impl Furnishing<'_> {
    fn words(&self, what: &str) -> String {
        format!("{} {what}", self.word)
    }

    async fn agent(&self) -> AgentId {
        let (db, operator) = (&self.fixture.db, &self.fixture.operator);
        let (name, persona) = (self.words("agent"), self.words("persona"));
        let new = NewAgent { name, persona, client: Some(self.client.id) };
        let agent = agents::commands::create(db, operator, new).await.unwrap();
        costs::commands::set_limit(db, operator, Subject::Client(self.client.id), "900").await.unwrap();
        costs::commands::set_limit(db, operator, Subject::Agent(agent), "900").await.unwrap();
        agents::commands::set_key(db, operator, agent, &format!("{}-key", self.word)).await.unwrap();
        agent
    }

    async fn file(&self, name: &str, bytes: &[u8]) -> FileId {
        let mut incoming = Incoming::begin(self.store).await.unwrap();
        incoming.write(bytes).await.unwrap();
        let kind = sniff(&bytes[..bytes.len().min(HEAD)], name);
        let arrived = ArrivedFile { name: name.into(), kind, request: None };
        keep(&self.fixture.db, self.store, &self.client.owner, incoming, arrived).await.unwrap()
    }

    async fn ask(&self, what: &str) -> (RequestId, Uuid) {
        let new = NewRequest {
            title: self.words(what),
            brief: self.words("brief"),
            priority: Priority::Normal,
            queue: true,
            files: Vec::new(),
            form_key: Some(self.words(what)),
        };
        let (db, client) = (&self.fixture.db, self.client.id);
        let number = commands::create(db, &self.client.owner, new).await.unwrap();
        let detail =
            queries::by_number(db, &self.fixture.operator.within(client), client, number).await.unwrap();
        (detail.card.id, detail.session_stream)
    }

    async fn claim(&self) -> ClaimedRun {
        // Others' runs that are due are taken up on the way.
        loop {
            let claimed =
                runs::commands::claim_due(&self.fixture.db, &self.words("worker"), LEASE).await.unwrap();
            let claimed = claimed.expect("a run is due");
            if claimed.client == self.client.id {
                return claimed;
            }
        }
    }

    /// Requests that were delivered, asked about, stopped; the session of the first.
    async fn work(&self) -> Uuid {
        let (db, owner) = (&self.fixture.db, &self.client.owner);
        let (first, session) = self.ask("title").await;
        let claimed = self.claim().await;
        let raw = vec![Part::DataComment { text: self.words("remark") }];
        runs::commands::append_backstage(db, &claimed, raw).await.unwrap();
        let said = vec![
            Part::TextStart { id: "w".into() },
            Part::TextDelta { id: "w".into(), delta: self.words("said") },
            Part::TextEnd { id: "w".into() },
        ];
        runs::commands::append_events(db, &claimed, said).await.unwrap();
        let spent =
            UsageReport { key: self.words("step"), model: self.words("model"), ..UsageReport::default() };
        costs::commands::record(db, &claimed, &spent).await.unwrap();
        let body = Content::Body(self.words("deliverable"));
        deliverables::commands::put(db, &claimed, &self.words("result"), body).await.unwrap();
        deliverables::commands::submit_for_review(db, &claimed).await.unwrap();
        let files = [
            self.file(&self.words("file.txt"), self.words("content").as_bytes()).await,
            self.file(&self.words("terms.txt"), SHARED).await,
        ];
        commands::comment(db, owner, first, &self.words("comment"), &files).await.unwrap();
        commands::note(db, &self.fixture.operator, first, &self.words("aside")).await.unwrap();
        reviews::commands::ask_for_change(db, owner, first, &self.words("change")).await.unwrap();
        let question = Question {
            question: self.words("question"),
            detail: self.words("detail"),
            options: vec![Choice { key: "yes".into(), label: self.words("yes") }],
            open_for: 86_400,
            audience: Audience::Client,
        };
        approvals::commands::ask(db, &self.claim().await, question).await.unwrap();
        let (second, _) = self.ask("second").await;
        self.claim().await;
        controls::commands::steer(db, owner, second, &self.words("steer")).await.unwrap();
        notes::commands::write(
            db,
            owner,
            self.client.id,
            &format!("{}.md", self.word),
            &self.words("note"),
            None,
        )
        .await
        .unwrap();
        session
    }

    /// What programs have and did.
    async fn programs(&self, agent: AgentId) {
        let (db, operator) = (&self.fixture.db, &self.fixture.operator);
        let own = NewToken {
            name: self.words("token"),
            agent: None,
            client: Some(self.client.id),
            rights: vec![Right::Read],
        };
        tokens::commands::create(db, operator, own).await.unwrap();
        let works =
            NewToken { name: self.words("worker"), agent: Some(agent), client: None, rights: Vec::new() };
        tokens::commands::create(db, operator, works).await.unwrap();
        let wide = NewToken {
            name: "Desk".into(),
            agent: None,
            client: None,
            rights: vec![Right::Read, Right::Write],
        };
        let (token, _) = tokens::commands::create(db, operator, wide).await.unwrap();
        let pause = Action::PauseSubscription { client: self.client.id };
        proposals::commands::propose(db, operator, token, &pause, &self.words("reason")).await.unwrap();
        // A program of the whole workspace speaks about one client.
        let by = ActedThrough { token: Some(token), ip: None };
        let arguments = json!({ "client": self.client.id });
        let call = Call { by: &by, what: "write_note", key: Some("one"), arguments: &arguments };
        let (client, path, body) =
            (self.client.id, format!("Calls/{}.md", self.word), self.words("by a program"));
        idempotency::once(db, operator, call, async move |db| {
            let note = notes::commands::write(&db, operator, client, &path, &body, None).await?;
            let entry = crate::audit::NewEntry::done("write_note", path.as_str()).of(client);
            Ok((json!({ "path": note.path, "body": body }), entry))
        })
        .await
        .unwrap();
    }

    async fn draft(&self, minor: i64) -> InvoiceId {
        let lines = vec![InvoiceLine { what: self.words("line"), minor }];
        let draft = InvoiceDraft { lines, currency: Currency::USD, note: self.words("beside") };
        let (db, operator) = (&self.fixture.db, &self.fixture.operator);
        billing::draft(db, operator, self.client.id, &draft).await.unwrap()
    }

    async fn bills(&self, subscription: SubscriptionId) -> InvoiceId {
        let (db, operator) = (&self.fixture.db, &self.fixture.operator);
        let [paid, open] = [self.draft(700).await, self.draft(800).await];
        for invoice in [paid, open] {
            billing::issue(db, operator, invoice).await.unwrap();
        }
        let first: Uuid = sqlx::query_scalar("SELECT id FROM invoice WHERE subscription_id = $1")
            .bind(subscription.0)
            .fetch_one(&self.fixture.pool)
            .await
            .unwrap();
        for invoice in [paid, InvoiceId(first)] {
            billing::mark_paid(db, operator, invoice).await.unwrap();
        }
        let credit = self.draft(-500).await;
        billing::issue(db, operator, credit).await.unwrap();
        self.draft(900).await;
        let note = self.words("thanks");
        let gift = BalanceForm { amount: "5".into(), takes: false, note };
        billing::adjust_balance(db, operator, self.client.id, &gift).await.unwrap();
        run(
            &self.fixture.pool,
            "INSERT INTO subscription_pause (workspace_id, client_id, subscription_id, from_at, to_at, banked_seconds)
             SELECT workspace_id, client_id, id, started_at, started_at, 0 FROM subscription WHERE id = $1 AND $2 <> ''",
            subscription.0,
            self.word,
        )
        .await;
        run(
            &self.fixture.pool,
            "UPDATE subscription SET network = $2 WHERE id = $1",
            subscription.0,
            self.word,
        )
        .await;
        let fixture = self.fixture;
        furnish_payments(&fixture.db, &fixture.pool, fixture.workspace, open, self.word).await;
        paid
    }

    /// A download that is ready.
    async fn export(&self) {
        let key = Key::parse(&format!("exports/{}", self.word)).unwrap();
        self.store.put(&key, self.words("packed").into_bytes()).await.unwrap();
        run(
            &self.fixture.pool,
            "INSERT INTO client_export (id, workspace_id, client_id, asked_by, from_desk, zone, state, object, bytes,
                                        created_at, ready_at, expires_at)
             SELECT gen_random_uuid(), workspace_id, client_id, person_id, false, 'UTC', 'ready', 'exports/' || $2, 1,
                    now(), now(), 'infinity'
             FROM membership WHERE client_id = $1 AND role = 'owner'",
            self.client.id.0,
            self.word,
        )
        .await;
    }

    /// What is made in passing, or by other ways than the product's commands.
    async fn rest(&self, session: Uuid) {
        let (fixture, client, word) = (self.fixture, self.client.id, self.word);
        invitations::invite(&fixture.db, &self.client.owner, &format!("guest@{word}.test"), Role::Member)
            .await
            .unwrap();
        let tenant = Tenant { workspace: fixture.workspace.0, client: Some(client.0) };
        let named = NewNamedStream {
            tenant,
            name: word.to_owned(),
            content_type: None,
            expiry: Expiry::Never,
            closed: false,
            fork: None,
            body: Bytes::from(self.words("bytes")),
        };
        fixture.db.engine().create(named).await.unwrap();
        fixture.db.engine().stored().await.unwrap();
        let owner = self.client.owner.person().unwrap().0;
        for (sql, id) in [
            (
                "INSERT INTO session_fold (workspace_id, client_id, stream_id, next_offset, version, fold, folded_at)
                 SELECT workspace_id, client_id, id, 1, 1, $2, now() FROM stream WHERE id = $1",
                session,
            ),
            (
                "INSERT INTO said (workspace_id, client_id, request_id, person_id, message, words, said_at)
                 SELECT workspace_id, client_id, id, asked_by, $2, '', now() FROM request WHERE session_stream = $1",
                session,
            ),
            (
                "WITH made AS (
                     INSERT INTO stream_subscription (workspace_id, id, client_id, name, wake_stream, lease_ms, config,
                        secret, created_at, matched_until)
                     SELECT workspace_id, gen_random_uuid(), id, $2, $2 || '/wake', 1000, $2, convert_to($2, 'UTF8'), now(), now()
                     FROM client WHERE id = $1 RETURNING workspace_id, id)
                 INSERT INTO stream_subscription_link (workspace_id, subscription_id, path, explicit, matched, acked_offset)
                 SELECT workspace_id, id, $2 || '/none', true, false, 0 FROM made",
                client.0,
            ),
            (
                "INSERT INTO sign_in (key, person_id, data, agent, created_at, seen_at, expires_at)
                 VALUES (convert_to($2, 'UTF8'), $1, '{}', $2, now(), now(), 'infinity')",
                owner,
            ),
            (
                "INSERT INTO password_reset (token_hash, person_id, created_at, expires_at)
                 VALUES (convert_to($2, 'UTF8'), $1, now(), now())",
                owner,
            ),
            (
                "INSERT INTO confirmation (token_hash, person_id, created_at, expires_at)
                 VALUES (convert_to($2, 'UTF8'), $1, now(), now())",
                owner,
            ),
            (
                "INSERT INTO sign_up (form_hash, person_id, created_at) VALUES (convert_to($2, 'UTF8'), $1, now())",
                owner,
            ),
            (
                "INSERT INTO rate_limit (key, window_start)
                 SELECT 'sign_in/pair/' || email || ' 192.0.2.1', now() FROM person WHERE id = $1 AND $2 <> ''",
                owner,
            ),
        ] {
            sqlx::query(AssertSqlSafe(sql)).bind(id).bind(word).execute(&fixture.pool).await.unwrap();
        }
    }
}
