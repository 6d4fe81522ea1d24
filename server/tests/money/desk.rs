//! A portal for the tests of money: its operator in a browser, and a Stripe of the test's own that answers what is asked of it.

use std::net::SocketAddr;

use ::agents::external::ToolGateway;
use axum::{
    Json, Router,
    body::Body,
    extract::ConnectInfo,
    http::{HeaderMap, Method, Request, StatusCode, Uri, header, request},
    response::{IntoResponse, Response},
};
use domain::{files::store::Store, secret, testing::Fixture};
use http_body_util::BodyExt;
use serde_json::json;
use server::{
    live::{Live, Pace},
    router,
    shutdown::Shutdown,
};
use sqlx::PgPool;
use tower::ServiceExt;

use crate::shared;

const SEED: &str = "a-seed-of-the-form-token";
const HOST: &str = "127.0.0.1:3000";

/// The key of the Stripe that [`scripted`] plays.
pub const KEY: &str = "rk_test_planted_4711";

pub struct Desk {
    pub fixture: Fixture,
    pub router: Router,
    cookie: String,
}

impl Desk {
    /// With Stripe at that address.
    pub async fn new(fixture: Fixture, stripe_url: &str) -> Self {
        let files = Store::folder(std::env::temp_dir()).unwrap();
        let app = shared::product_with(&fixture.db, &format!("http://{HOST}"), files, stripe_url);
        let live = Live::new(Shutdown::default(), Pace::default());
        let router = router::routes(app, live, &ToolGateway::of(([127, 0, 0, 1], 0).into()));
        let (_, cookie) = shared::sign_in(&fixture.db, &fixture.operator).await;
        Self { fixture, router, cookie }
    }

    /// With a Stripe of the test's own.
    pub async fn scripted(pool: &PgPool) -> Self {
        Self::new(Fixture::new(pool).await, &scripted().await).await
    }

    pub async fn send(&self, request: request::Builder, body: impl Into<Body>) -> (StatusCode, String) {
        let mut request = request.header(header::HOST, HOST).body(body.into()).unwrap();
        request.extensions_mut().insert(ConnectInfo(SocketAddr::from(([192, 0, 2, 1], 4_000))));
        let response = self.router.clone().oneshot(request).await.unwrap();
        let status = response.status();
        let body = response.into_body().collect().await.unwrap().to_bytes();
        (status, String::from_utf8_lossy(&body).into_owned())
    }

    fn as_operator(&self, request: request::Builder) -> request::Builder {
        request
            .header(header::ORIGIN, format!("http://{HOST}"))
            .header(header::COOKIE, format!("form={SEED}; {}", self.cookie))
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
    }

    /// The operator looks at a page. No secret is ever on one.
    pub async fn see(&self, path: &str) -> String {
        let (status, page) = self.send(self.as_operator(Request::get(path)), Body::empty()).await;
        assert_eq!(status, StatusCode::OK, "{page}");
        assert!(!page.contains(KEY) && !page.contains("whsec_planted"), "a secret comes back");
        page
    }

    /// The operator sends a form.
    pub async fn post(&self, path: &str, fields: &[(&str, &str)]) -> (StatusCode, String) {
        let token = secret::keyed_hash(shared::FORM_KEY, SEED.as_bytes());
        let mut body = url::form_urlencoded::Serializer::new(String::new());
        body.append_pair("form_token", &token).extend_pairs(fields);
        let (status, page) = self.send(self.as_operator(Request::post(path)), body.finish()).await;
        assert!(!page.contains(KEY) && !page.contains("whsec_planted"), "a secret comes back");
        (status, page)
    }
}

/// A Stripe that knows an account without anything in it, by one key that may all but refund.
async fn scripted() -> String {
    async fn answer(method: Method, uri: Uri, headers: HeaderMap) -> Response {
        let told = |status: u16, message: &str| {
            let status = StatusCode::from_u16(status).unwrap();
            (status, Json(json!({ "error": { "type": "invalid_request_error", "message": message } })))
                .into_response()
        };
        let key = headers.get("authorization").and_then(|value| value.to_str().ok()).unwrap_or_default();
        match (method.as_str(), uri.path()) {
            _ if key != format!("Bearer {KEY}") => told(401, "Invalid API Key provided: rk_test_****"),
            ("GET", "/v1/events") => Json(json!({ "data": [], "has_more": false })).into_response(),
            ("GET", "/v1/account") => {
                Json(json!({ "id": "acct_1", "settings": { "dashboard": { "display_name": "Northlight" } } }))
                    .into_response()
            }
            ("POST", "/v1/refunds/re_throughline") => {
                told(403, "Having the 'rak_charge_write' permission would do.")
            }
            _ => told(404, "No such thing"),
        }
    }
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, Router::new().fallback(answer)).await });
    format!("http://{address}")
}
