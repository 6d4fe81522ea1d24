//! The way in: connections within limits, and what every request passes before it reaches a route.

mod body;
mod descriptors;
mod forwarded;
mod host;
mod listener;
mod proxies;
mod slots;
#[cfg(test)]
mod tests;
mod wire;

use std::{net::SocketAddr, sync::Arc};

use app::web::{App, ClientAddr, Problem};
use axum::{
    Router,
    extract::{ConnectInfo, Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    middleware::{Next, from_fn_with_state},
    response::Response,
};

pub use body::BodyTimes;
pub use descriptors::raise;
pub use forwarded::client;
pub use host::{Hosts, Misdirected};
pub use listener::{serve, serve_with};
pub use proxies::{Trusted, TrustedProxies};
pub use slots::ConnectionLimits;

/// What is known of the way to the portal. Cheap to clone.
#[derive(Clone)]
pub struct Ingress(Arc<IngressState>);

struct IngressState {
    app: App,
    trusted: Trusted,
    hosts: Hosts,
    times: BodyTimes,
}

impl Ingress {
    /// To a portal behind these proxies.
    pub fn new(app: App, trusted: Trusted, times: BodyTimes) -> Self {
        Self(Arc::new(IngressState { hosts: Hosts::new(app.clone()), app, trusted, times }))
    }

    /// Stands before all of these routes.
    pub fn protect(&self, routes: Router) -> Router {
        routes.layer(from_fn_with_state(self.clone(), enter))
    }
}

async fn enter(State(ingress): State<Ingress>, request: Request, next: Next) -> Response {
    let IngressState { app, trusted, hosts, times } = &*ingress.0;
    let (mut parts, body) = request.into_parts();
    if app.site.reach.note(&parts.headers) {
        tracing::warn!(
            "A proxy hands requests on, but the portal takes itself to be for this machine alone. Set \
             THROUGHLINE_PUBLIC_URL to the address that people type."
        );
    }
    if let Err(reason) = hosts.check(&parts.uri, &parts.headers).await {
        return refuse(reason, app, &parts.headers);
    }
    let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
    if let Some(peer) = peer {
        parts.extensions.insert(ClientAddr::new(client(peer, &parts.headers, trusted)));
    }
    let accept = parts.headers.get(header::ACCEPT).cloned();
    let request = Request::from_parts(parts, body);
    in_time(request, *times, |request| next.run(request)).await.unwrap_or_else(|| too_slow(accept))
}

/// The answer to a request whose body may take so long; none where it took longer, whatever was answered then.
pub async fn in_time<F: Future<Output = Response>>(
    request: Request,
    times: BodyTimes,
    answer: impl FnOnce(Request) -> F,
) -> Option<Response> {
    let (parts, body) = request.into_parts();
    let (body, late) = body::timed(body, times);
    let response = answer(Request::from_parts(parts, body)).await;
    (!late.is_late()).then_some(response)
}

fn refuse(reason: Misdirected, app: &App, headers: &HeaderMap) -> Response {
    let public = app.site.base();
    let (title, advice) = match reason {
        Misdirected::Unnamed => {
            ("The address cannot be read", "A request has to name one host, in one Host header.".to_owned())
        }
        Misdirected::Foreign => (
            "This is not the portal's address",
            format!(
                "The portal is at {public}. If you run it and people type this address, set THROUGHLINE_PUBLIC_URL to it."
            ),
        ),
        Misdirected::Unknown => ("We’ll be right back", "Try again in a moment.".to_owned()),
    };
    Problem::words(reason.status(), title, advice).for_reader(headers)
}

/// What of the request came so late that nobody waited for it.
fn too_slow(accept: Option<HeaderValue>) -> Response {
    let headers: HeaderMap = accept.map(|accept| (header::ACCEPT, accept)).into_iter().collect();
    let advice =
        "What you sent did not arrive in time, and nothing was changed. Send it again on a better line.";
    let mut response =
        Problem::words(StatusCode::REQUEST_TIMEOUT, "That took too long", advice).for_reader(&headers);
    response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    response
}
