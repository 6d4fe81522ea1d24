//! A business on an install, by the real time: somebody in a browser, and an agent that fetches its work.

use std::{collections::HashMap, net::SocketAddr, time::Duration};

use app::web::{MEMBERSHIP_KEY, PERSON_KEY};
use domain::{
    Actor, Clock, Db, Scope, install,
    sealed::Keyring,
    secret,
    session::Part,
    testing::{Fixture, TestClient},
};
use reqwest::{Client, RequestBuilder, StatusCode, redirect::Policy};
use serde_json::{Value, json};
use server::sign_in_store::SignInStore;
use sessions::{Engine, Options};
use sqlx::{Executor, PgPool, postgres::PgPoolOptions};
use tower_sessions::{
    SessionStore,
    cookie::time::{Duration as Days, OffsetDateTime},
    session::{Id, Record},
};
use uuid::Uuid;

use crate::fleet;

const SEED: &str = "a-seed-of-the-form-token";

pub struct Office {
    pub fixture: Fixture,
    pub pool: PgPool,
    client: TestClient,
    /// Of the browser in which the client's owner is signed in.
    cookie: String,
    form_token: String,
    token: String,
    http: Client,
}

/// What was answered.
pub struct OfficeResponse {
    pub status: StatusCode,
    pub retry_after: bool,
    pub text: String,
    pub took: Duration,
}

/// A request of the client's.
pub struct TestRequest {
    pub id: Uuid,
    pub session: Uuid,
}

impl Office {
    /// On a database that a node has made.
    pub async fn open(pool: &PgPool) -> Self {
        let db = by_real_time(pool).await;
        let fixture = Fixture::beside(&db, pool).await;
        let client = fixture.subscriber("Harbor & Pine").await;
        let agent = fixture.pull_agent("Juno").await;
        let (_, token) = fixture.token(Some(agent), None, &[]).await;
        let form_key = install::key(&db, "form_key").await.unwrap();
        let form_token = secret::keyed_hash(&form_key, SEED.as_bytes());
        let cookie = format!("form={SEED}; {}", sign_in(&db, &client.owner).await);
        let http = fleet::client().redirect(Policy::none()).pool_max_idle_per_host(0);
        let http = http.timeout(super::FOREVER).build().unwrap();
        Self { fixture, pool: pool.clone(), client, cookie, form_token, token, http }
    }

    /// The client asks for something, and it is queued for the agent.
    pub async fn ask(&self, title: &str) -> TestRequest {
        let detail = self.fixture.ask(&self.client, title).await;
        TestRequest { id: detail.card.id.0, session: detail.session_stream }
    }

    pub async fn get(&self, node: SocketAddr, path: &str) -> OfficeResponse {
        let url = format!("http://{node}{path}");
        send(self.http.get(url).header("cookie", &self.cookie)).await
    }

    /// The browser sends the form for a new request, perhaps with a file.
    pub async fn post_request(&self, node: SocketAddr, title: &str, file: Option<&[u8]>) -> OfficeResponse {
        let fields = [
            ("form_token", self.form_token.as_str()),
            ("title", title),
            ("brief", "Typed with care."),
            ("do", "later"),
            ("form_key", title),
        ];
        let mut body = Vec::new();
        for (name, value) in fields {
            let part = format!("--cut\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
            body.extend(part.bytes());
        }
        if let Some(bytes) = file {
            let head = "--cut\r\nContent-Disposition: form-data; name=\"upload\"; filename=\"fees.bin\"\r\n\
                        Content-Type: application/octet-stream\r\n\r\n";
            body.extend(head.bytes().chain(bytes.iter().copied()).chain(*b"\r\n"));
        }
        body.extend(*b"--cut--\r\n");
        let request = self.http.post(format!("http://{node}/portal/requests")).header("cookie", &self.cookie);
        let request = request.header("origin", format!("http://{node}"));
        send(request.header("content-type", "multipart/form-data; boundary=cut").body(body)).await
    }

    /// The agent's program asks for something.
    pub async fn call(&self, node: SocketAddr, path: &str) -> OfficeResponse {
        send(self.http.get(format!("http://{node}{path}")).bearer_auth(&self.token)).await
    }

    /// The agent's program posts.
    pub async fn send(&self, node: SocketAddr, path: &str, body: &Value) -> OfficeResponse {
        let request = self.http.post(format!("http://{node}{path}")).bearer_auth(&self.token).json(body);
        send(request.header("accept", "application/json, text/event-stream")).await
    }

    /// The same again and again, as programs do, until it is taken.
    pub async fn insist(&self, node: SocketAddr, path: &str, body: &Value) -> Value {
        let begun = tokio::time::Instant::now();
        loop {
            let answer = self.send(node, path, body).await;
            if answer.status.is_success() {
                return serde_json::from_str(&answer.text).unwrap_or_default();
            }
            let comes_back = answer.status.is_server_error() && begun.elapsed() < super::FOREVER;
            assert!(comes_back, "{path}: {} {}", answer.status, answer.text);
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }

    /// The agent takes up what there is, for so many seconds; the run's path.
    pub async fn claim(&self, node: SocketAddr, lease: u32) -> String {
        let run = self.insist(node, "/v1/runs/claim", &json!({ "wait": 10, "lease": lease })).await;
        assert_eq!(run["attempt"], 1, "{run}");
        format!("/v1/runs/{}", run["run"].as_str().unwrap())
    }

    /// What the agents wrote, piece by piece.
    pub async fn written(&self, asked: &TestRequest) -> Vec<String> {
        let parts = self.fixture.parts(asked.session).await.into_iter();
        let words = parts.filter_map(|part| match part {
            Part::TextDelta { delta, .. } => Some(delta),
            _ => None,
        });
        words.collect()
    }

    /// The state of a request's run, and its attempt.
    pub async fn run(&self, asked: &TestRequest) -> (String, i32) {
        let run = sqlx::query_as("SELECT state, attempt FROM run WHERE request_id = $1").bind(asked.id);
        run.fetch_one(&self.pool).await.unwrap()
    }

    pub async fn number(&self, question: &'static str) -> i64 {
        sqlx::query_scalar(question).fetch_one(&self.pool).await.unwrap()
    }
}

/// A piece of the agent's text, by its number.
pub fn text(sequence: u64, words: &str) -> Value {
    json!({ "attempt": 1, "sequence": sequence, "parts": [{ "type": "text", "text": words }] })
}

/// What ends a run well, one after another.
pub fn ending() -> [(&'static str, Value); 2] {
    [
        ("/deliverables", json!({ "attempt": 1, "title": "Mail", "body": "Dear all" })),
        ("/end", json!({ "attempt": 1, "outcome": "review" })),
    ]
}

async fn send(request: RequestBuilder) -> OfficeResponse {
    let begun = tokio::time::Instant::now();
    let response = request.send().await.unwrap();
    let (status, retry_after) = (response.status(), response.headers().contains_key("retry-after"));
    let text = response.text().await.unwrap();
    OfficeResponse { status, retry_after, text, took: begun.elapsed() }
}

async fn by_real_time(pool: &PgPool) -> Db {
    let options = Options::default();
    let db = Db::new(
        role(pool, "SET ROLE throughline_app").await,
        Engine::start(role(pool, "SET ROLE throughline_sessions").await, options),
        Clock::following(),
    );
    db.follow_time().await.unwrap();
    db.with_keyring(Keyring::parse(&Keyring::generate()).unwrap())
}

async fn role(pool: &PgPool, set: &'static str) -> PgPool {
    let roles = PgPoolOptions::new().max_connections(3);
    let roles =
        roles.after_connect(move |conn, _| Box::pin(async move { conn.execute(set).await.map(|_| ()) }));
    roles.connect_with((*pool.connect_options()).clone()).await.unwrap()
}

async fn sign_in(db: &Db, scope: &Scope) -> String {
    let Actor::Person { id, membership, .. } = &scope.actor else { panic!("only people sign in") };
    let data =
        HashMap::from([(PERSON_KEY.to_owned(), json!(id)), (MEMBERSHIP_KEY.to_owned(), json!(membership))]);
    let expiry_date = OffsetDateTime::now_utc() + Days::days(14);
    let mut record = Record { id: Id::default(), data, expiry_date };
    SignInStore(db.clone()).create(&mut record).await.unwrap();
    format!("sign_in={}", record.id)
}
