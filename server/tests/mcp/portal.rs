use std::{net::SocketAddr, time::Duration};

use domain::{
    audit::{self, AuditEntry, AuditQuery},
    ids::{AgentId, ClientId},
    offers::Starts,
    requests::{Column, NewRequest},
    runs::ClaimedRun,
    testing::{Fixture, TestClient, new_request},
    tokens::Right,
};
use reqwest::{Client, Response};
use serde_json::{Value, json};
use server::shutdown::Shutdown;
use sqlx::PgPool;

use super::shared;

/// What no wait in here comes near.
pub const FOREVER: Duration = Duration::from_secs(180);

/// A server with two clients, the first of which has a subscription, and an agent called Juno who works for everyone.
pub struct McpPortal {
    pub fixture: Fixture,
    pub law: TestClient,
    pub hill: TestClient,
    pub agent: AgentId,
    pub address: SocketAddr,
}

impl McpPortal {
    pub async fn new(pool: &PgPool) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let fixture = Fixture::new(pool).await;
        let (law, hill) = (fixture.client("Harbor & Pine").await, fixture.client("Hill Insurance").await);
        let offer = fixture.offer(Starts::AtOnce).await;
        for client in [&law, &hill] {
            fixture.subscribe(client, &offer).await;
        }
        let agent = fixture.agent("Juno", None).await;
        let shutdown = Shutdown::default();
        let address = shared::serve(&fixture.db, &shutdown).await;
        Self { fixture, law, hill, agent, address }
    }

    /// Asks for something, which is queued.
    pub async fn ask(&self, client: &TestClient, title: &str, queue: bool) -> u64 {
        let new = NewRequest { queue, ..new_request(title) };
        self.fixture.ask_as(&client.owner, new).await.card.number
    }

    pub async fn column(&self, client: ClientId, number: u64) -> Column {
        self.fixture.request(client, number).await.card.column
    }

    /// Juno takes the queued run up.
    pub async fn claim(&self) -> ClaimedRun {
        self.fixture.claim().await
    }

    /// Which tools Juno may use.
    pub async fn allow(&self, tools: &[&str]) {
        sqlx::query("UPDATE agent SET tools = $2 WHERE id = $1")
            .bind(self.agent.0)
            .bind(tools.iter().map(|tool| (*tool).to_owned()).collect::<Vec<_>>())
            .execute(&self.fixture.pool)
            .await
            .unwrap();
    }

    /// Juno's own token.
    pub async fn agents_token(&self) -> McpProgram {
        self.token(Some(self.agent), None, &[]).await
    }

    /// An operator's token called Atlas.
    pub async fn desk_token(&self, rights: &[Right]) -> McpProgram {
        self.token(None, None, rights).await
    }

    pub async fn token(
        &self,
        agent: Option<AgentId>,
        client: Option<ClientId>,
        rights: &[Right],
    ) -> McpProgram {
        let (_, text) = self.fixture.token(agent, client, rights).await;
        McpProgram { address: self.address, text, client: Client::new() }
    }

    /// The audit log, oldest first.
    pub async fn log(&self) -> Vec<AuditEntry> {
        let page = audit::queries::list(&self.fixture.db, &self.fixture.operator, &AuditQuery::default())
            .await
            .unwrap();
        // Without what the test itself needed first.
        let needed = ["create_token", "create_offer", "publish_offer", "start_subscription", "add_agent"];
        let of_programs = |entry: &AuditEntry| {
            entry.by_token || entry.who != "The portal" && !needed.contains(&entry.what.as_str())
        };
        page.entries.into_iter().filter(of_programs).rev().collect()
    }

    /// The same as verbs with their outcomes.
    pub async fn deeds(&self) -> Vec<(String, &'static str)> {
        self.log().await.into_iter().map(|entry| (entry.what, entry.outcome.as_str())).collect()
    }
}

/// A program that speaks the protocol.
#[derive(Clone)]
pub struct McpProgram {
    pub address: SocketAddr,
    pub text: String,
    pub client: Client,
}

impl McpProgram {
    pub async fn send(&self, method: &str, params: Value) -> Response {
        let call = json!({ "jsonrpc": "2.0", "id": 7, "method": method, "params": params });
        let request = self
            .client
            .post(format!("http://{}/mcp", self.address))
            .bearer_auth(&self.text)
            .header("accept", "application/json, text/event-stream")
            .header("mcp-protocol-version", "2025-06-18")
            .json(&call);
        tokio::time::timeout(FOREVER, request.send()).await.unwrap().unwrap()
    }

    /// The whole answer: `result` or `error`.
    pub async fn rpc(&self, method: &str, params: Value) -> Value {
        let response = self.send(method, params).await;
        assert_eq!(response.status(), 200);
        let text = tokio::time::timeout(FOREVER, response.text()).await.unwrap().unwrap();
        answer_in(&text)
    }

    /// The names of the tools that are offered.
    pub async fn tools(&self) -> Vec<String> {
        let listed = self.rpc("tools/list", json!({})).await;
        let tools = listed["result"]["tools"].as_array().unwrap();
        tools.iter().map(|tool| tool["name"].as_str().unwrap().to_owned()).collect()
    }

    /// What a tool answers.
    pub async fn call(&self, tool: &str, arguments: Value) -> Value {
        let answer = self.rpc("tools/call", json!({ "name": tool, "arguments": arguments })).await;
        assert_eq!(answer["result"]["isError"], false, "{tool}: {answer}");
        answer["result"]["structuredContent"].clone()
    }

    /// Why a tool says no.
    pub async fn refused(&self, tool: &str, arguments: Value) -> String {
        let answer = self.rpc("tools/call", json!({ "name": tool, "arguments": arguments })).await;
        if let Some(error) = answer["error"]["message"].as_str() {
            return format!("error: {error}");
        }
        assert_eq!(answer["result"]["isError"], true, "{tool}: {answer}");
        answer["result"]["content"][0]["text"].as_str().unwrap().to_owned()
    }
}

/// The answer in a stream of events, beside which there may be others.
fn answer_in(text: &str) -> Value {
    let data = text.lines().filter_map(|line| line.strip_prefix("data:")).map(str::trim);
    data.filter_map(|data| serde_json::from_str::<Value>(data).ok())
        .find(|message| message["id"] == 7)
        .unwrap_or_else(|| panic!("no answer in {text}"))
}
