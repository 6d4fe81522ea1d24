//! `/v1` for programs: agents that fetch their work, and whatever an operator lets run the desk. Who calls follows from
//! the token alone. `docs/API.md` says how it is used, `/v1/openapi.json` what there is.

pub mod bearer;
mod body;
mod clients;
mod document;
mod path;
mod problem;
mod requests;
mod runs;

use std::sync::Arc;

use app::web::App;
use axum::{
    Router,
    extract::{DefaultBodyLimit, Request},
    http::{HeaderValue, Method, StatusCode, header},
    middleware::{Next, from_fn, from_fn_with_state},
    response::{IntoResponse, Response},
    routing::{delete, get},
};
use tokio_util::sync::CancellationToken;
use tower_http::set_header::SetResponseHeaderLayer;

use crate::{limits::Limits, routes::Routes, run_to_completion::run_to_completion};

pub use bearer::{Caller, TokenGate, require};
pub(crate) use bearer::{bearer_of, has_token};
pub use document::document;
pub(crate) use document::show as openapi;
pub use problem::{FieldProblem, Problem};
pub(crate) use runs::parts::{WrittenPart, of_log};

/// The bytes of a body. A deliverable holds a megabyte, which JSON may write as several.
const BODY: usize = 4 << 20;

/// What the API's answers stand on.
#[derive(Clone)]
pub struct Api {
    app: App,
    gate: TokenGate,
    limits: Arc<Limits>,
    stop: CancellationToken,
}

impl Api {
    /// What waits ends when `stop` is cancelled.
    #[must_use]
    pub fn new(app: App, gate: TokenGate, limits: Arc<Limits>, stop: CancellationToken) -> Self {
        Self { app, gate, limits, stop }
    }
}

/// The routes, behind the door for tokens.
pub fn routes(api: Api) -> Router {
    let finished = finished().into_router().layer(from_fn(run_to_completion));
    let gate = api.gate.clone();
    let nosniff = HeaderValue::from_static("nosniff");
    finished
        .merge(waiting().into_router())
        .layer(DefaultBodyLimit::max(BODY))
        .layer(from_fn(error_pages))
        .layer(from_fn_with_state(gate, require))
        .layer(SetResponseHeaderLayer::overriding(header::X_CONTENT_TYPE_OPTIONS, nosniff))
        .with_state(api)
}

/// A refused method says so in words.
async fn error_pages(request: Request, next: Next) -> Response {
    let response = next.run(request).await;
    if response.status() != StatusCode::METHOD_NOT_ALLOWED {
        return response;
    }
    let mut told = Problem::no_method().into_response();
    told.headers_mut()
        .extend(response.headers().get(header::ALLOW).map(|allow| (header::ALLOW, allow.clone())));
    told
}

/// What answers a method that [`openapi`] does not know.
pub(crate) async fn no_method(method: Method) -> Response {
    match method {
        Method::OPTIONS => StatusCode::NO_CONTENT.into_response(),
        _ => Problem::no_method().into_response(),
    }
}

/// The pattern of every address that [`routes`] answers.
pub fn patterns() -> Vec<String> {
    finished().merge(waiting()).into_patterns()
}

fn finished() -> Routes<Api> {
    runs::routes()
        .route("/v1/clients", get(clients::list))
        .route("/v1/requests", get(requests::list::list).post(requests::create::create))
        .route("/v1/requests/{request}", get(requests::show::show))
        .route("/v1/requests/{request}/entries/{entry}", delete(requests::delete::delete))
}

fn waiting() -> Routes<Api> {
    runs::waiting()
}
