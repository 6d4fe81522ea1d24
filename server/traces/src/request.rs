//! A request's id and its span.

use axum::{
    extract::{MatchedPath, Request},
    middleware::Next,
    response::Response,
};
use domain::Origin;
use http::{HeaderName, HeaderValue, Method};
use tracing::{Instrument, Span, field::Empty};
use tracing_opentelemetry::OpenTelemetrySpanExt;

use super::{TARGET, parent};

/// Where an answer says its request's id: the same that a page about a failure shows, and that stands in the log and the
/// trace.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Gives each request an id and, where traces are sent, a span. What others say in these headers is not taken over: an id of
/// theirs could be anybody's, and a `traceparent` of theirs becomes a link, so that no stranger decides which of our traces
/// are kept or what they hang under.
pub async fn trace(mut request: Request, next: Next) -> Response {
    let id = Origin::new_id();
    let span = span(&request, &id);
    if let Some(sender) = parent::of_sender(request.headers()) {
        span.add_link(sender);
    }
    let origin = Origin { request_id: id.clone(), trace_parent: parent::name(&span) };
    let traced = Traced { origin, span: span.clone() };
    request.extensions_mut().insert(traced.clone());
    let mut response = traced.scope(next.run(request)).await;
    span.record("http.response.status_code", response.status().as_u16());
    if response.status().is_server_error() {
        span.record("otel.status_code", "ERROR");
    }
    if let Ok(id) = HeaderValue::try_from(id) {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    response
}

/// What a request is known by, in its extensions: for a part of its work that goes on in a task of its own, which would
/// otherwise begin without it.
#[derive(Clone, Debug)]
pub struct Traced {
    origin: Origin,
    span: Span,
}

impl Traced {
    /// The request's id.
    pub fn request_id(&self) -> &str {
        &self.origin.request_id
    }

    /// Does a part of the request's work.
    pub async fn scope<W: Future>(self, work: W) -> W::Output {
        self.origin.scope(work).instrument(self.span).await
    }
}

/// By the route's pattern, never by the address: that may hold a token or what somebody typed.
fn span(request: &Request, id: &str) -> Span {
    let route = request.extensions().get::<MatchedPath>().map(MatchedPath::as_str).unwrap_or_default();
    let method = match *request.method() {
        Method::GET
        | Method::POST
        | Method::PUT
        | Method::DELETE
        | Method::HEAD
        | Method::OPTIONS
        | Method::PATCH => request.method().as_str(),
        _ => "_OTHER",
    };
    let name = format!("{method} {route}");
    tracing::info_span!(
        target: TARGET,
        "request",
        otel.name = name.trim_end(),
        otel.kind = "server",
        otel.status_code = Empty,
        http.request.method = method,
        http.route = route,
        http.response.status_code = Empty,
        request.id = id,
    )
}
