use std::{net::SocketAddr, time::Duration};

use domain::{
    Scope,
    ids::RequestId,
    runs::{self, ClaimedRun},
    session::{Conversation, Event, Part},
    testing::{Fixture, TestClient},
};
use reqwest::{Client, Method, RequestBuilder, Response};
use serde_json::Value;
use server::shutdown::Shutdown;
use sessions::StreamId;
use sqlx::PgPool;
use tower_sessions::session::Id;

use crate::shared;

/// What no wait in here comes near.
pub const FOREVER: Duration = Duration::from_secs(20);

/// A server with a client that has one request, and an agent that took it up.
pub struct ChatPortal {
    pub fixture: Fixture,
    pub client: TestClient,
    pub address: SocketAddr,
    pub shutdown: Shutdown,
    pub request: RequestId,
    pub session: StreamId,
    pub backstage: StreamId,
}

impl ChatPortal {
    pub async fn new(pool: &PgPool) -> Self {
        // The browser's stand-in needs a provider of TLS, whether it uses it or not.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let fixture = Fixture::new(pool).await;
        let client = fixture.subscriber("Harbor & Pine").await;
        fixture.agent("Juno", Some(client.id)).await;
        let detail = fixture.ask(&client, "Follow up").await;
        let shutdown = Shutdown::default();
        let address = shared::serve(&fixture.db, &shutdown).await;
        Self {
            request: detail.card.id,
            session: StreamId(detail.session_stream),
            backstage: StreamId(detail.backstage_stream.unwrap()),
            fixture,
            client,
            address,
            shutdown,
        }
    }

    /// An agent takes the queued run up.
    pub async fn claim(&self) -> ClaimedRun {
        self.fixture.claim().await
    }

    pub async fn append_words(&self, claimed: &ClaimedRun, id: &str, words: &[&str]) {
        let mut parts = vec![Part::TextStart { id: id.into() }];
        parts.extend(words.iter().map(|delta| Part::TextDelta { id: id.into(), delta: (*delta).into() }));
        runs::commands::append_events(&self.fixture.db, claimed, parts).await.unwrap();
    }

    pub async fn log(&self) -> Vec<Event> {
        self.fixture.events(self.session.0).await
    }

    pub async fn conversation(&self) -> Conversation {
        self.fixture.conversation(self.session.0).await
    }

    /// Signs somebody in.
    pub async fn browser(&self, scope: &Scope) -> ChatBrowser {
        let (sign_in, cookie) = shared::sign_in(&self.fixture.db, scope).await;
        ChatBrowser { address: self.address, sign_in, cookie, client: Client::new() }
    }
}

pub struct ChatBrowser {
    pub address: SocketAddr,
    pub sign_in: Id,
    pub cookie: String,
    pub client: Client,
}

impl ChatBrowser {
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let url = format!("http://{}{path}", self.address);
        self.client.request(method, url).header("cookie", &self.cookie)
    }

    pub async fn get(&self, path: &str) -> Response {
        send(self.request(Method::GET, path)).await
    }

    /// Posts JSON from one of the site's own pages.
    pub async fn post(&self, path: &str, body: &Value) -> Response {
        let origin = format!("http://{}", self.address);
        send(self.request(Method::POST, path).header("origin", origin).json(body)).await
    }
}

pub async fn send(request: RequestBuilder) -> Response {
    tokio::time::timeout(FOREVER, request.send()).await.unwrap().unwrap()
}

pub fn header<'a>(response: &'a Response, name: &str) -> &'a str {
    response.headers().get(name).map(|value| value.to_str().unwrap()).unwrap_or_default()
}

/// How an open answer ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// As it should.
    Clean,
    /// The line was cut.
    Cut,
    /// It is open.
    Open,
}

/// The events of an open answer.
pub struct ChatEvents {
    response: Response,
    text: String,
    /// Where the next event begins.
    at: usize,
    /// The last event that had one.
    id: String,
}

impl ChatEvents {
    pub fn new(response: Response) -> Self {
        Self { response, text: String::new(), at: 0, id: String::new() }
    }

    /// Reads until an event is as wanted; the events so far and how it ended.
    pub async fn until(&mut self, wanted: impl Fn(&Value) -> bool) -> (Vec<Value>, End) {
        let mut events = Vec::new();
        loop {
            while let Some(end) = self.text[self.at..].find("\n\n") {
                let block = &self.text[self.at..self.at + end];
                self.at += end + 2;
                if let Some(id) = block.lines().find_map(|line| line.strip_prefix("id: ")) {
                    id.clone_into(&mut self.id);
                }
                let Some(data) = block.lines().find_map(|line| line.strip_prefix("data: ")) else { continue };
                events.push(serde_json::from_str(data).unwrap());
                if wanted(events.last().unwrap()) {
                    return (events, End::Open);
                }
            }
            match tokio::time::timeout(FOREVER, self.response.chunk()).await.unwrap() {
                Ok(Some(chunk)) => self.text.push_str(str::from_utf8(&chunk).unwrap()),
                Ok(None) => return (events, End::Clean),
                Err(_) => return (events, End::Cut),
            }
        }
    }

    /// The id of the last event that had one.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Everything up to the end.
    pub async fn all(&mut self) -> (Vec<Value>, End) {
        self.until(|_| false).await
    }
}

/// The types of events, in their order.
pub fn kinds(events: &[Value]) -> Vec<&str> {
    events.iter().map(|event| event["type"].as_str().unwrap()).collect()
}
