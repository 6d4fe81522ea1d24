//! What every request passes before it reaches a route.

mod forwarded;
mod proxies;

use std::{net::SocketAddr, sync::Arc};

use app::web::ClientAddr;
use axum::{
    Router,
    extract::{ConnectInfo, Request, State},
    middleware::{Next, from_fn_with_state},
    response::Response,
};

pub use forwarded::client;
pub use proxies::{Trusted, TrustedProxies};

/// What is known of the way to the portal. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Ingress(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    trusted: Trusted,
}

impl Ingress {
    /// Behind these proxies.
    pub fn new(trusted: Trusted) -> Self {
        Self(Arc::new(Inner { trusted }))
    }

    /// Stands before all of these routes.
    pub fn protect(&self, routes: Router) -> Router {
        routes.layer(from_fn_with_state(self.clone(), enter))
    }
}

async fn enter(State(ingress): State<Ingress>, mut request: Request, next: Next) -> Response {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
    if let Some(peer) = peer {
        let client = ClientAddr::new(client(peer, request.headers(), &ingress.0.trusted));
        request.extensions_mut().insert(client);
    }
    next.run(request).await
}

#[cfg(test)]
mod tests {
    use axum::{body::Body, http::Request, routing::get};
    use http_body_util::BodyExt;
    use tower::ServiceExt;

    use super::*;

    #[tokio::test]
    async fn handlers_are_told_who_asks() {
        let shown = async |request: axum::extract::Request| {
            ClientAddr::of(request.extensions()).map(|client| client.to_string()).unwrap_or_default()
        };
        let routes = Ingress::new(Trusted::loopback()).protect(Router::new().route("/", get(shown)));
        for (peer, address) in [("127.0.0.1:9", "2001:db8::7"), ("203.0.113.1:9", "203.0.113.1")] {
            let mut request =
                Request::get("/").header("x-forwarded-for", "2001:db8::7").body(Body::empty()).unwrap();
            request.extensions_mut().insert(ConnectInfo(peer.parse::<SocketAddr>().unwrap()));
            let response = routes.clone().oneshot(request).await.unwrap();
            let body = response.into_body().collect().await.unwrap().to_bytes();
            assert_eq!(body, address.as_bytes());
        }
    }
}
