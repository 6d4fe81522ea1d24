//! Whether the process lives, and whether it can serve.

use std::{sync::Arc, time::Duration};

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Json, Response};
use axum::{Router, routing::get};
use domain::files::store::{self, StoreState};
use domain::{Db, install};
use serde_json::{Value, json};
use sqlx::PgPool;
use tokio::{
    sync::Mutex,
    time::{Instant, timeout},
};

use crate::files::StoreWatch;

/// How long a part may take to say that it is there.
const PATIENCE: Duration = Duration::from_secs(2);

/// For how long an answer is given again: each costs a write, and anybody may ask.
const FRESH: Duration = Duration::from_secs(1);

/// What has to answer.
pub struct Parts {
    pub db: Db,
    /// The session engine's connections.
    pub engine: PgPool,
    pub files: StoreWatch,
}

struct Health {
    parts: Parts,
    last: Mutex<Option<(Instant, StatusCode, Value)>>,
}

/// The routes.
pub fn routes(parts: Parts) -> Router {
    let health = Health { parts, last: Mutex::new(None) };
    Router::new().route("/healthz", get(alive)).route("/readyz", get(ready)).with_state(Arc::new(health))
}

async fn alive() -> Response {
    Json(json!({ "service": "throughline", "status": "alive" })).into_response()
}

/// The migrations are applied before the server listens to anyone. What is left is whether the database and the file
/// store can be written, as a disk that is full still answers.
async fn ready(State(health): State<Arc<Health>>) -> Response {
    let mut last = health.last.lock().await;
    if let Some((at, status, body)) = last.as_ref()
        && at.elapsed() < FRESH
    {
        return (*status, Json(body.clone())).into_response();
    }
    let (status, body) = look(&health.parts).await;
    *last = Some((Instant::now(), status, body.clone()));
    (status, Json(body)).into_response()
}

async fn look(parts: &Parts) -> (StatusCode, Value) {
    let (database, sessions, files) =
        tokio::join!(database(&parts.db), sessions(&parts.engine), files(&parts.files));
    // Without room for files the rest goes on, and what one node misses of a shared store, all miss.
    let serves = database == READY && sessions == READY && [READY, NO_ROOM, INCOMPLETE].contains(&files);
    let status = if serves { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, json!({ "service": "throughline", "database": database, "sessions": sessions, "files": files }))
}

const READY: &str = "ready";
const NO_ANSWER: &str = "no answer";
const NO_ROOM: &str = "no room";
const INCOMPLETE: &str = "incomplete";

async fn database(db: &Db) -> &'static str {
    match timeout(PATIENCE, install::probe(db)).await {
        Ok(Ok(())) => READY,
        Ok(Err(error)) => {
            tracing::warn!(error.message = %error, "the database cannot be written");
            "cannot be written"
        }
        Err(_) => NO_ANSWER,
    }
}

async fn sessions(pool: &PgPool) -> &'static str {
    match timeout(PATIENCE, sqlx::query("SELECT 1").execute(pool)).await {
        Ok(Ok(_)) => READY,
        _ => NO_ANSWER,
    }
}

async fn files(watch: &StoreWatch) -> &'static str {
    if matches!(watch.state(), StoreState::Elsewhere { .. }) {
        return "elsewhere";
    }
    match timeout(PATIENCE, watch.store().probe()).await {
        Ok(Ok(())) if matches!(watch.state(), StoreState::Incomplete { .. }) => INCOMPLETE,
        Ok(Ok(())) => READY,
        Ok(Err(store::Error::Full(_))) => NO_ROOM,
        Ok(Err(error)) => {
            tracing::warn!(error.message = %error, "the file store cannot be written");
            "cannot be written"
        }
        Err(_) => NO_ANSWER,
    }
}
