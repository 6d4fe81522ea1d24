use std::{net::SocketAddr, time::Duration};

use domain::{
    Scope,
    ids::{AgentId, TokenId},
    requests::Detail,
    testing::{Fixture, TestClient},
    tokens::{self, NewToken, Right},
};
use reqwest::{Client, Method, Response};
use serde_json::{Value, json};
use server::shutdown::Shutdown;
use sessions::StreamId;
use sqlx::PgPool;

use crate::shared;

/// What no wait in here comes near.
pub const FOREVER: Duration = Duration::from_secs(30);

/// A server with a client, and an agent that fetches its work.
pub struct PullPortal {
    pub fixture: Fixture,
    pub client: TestClient,
    pub agent: AgentId,
    pub token: TokenId,
    pub address: SocketAddr,
    pub shutdown: Shutdown,
    /// The agent's program.
    pub program: PullProgram,
}

impl PullPortal {
    pub async fn new(pool: &PgPool) -> Self {
        // The programs' stand-in needs a provider of TLS, whether it uses it or not.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let fixture = Fixture::new(pool).await;
        let client = fixture.subscriber("Harbor & Pine").await;
        let agent = fixture.pull_agent("Juno").await;
        let (token, text) = token_of(&fixture, agent).await;
        let shutdown = Shutdown::default();
        let address = shared::serve(&fixture.db, &shutdown).await;
        let program = PullProgram::new(address, &text);
        Self { fixture, client, agent, token, address, shutdown, program }
    }

    /// The client asks for something, and it is queued for the agent.
    pub async fn ask(&self, title: &str) -> Detail {
        self.fixture.ask(&self.client, title).await
    }

    pub async fn see(&self, number: u64) -> Detail {
        self.fixture.request(self.client.id, number).await
    }

    /// A token of the operator's, for the whole workspace.
    pub async fn operators(&self, rights: &[Right]) -> PullProgram {
        let (_, text) = self.fixture.token(None, None, rights).await;
        PullProgram::new(self.address, &text)
    }

    /// Waits until a program listens to what is said of a request: one that comes later may find the run ended.
    pub async fn somebody_listens(&self, request: &Detail) {
        while self.fixture.db.engine().following(StreamId(request.session_stream)) == 0 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}

pub async fn token_of(fixture: &Fixture, agent: AgentId) -> (TokenId, String) {
    let new =
        NewToken { name: "Juno's machine".into(), agent: Some(agent), client: None, rights: Vec::new() };
    tokens::commands::create(&fixture.db, &fixture.operator, new).await.unwrap()
}

/// A program with a token.
#[derive(Clone)]
pub struct PullProgram {
    pub address: SocketAddr,
    token: String,
    client: Client,
}

impl PullProgram {
    pub fn new(address: SocketAddr, token: &str) -> Self {
        Self { address, token: token.to_owned(), client: Client::new() }
    }

    pub fn token(&self) -> &str {
        &self.token
    }

    /// The same token at another server.
    pub fn at(&self, address: SocketAddr) -> Self {
        Self { address, ..self.clone() }
    }

    pub async fn send(&self, method: Method, path: &str, body: Option<&Value>) -> Response {
        let url = format!("http://{}{path}", self.address);
        let mut request = self.client.request(method, url).bearer_auth(&self.token);
        if let Some(body) = body {
            request = request.json(body);
        }
        tokio::time::timeout(FOREVER, request.send()).await.unwrap().unwrap()
    }

    pub async fn get(&self, path: &str) -> (u16, Value) {
        answer(self.send(Method::GET, path, None).await).await
    }

    pub async fn post(&self, path: &str, body: Value) -> (u16, Value) {
        answer(self.send(Method::POST, path, Some(&body)).await).await
    }

    /// Claims what there is.
    pub async fn claim(&self) -> PulledRun {
        let (status, run) = self.post("/v1/runs/claim", json!({})).await;
        assert_eq!(status, 200, "{run}");
        PulledRun { program: self.clone(), run }
    }
}

pub async fn answer(response: Response) -> (u16, Value) {
    let status = response.status().as_u16();
    let text = response.text().await.unwrap();
    (status, serde_json::from_str(&text).unwrap_or(Value::Null))
}

/// A run that was claimed.
#[derive(Clone)]
pub struct PulledRun {
    pub program: PullProgram,
    /// As it was told at the claim.
    pub run: Value,
}

impl PulledRun {
    pub fn id(&self) -> &str {
        self.run["run"].as_str().unwrap()
    }

    pub fn path(&self, rest: &str) -> String {
        format!("/v1/runs/{}{rest}", self.id())
    }

    /// Posts in the name of the attempt.
    pub async fn post(&self, rest: &str, mut body: Value) -> (u16, Value) {
        body["attempt"] = self.run["attempt"].clone();
        self.program.post(&self.path(rest), body).await
    }

    /// The same, and it is taken.
    pub async fn done(&self, rest: &str, body: Value) -> Value {
        let (status, answer) = self.post(rest, body).await;
        assert!((200..300).contains(&status), "{rest}: {status} {answer}");
        answer
    }

    pub async fn append(&self, sequence: u64, parts: Value) -> (u16, Value) {
        self.post("/events", json!({ "sequence": sequence, "parts": parts })).await
    }

    pub async fn signals(&self, after: &str, wait: u32) -> (u16, Value) {
        let attempt = &self.run["attempt"];
        self.program.get(&self.path(&format!("/signals?attempt={attempt}&after={after}&wait={wait}"))).await
    }

    /// Listens until there is something; what, and where it goes on.
    pub async fn read_signals(&self, after: &str) -> (Value, String) {
        let (status, heard) = self.signals(after, 20).await;
        assert_eq!(status, 200, "{heard}");
        (heard["signals"].clone(), heard["after"].as_str().unwrap().to_owned())
    }

    pub fn after(&self) -> &str {
        self.run["after"].as_str().unwrap()
    }
}

/// Says something to the agent at work.
pub async fn steer(house: &PullPortal, by: &Scope, request: &Detail, words: &str) {
    domain::controls::commands::steer(&house.fixture.db, by, request.card.id, words).await.unwrap();
}
