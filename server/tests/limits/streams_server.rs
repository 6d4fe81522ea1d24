//! The log's own protocol for two tenants with one and the same limits.

use std::sync::Arc;

use axum::{
    Router,
    body::Body,
    http::{HeaderMap, Method, Request, StatusCode, Version},
    response::Response,
};
use domain::Clock;
use http_body_util::BodyExt;
use server::{
    limits::{Allowance, Limits},
    metrics::{Auth, Metrics},
    protocols::durable_streams::ThisMachine,
};
use sessions::{Engine, Options, Tenant};
use sessions_http::DurableStreams;
use sqlx::PgPool;
use tower::ServiceExt;
use uuid::Uuid;

pub struct StreamsServer {
    pub engine: Engine,
    pub limits: Arc<Limits>,
    metrics: Metrics,
}

impl StreamsServer {
    pub fn new(pool: &PgPool, allowance: Allowance) -> Self {
        Self::with(pool, allowance, Options::default())
    }

    pub fn with(pool: &PgPool, allowance: Allowance, options: Options) -> Self {
        let engine = Engine::start(pool.clone(), options);
        let limits = Arc::new(Limits::new(allowance));
        let door = Auth::alone(None, ([127, 0, 0, 1], 1).into());
        let metrics = Metrics::new(engine.clone(), limits.clone(), &Clock::system(), door);
        Self { engine, limits, metrics }
    }

    /// Somebody of a tenant of their own.
    pub fn somebody(&self) -> StreamsClient {
        let tenant = Tenant { workspace: Uuid::now_v7(), client: Some(Uuid::now_v7()) };
        let streams = DurableStreams {
            limits: self.limits.clone(),
            ..DurableStreams::new(self.engine.clone(), ThisMachine(tenant))
        };
        StreamsClient(sessions_http::routes(streams))
    }

    /// A figure as the metrics tell it.
    pub async fn figure(&self, name: &str) -> f64 {
        let headers = HeaderMap::from_iter([("host".parse().unwrap(), "localhost".parse().unwrap())]);
        let told = body(self.metrics.answer("127.0.0.1:1".parse().ok(), Version::HTTP_11, &headers)).await;
        figure(&told, name)
    }
}

/// A figure of a page.
pub fn figure(page: &str, name: &str) -> f64 {
    let lines = page.lines().filter_map(|line| line.rsplit_once(' '));
    let values: Vec<f64> =
        lines.filter(|(said, _)| *said == name).map(|(_, value)| value.parse().unwrap()).collect();
    assert_eq!(values.len(), 1, "{name} in\n{page}");
    values[0]
}

#[derive(Clone)]
pub struct StreamsClient(Router);

impl StreamsClient {
    pub async fn ask(&self, method: Method, rest: &str, text: impl Into<Body>) -> Response {
        let request = Request::builder()
            .method(method)
            .uri(format!("/v1/stream/{rest}"))
            .header("host", "localhost")
            .header("content-type", "application/json")
            .body(text.into())
            .unwrap();
        self.0.clone().oneshot(request).await.unwrap()
    }

    pub async fn create(&self, name: &str) -> StatusCode {
        self.ask(Method::PUT, name, Body::empty()).await.status()
    }

    pub async fn append(&self, name: &str, text: impl Into<Body>) -> Response {
        self.ask(Method::POST, name, text).await
    }

    pub async fn get(&self, rest: &str) -> Response {
        self.ask(Method::GET, rest, Body::empty()).await
    }

    pub async fn delete(&self, name: &str) -> StatusCode {
        self.ask(Method::DELETE, name, Body::empty()).await.status()
    }
}

/// An array of so many events.
pub fn events(count: usize) -> String {
    format!("[{}]", vec!["1"; count].join(","))
}

/// What it says, where it ends.
pub async fn body(response: Response) -> String {
    let bytes = response.into_body().collect().await.unwrap().to_bytes();
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// After how many seconds to come again.
pub fn again(response: &Response) -> u64 {
    response.headers()["retry-after"].to_str().unwrap().parse().unwrap()
}
