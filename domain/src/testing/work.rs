//! Agents, the work that is asked of them, and what a session holds of it.

use std::time::Duration;

use sessions::{Offset, StreamId};
use uuid::Uuid;

use super::{Fixture, TestClient};
use crate::{
    Scope,
    agents::{self, NewAgent},
    ids::{AgentId, ClientId, RequestId, TokenId},
    requests::{Detail, NewRequest, Priority, commands, queries},
    runs::{self, ClaimedRun},
    session::{Conversation, Event, Part},
    tokens::{self, NewToken, Right},
};

/// Longer than a test.
pub const LEASE: Duration = Duration::from_secs(3_600);

/// A request for the queue.
pub fn new_request(title: &str) -> NewRequest {
    NewRequest {
        title: title.to_owned(),
        brief: "Please write to them.".to_owned(),
        priority: Priority::Normal,
        queue: true,
        files: Vec::new(),
        form_key: None,
    }
}

impl Fixture {
    /// An agent who works for one client or, without one, for all of the workspace.
    pub async fn agent(&self, name: &str, client: Option<ClientId>) -> AgentId {
        let new = NewAgent { name: name.into(), persona: "Calm.".into(), client };
        agents::commands::create(&self.db, &self.operator, new).await.unwrap()
    }

    /// An agent of the workspace who fetches its own work.
    pub async fn pull_agent(&self, name: &str) -> AgentId {
        let agent = self.agent(name, None).await;
        sqlx::query("UPDATE agent SET backend = 'pull' WHERE id = $1")
            .bind(agent.0)
            .execute(&self.pool)
            .await
            .unwrap();
        agent
    }

    /// An agent's token or, without one, an operator's, for one client or for all; with its text.
    pub async fn token(
        &self,
        agent: Option<AgentId>,
        client: Option<ClientId>,
        rights: &[Right],
    ) -> (TokenId, String) {
        let new = NewToken { name: "Atlas".into(), agent, client, rights: rights.to_vec() };
        tokens::commands::create(&self.db, &self.operator, new).await.unwrap()
    }

    /// The client's owner asks for something, into the queue.
    pub async fn ask(&self, client: &TestClient, title: &str) -> Detail {
        self.ask_as(&client.owner, new_request(title)).await
    }

    /// The client's owner writes a request down for later.
    pub async fn ask_later(&self, client: &TestClient, title: &str) -> Detail {
        self.ask_as(&client.owner, NewRequest { queue: false, ..new_request(title) }).await
    }

    /// Somebody of a client's asks.
    pub async fn ask_as(&self, by: &Scope, new: NewRequest) -> Detail {
        let number = commands::create(&self.db, by, new).await.unwrap();
        self.request(by.client.expect("clients ask"), number).await
    }

    /// A client's request as the operators see it.
    pub async fn request(&self, client: ClientId, number: u64) -> Detail {
        let operator = self.operator.within(client);
        queries::by_number(&self.db, &operator, client, number).await.unwrap()
    }

    /// A worker takes the next queued run up, for as long as the test lasts.
    pub async fn claim(&self) -> ClaimedRun {
        runs::commands::claim_due(&self.db, "a worker", LEASE).await.unwrap().expect("a queued run")
    }

    /// Everything that a stream holds.
    pub async fn events(&self, stream: Uuid) -> Vec<Event> {
        let (mut events, mut from) = (Vec::new(), Offset::ZERO);
        loop {
            // A page holds so many bytes at most.
            let page = self.db.engine().read(StreamId(stream), from, 10_000).await.unwrap();
            events.extend(page.records.iter().map(|record| Event::from_json(record.json()).unwrap()));
            from = page.next;
            if page.up_to_date {
                return events;
            }
        }
    }

    /// The same, without who and when.
    pub async fn parts(&self, stream: Uuid) -> Vec<Part> {
        self.events(stream).await.into_iter().map(|event| event.part).collect()
    }

    /// A session as a page shows it.
    pub async fn conversation(&self, stream: Uuid) -> Conversation {
        Conversation::read(&self.events(stream).await)
    }

    /// The state of the request's newest run.
    pub async fn run_state(&self, request: RequestId) -> String {
        sqlx::query_scalar(
            "SELECT state FROM run WHERE request_id = $1 ORDER BY queued_at DESC, id DESC LIMIT 1",
        )
        .bind(request.0)
        .fetch_one(&self.pool)
        .await
        .unwrap()
    }
}
