//! What is for one machine alone, and which names are the portal's, behind the real way in.

use std::{net::SocketAddr, sync::Arc};

use agents::external::ToolGateway;
use app::web::{App, Reach};
use axum::{
    Router,
    body::Body,
    extract::ConnectInfo,
    http::{Request, StatusCode, Version, header, request::Builder},
};
use domain::{Db, demo, secret, testing::Fixture};
use http_body_util::BodyExt;
use server::{
    ingress::{BodyTimes, Ingress, Trusted},
    live::{Live, Pace},
    router,
    shutdown::Shutdown,
};
use sqlx::PgPool;
use tower::ServiceExt;

use super::shared::{self, FORM_KEY};

const HERE: &str = "127.0.0.1:3000";
/// What a browser holds for its form token.
const SEED: &str = "a-seed-of-the-form-token";

/// A portal that listens on loopback and is known by that address; none: by the listener's.
struct ReachablePortal(Router);

impl ReachablePortal {
    fn new(db: &Db, public_url: Option<&str>) -> Self {
        let listening: SocketAddr = HERE.parse().unwrap();
        let public = public_url.map_or(format!("http://{HERE}"), str::to_owned);
        let App { db, site } = shared::product(db, &public, &std::env::temp_dir());
        let mut site = Arc::into_inner(site).unwrap();
        site.is_named = public_url.is_some();
        site.reach = Reach::new(listening, &site.public_url);
        let app = App { db, site: Arc::new(site) };
        let live = Live::new(Shutdown::default(), Pace::default());
        let routes = router::routes(app.clone(), live, &ToolGateway::of(listening));
        Self(Ingress::new(app, Trusted::default(), BodyTimes::default()).protect(routes))
    }

    async fn answer(&self, request: Builder, body: String) -> (StatusCode, String) {
        let mut request = request.body(Body::from(body)).unwrap();
        request.extensions_mut().insert(ConnectInfo(SocketAddr::from(([127, 0, 0, 1], 4_000))));
        let response = self.0.clone().oneshot(request).await.unwrap();
        let (status, body) = (response.status(), response.into_body().collect().await.unwrap().to_bytes());
        (status, String::from_utf8_lossy(&body).into_owned())
    }

    async fn get(&self, request: Builder) -> StatusCode {
        self.answer(request, String::new()).await.0
    }

    /// Signs in as a demo's account.
    async fn sign_in(&self, more: Option<(&str, &str)>) -> (StatusCode, String) {
        let account = demo::accounts().first().copied().unwrap();
        let (token, email) = (secret::keyed_hash(FORM_KEY, SEED.as_bytes()), account.email);
        let password = demo::PASSWORD.replace(' ', "+");
        let request = Request::post("/sign-in")
            .header(header::HOST, HERE)
            .header(header::ORIGIN, format!("http://{HERE}"))
            .header(header::COOKIE, format!("form={SEED}"))
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        let request = more.into_iter().fold(request, |request, (name, value)| request.header(name, value));
        self.answer(request, format!("form_token={token}&email={email}&password={password}&next=")).await
    }
}

fn to(host: &str, path: &str) -> Builder {
    Request::get(path).header(header::HOST, host)
}

#[sqlx::test(migrations = "../migrations")]
async fn mail_that_is_not_sent_is_read_on_this_machine_alone(pool: PgPool) {
    let fixture = Fixture::new(&pool).await;
    let local = ReachablePortal::new(&fixture.db, None);
    let outbox = || to(HERE, "/dev/outbox");
    for host in [HERE, "localhost:3000", "[::1]:3000"] {
        assert_eq!(local.get(to(host, "/dev/outbox")).await, StatusCode::OK, "{host}");
    }
    for (name, value) in
        [("x-forwarded-for", "203.0.113.1"), ("forwarded", "for=203.0.113.1"), ("via", "1.1 p")]
    {
        assert_eq!(local.get(outbox().header(name, value)).await, StatusCode::NOT_FOUND, "{name}");
    }
    assert_eq!(local.get(outbox().version(Version::HTTP_10)).await, StatusCode::NOT_FOUND);
    assert_eq!(local.get(outbox()).await, StatusCode::OK);

    let proxied = ReachablePortal::new(&fixture.db, Some("https://portal.example"));
    assert_eq!(proxied.get(to("portal.example", "/dev/outbox")).await, StatusCode::NOT_FOUND);
    assert_eq!(proxied.get(outbox()).await, StatusCode::MISDIRECTED_REQUEST);
}

#[sqlx::test(migrations = "../migrations")]
async fn the_demos_published_password_opens_nothing_from_elsewhere(pool: PgPool) {
    let db = domain::testing::bare(&pool).await;
    assert!(demo::fill(&db).await.unwrap());
    let local = ReachablePortal::new(&db, None);
    let (status, text) = local.sign_in(Some(("x-real-ip", "203.0.113.1"))).await;
    assert!(status != StatusCode::SEE_OTHER && text.contains("only on the server"), "{status} {text}");
    assert_eq!(local.sign_in(None).await.0, StatusCode::SEE_OTHER);
}

#[sqlx::test(migrations = "../migrations")]
async fn requests_are_answered_under_the_portals_names_alone(pool: PgPool) {
    let fixture = Fixture::new(&pool).await;
    sqlx::query("UPDATE workspace SET host = 'Studio.example'").execute(&pool).await.unwrap();
    let house = ReachablePortal::new(&fixture.db, Some("https://portal.example:8443"));
    for host in ["portal.example:8443", "portal.example", "PORTAL.example.", "studio.example"] {
        assert_eq!(house.get(to(host, "/sign-in")).await, StatusCode::OK, "{host}");
    }
    for host in ["rebound.example", "portal.example.evil.example", HERE, "10.0.0.1", "localhost"] {
        let (status, text) = house.answer(to(host, "/sign-in"), String::new()).await;
        assert_eq!(status, StatusCode::MISDIRECTED_REQUEST, "{host}");
        assert!(text.contains("https://portal.example:8443"), "{text}");
    }
    for host in ["", "a@portal.example", "portal.example:x"] {
        assert_eq!(house.get(to(host, "/sign-in")).await, StatusCode::BAD_REQUEST, "{host}");
    }
    let twice = to("portal.example", "/sign-in").header(header::HOST, "portal.example");
    assert_eq!(house.get(twice).await, StatusCode::BAD_REQUEST);
    assert_eq!(house.get(Request::get("/sign-in")).await, StatusCode::BAD_REQUEST);
    let elsewhere = to("portal.example", "https://evil.example/sign-in");
    assert_eq!(house.get(elsewhere).await, StatusCode::BAD_REQUEST);
    assert_eq!(house.get(to("portal.example", "https://portal.example/sign-in")).await, StatusCode::OK);

    // Programs that the portal starts here reach it by this machine's address, and need a token all the same.
    assert_eq!(house.get(to(HERE, "/v1/clients")).await, StatusCode::UNAUTHORIZED);
    let handed_on = to(HERE, "/v1/clients").header("x-forwarded-for", "203.0.113.1");
    assert_eq!(house.get(handed_on).await, StatusCode::MISDIRECTED_REQUEST);

    let local = ReachablePortal::new(&fixture.db, None);
    assert_eq!(local.get(to("localhost:3000", "/sign-in")).await, StatusCode::OK);
    assert_eq!(local.get(to("rebound.example", "/sign-in")).await, StatusCode::MISDIRECTED_REQUEST);
}
