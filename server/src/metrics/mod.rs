//! `GET /metrics`: what this node answers and what its session log does, for Prometheus, and for nobody who is not meant to see it.
//!
//! Nothing here names a tenant: whoever watches the machine need not know who its clients are.

mod auth;
mod collect;
pub mod responses;

use std::{net::SocketAddr, sync::Arc};

use axum::{
    Router,
    extract::{ConnectInfo, Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, Version, header},
    response::{IntoResponse, Response},
    routing::get,
};
use domain::Clock;
use prometheus_client::{encoding::text, registry::Registry};
use sessions::Engine;

use crate::limits::Limits;
pub use auth::Auth;
use collect::MetricsCollector;

/// Where it is served.
pub const PATH: &str = "/metrics";

/// The text format that Prometheus asks for first.
const FORMAT: HeaderValue =
    HeaderValue::from_static("application/openmetrics-text; version=1.0.0; charset=utf-8");

/// What is told, and to whom.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    auth: Auth,
}

impl Metrics {
    /// Of an engine and its limits, for those whom the door lets in.
    #[must_use]
    pub fn new(engine: Engine, limits: Arc<Limits>, clock: &Clock, auth: Auth) -> Self {
        let mut registry = Registry::default();
        let started = clock.now();
        registry.register_collector(Box::new(MetricsCollector { engine, limits, started }));
        Self { registry, auth }
    }

    /// The answer to somebody who asks over a connection from `peer`; strangers see nothing there.
    #[must_use]
    pub fn answer(&self, peer: Option<SocketAddr>, version: Version, headers: &HeaderMap) -> Response {
        if !self.auth.admits(peer, version, headers) {
            return StatusCode::NOT_FOUND.into_response();
        }
        let mut told = String::new();
        match text::encode(&mut told, &self.registry) {
            Ok(()) => ([(header::CONTENT_TYPE, FORMAT)], told).into_response(),
            Err(error) => {
                tracing::error!(error.message = %error, "the metrics could not be told");
                StatusCode::INTERNAL_SERVER_ERROR.into_response()
            }
        }
    }
}

/// The route.
pub fn routes(metrics: Metrics) -> Router {
    Router::new().route(PATH, get(show)).with_state(Arc::new(metrics))
}

async fn show(State(metrics): State<Arc<Metrics>>, request: Request) -> Response {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(peer)| *peer);
    metrics.answer(peer, request.version(), request.headers())
}
