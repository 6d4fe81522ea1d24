//! Every address of the product, grouped by who asks.

use app::{
    pages,
    web::{App, Problem, form_token, security},
};
use axum::{
    Router,
    extract::DefaultBodyLimit,
    http::Request,
    middleware::from_fn_with_state,
    response::IntoResponse,
    routing::get,
};
use tower_http::{catch_panic::CatchPanicLayer, compression::CompressionLayer, trace::TraceLayer};
use tower_sessions::{
    Expiry, SessionManagerLayer,
    cookie::{SameSite, time::Duration},
};

use crate::{assets, sign_in_store::SignInStore};

/// How long a browser stays signed in without being used.
const IDLE: Duration = Duration::days(14);

/// The whole product behind its middlewares.
pub fn routes(app: App) -> Router {
    let pages = Router::new()
        .merge(public())
        .merge(portal())
        .merge(desk())
        .fallback(pages::nowhere::show)
        .layer(sign_ins(&app))
        .layer(from_fn_with_state(app.clone(), form_token))
        .layer(DefaultBodyLimit::max(1024 * 1024))
        .layer(CompressionLayer::new());
    Router::new()
        .merge(pages)
        .route("/assets/{*file}", get(assets::serve))
        .layer(from_fn_with_state(app.clone(), security))
        .layer(CatchPanicLayer::custom(|_| Problem::bug("a handler panicked").into_response()))
        .layer(TraceLayer::new_for_http().make_span_with(span))
        .with_state(app)
}

/// For anyone.
fn public() -> Router<App> {
    Router::new()
}

/// For a client's members.
fn portal() -> Router<App> {
    Router::new()
}

/// For operators.
fn desk() -> Router<App> {
    Router::new()
}

fn sign_ins(app: &App) -> SessionManagerLayer<SignInStore> {
    SessionManagerLayer::new(SignInStore(app.db.clone()))
        .with_name("sign_in")
        .with_secure(app.site.is_https())
        .with_same_site(SameSite::Lax)
        .with_expiry(Expiry::OnInactivity(IDLE))
}

/// The path alone: a query may carry a token.
fn span<B>(request: &Request<B>) -> tracing::Span {
    tracing::info_span!("request", http.method = %request.method(), http.path = request.uri().path())
}
