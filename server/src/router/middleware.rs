//! What stands around the addresses: who passes what, from the outside in.

use std::sync::Arc;

use app::{
    pages::{docs::Document, nowhere},
    web::{App, Problem, dress_problems, error_pages, form_token, keep, origin, security},
};
use axum::{
    Extension, Router,
    extract::{DefaultBodyLimit, MatchedPath},
    http::Request,
    middleware::{from_fn, from_fn_with_state},
    response::IntoResponse,
};
use sessions_http::DurableStreams;
use tower_http::{
    catch_panic::CatchPanicLayer,
    compression::{CompressionLayer, DefaultPredicate, Predicate, predicate::NotForContentType},
    trace::TraceLayer,
};
use tower_sessions::{
    Expiry, SessionManagerLayer,
    cookie::{SameSite, time::Duration},
};

use super::{beside, hooks, pages, sessions};
use crate::{
    api::{self, Api, TokenGate},
    live::Live,
    mcp,
    metrics::responses,
    product,
    protocols::{self, Auth, durable_streams::People, snapshot},
    run_to_completion::run_to_completion,
    sign_in_store::SignInStore,
    stall::{self, OUTER_PATIENCE, PATIENCE, Stall, TimeLimit},
};
use agents::external::ToolGateway;
use traces::Traced;

/// How long a browser stays signed in without being used.
const IDLE: Duration = Duration::days(14);

/// The whole product behind its middlewares. `gateway`: how programs that the server started reach it.
pub fn routes(app: App, live: Live, gateway: &ToolGateway) -> Router {
    let gate = TokenGate::new(app.db.clone());
    let stall = Stall::new(app.db.clone());
    let within = |patience, words| {
        from_fn_with_state(TimeLimit { stall: stall.clone(), patience, words }, stall::bound)
    };
    let streams = streams(&app, &live, &gate).layer(within(PATIENCE, stall::plain));
    let auth = Auth::new(
        app.clone(),
        live.limits().clone(),
        live.shutdown().soft().clone(),
        protocols::FollowIntervals::default(),
    );
    let mcp = mcp::routes(&app, gateway, gate.clone(), stall.clone(), live.shutdown().soft().clone());
    let api = Api::new(app.clone(), gate, live.limits().clone(), live.shutdown().soft().clone());
    let bare_pages: Router = pages()
        .into_router()
        .layer(Extension(live))
        .layer(Extension(api_document()))
        .fallback(nowhere::show)
        .layer(from_fn(dress_problems))
        .layer(CatchPanicLayer::custom(|_| Problem::bug("a handler panicked").into_response()))
        .layer(from_fn(error_pages))
        .layer(within(PATIENCE, stall::page))
        .with_state(app.clone());
    let pages = bare_pages
        .clone()
        .layer(from_fn_with_state(bare_pages, keep))
        .layer(sign_ins(&app))
        .layer(from_fn_with_state(app.clone(), form_token))
        .layer(DefaultBodyLimit::max(1024 * 1024))
        .layer(from_fn(error_pages))
        .layer(CompressionLayer::new().compress_when(packable()))
        .layer(from_fn(origin))
        .layer(from_fn(run_to_completion))
        .layer(within(OUTER_PATIENCE, stall::page))
        .with_state(());
    let sessions = sessions()
        .into_router()
        .layer(from_fn(origin))
        .layer(from_fn(run_to_completion))
        .layer(within(PATIENCE, protocols::stalled));
    Router::new()
        .merge(pages)
        .merge(beside().into_router())
        .merge(sessions.with_state(auth))
        .layer(from_fn_with_state(app.clone(), security))
        .with_state(app.clone())
        .merge(hooks().into_router().layer(within(PATIENCE, stall::plain)).with_state(app))
        .merge(api::routes(api).layer(within(PATIENCE, stall::problem)))
        .merge(mcp.layer(within(PATIENCE, stall::problem)))
        .layer(CatchPanicLayer::custom(|_| Problem::bug("a handler panicked").into_response()))
        .layer(TraceLayer::new_for_http().make_span_with(span))
        .merge(streams)
        .layer(from_fn(responses::count))
        .layer(from_fn(traces::trace))
}

/// The log itself, by the stream's id. Outside the middlewares: what they do for pages, it does itself or needs not.
fn streams(app: &App, live: &Live, gate: &TokenGate) -> Router {
    let people = People::new(app.clone()).and_programs(gate.clone());
    sessions_http::routes(DurableStreams {
        clock: product::engine_clock(app.db.clock()),
        stop: live.shutdown().soft().clone(),
        limits: live.limits().clone(),
        ..DurableStreams::new(app.db.engine().clone(), people.clone())
    })
    .merge(snapshot::routes(people))
}

/// What the page about the API is drawn from.
fn api_document() -> Document {
    Document(Arc::new(serde_json::to_value(api::document()).unwrap_or_default()))
}

/// A zip is packed already, and a browser that is told its length shows how far it is.
fn packable() -> impl Predicate {
    DefaultPredicate::new().and(NotForContentType::const_new("application/zip"))
}

fn sign_ins(app: &App) -> SessionManagerLayer<SignInStore> {
    SessionManagerLayer::new(SignInStore(app.db.clone()))
        .with_name("sign_in")
        .with_secure(app.site.is_https())
        .with_same_site(SameSite::Lax)
        .with_expiry(Expiry::OnInactivity(IDLE))
}

/// For the log. The path alone, because a query may carry a secret; where the path carries one, its pattern; and nothing of
/// an address that is none of ours, which may be one of those with a slip in it.
fn span<B>(request: &Request<B>) -> tracing::Span {
    let pattern = request.extensions().get::<MatchedPath>().map(MatchedPath::as_str);
    let path = match pattern {
        Some(pattern) if pattern.contains("{token}") => pattern,
        Some(_) => request.uri().path(),
        None => "none",
    };
    let id = request.extensions().get::<Traced>().map(Traced::request_id);
    tracing::info_span!("request", http.method = %request.method(), http.path = path, request.id = id)
}
