//! Every address of the product, grouped by who asks.

use app::{
    pages::{self, files::upload::FORM_LIMIT},
    web::{App, Problem, form_token, security},
};
use axum::{
    Extension, Router,
    extract::DefaultBodyLimit,
    http::Request,
    middleware::from_fn_with_state,
    response::IntoResponse,
    routing::{get, post},
};
use tower_http::{catch_panic::CatchPanicLayer, compression::CompressionLayer, trace::TraceLayer};
use tower_sessions::{
    Expiry, SessionManagerLayer,
    cookie::{SameSite, time::Duration},
};

use crate::{assets, live::{self, Live}, sign_in_store::SignInStore};

/// How long a browser stays signed in without being used.
const IDLE: Duration = Duration::days(14);

/// The whole product behind its middlewares.
pub fn routes(app: App, live: Live) -> Router {
    let pages = Router::new()
        .merge(public())
        .merge(portal())
        .merge(desk())
        .route("/live", get(live::open))
        .layer(Extension(live))
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

/// For anyone, or for everyone who is signed in.
fn public() -> Router<App> {
    Router::new().route("/files/{file}", get(pages::files::download::show))
}

/// For a client's members.
fn portal() -> Router<App> {
    request(Router::new(), "/portal/requests/{number}")
}

/// For operators.
fn desk() -> Router<App> {
    request(Router::new(), "/desk/clients/{client}/requests/{number}")
        .route("/desk/clients/{client}/requests/{number}/notes", post(pages::request::notes::create))
}

/// One request, the same for both.
fn request(routes: Router<App>, base: &str) -> Router<App> {
    use pages::request::{approval, comments, deliverables, files, now, retry, review, show, steer, stop};
    let under = |rest: &str| format!("{base}/{rest}");
    routes
        .route(base, get(show::show))
        .route(&under("now"), get(now::show))
        .route(&under("comments"), post(comments::create))
        .route(&under("steer"), post(steer::create))
        .route(&under("stop"), post(stop::create))
        .route(&under("retry"), post(retry::create))
        .route(&under("approval/{approval}"), post(approval::create))
        .route(&under("review"), post(review::create))
        .route(&under("deliverables/{deliverable}"), get(deliverables::show))
        .route(&under("files"), post(files::create).layer(DefaultBodyLimit::max(FORM_LIMIT)))
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
