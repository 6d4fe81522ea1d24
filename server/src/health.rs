//! Whether the process lives, and whether it can serve.

use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Json, Response};
use axum::{Router, routing::get};
use serde_json::json;
use sqlx::PgPool;
use tokio::time::timeout;

/// How long the database may take to say that it is there.
const PATIENCE: Duration = Duration::from_secs(2);

/// The routes, over the pools that have to answer.
pub fn routes(pools: [PgPool; 2]) -> Router {
    Router::new().route("/healthz", get(alive)).route("/readyz", get(ready)).with_state(pools)
}

async fn alive() -> Response {
    Json(json!({ "service": "throughline", "status": "alive" })).into_response()
}

/// The migrations are applied before the server listens to anyone, so the database's answer is all that is left.
async fn ready(State([product, engine]): State<[PgPool; 2]>) -> Response {
    let (product, engine) = tokio::join!(answers(&product), answers(&engine));
    let word = |answers: bool| if answers { "ready" } else { "no answer" };
    let status = if product && engine { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let body = json!({ "service": "throughline", "database": word(product), "sessions": word(engine) });
    (status, Json(body)).into_response()
}

async fn answers(pool: &PgPool) -> bool {
    matches!(timeout(PATIENCE, sqlx::query("SELECT 1").execute(pool)).await, Ok(Ok(_)))
}
