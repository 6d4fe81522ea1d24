//! The portal behind a real nginx with TLS, set up by the file that is shipped.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod front;
#[allow(dead_code, unused_imports, reason = "the browsers here are others")]
#[path = "../shared/mod.rs"]
mod shared;

use std::time::Duration;

use domain::{
    accounts::limits,
    audit::{self, AuditQuery},
    secret,
    testing::{Fixture, TestClient},
    tokens::{self, NewToken, Right},
};
use front::{Front, NAME};
use futures::{SinkExt, StreamExt};
use reqwest::{Response, StatusCode, header};
use serde_json::{Value, json};
use server::shutdown::Shutdown;
use shared::{FORM_KEY, TestRequest, ask};
use sqlx::PgPool;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::{Message, client::IntoClientRequest};

/// What no wait in here comes near.
const FOREVER: Duration = Duration::from_secs(60);
/// What a browser holds for its form token.
const SEED: &str = "a-seed-of-the-form-token";

struct ProxiedPortal {
    fixture: Fixture,
    client: TestClient,
    front: Front,
    _shutdown: Shutdown,
}

impl ProxiedPortal {
    /// None where there is no nginx.
    async fn new(pool: &PgPool) -> Option<Self> {
        let Some(program) = front::program() else {
            eprintln!("passed over: there is no nginx here (scripts/setup.sh nginx)");
            return None;
        };
        let _ = rustls::crypto::ring::default_provider().install_default();
        let fixture = Fixture::new(pool).await;
        let client = fixture.client("Harbor & Pine").await;
        let shutdown = Shutdown::default();
        let ports = front::ports();
        let public = format!("https://{NAME}:{}", ports[0].port());
        let (portal, _) = shared::portal_at(&fixture.db, &shutdown, Default::default(), Some(&public)).await;
        let front = Front::start(program, ports, portal).await;
        Some(Self { fixture, client, front, _shutdown: shutdown })
    }

    /// The owner's cookies.
    async fn cookie(&self) -> String {
        let (_, sign_in) = shared::sign_in(&self.fixture.db, &self.client.owner).await;
        format!("form={SEED}; {sign_in}")
    }

    /// Sends a form as the owner's page does.
    async fn post(&self, path: &str, kind: &str, body: Vec<u8>) -> Response {
        let request = self.front.browser([127, 0, 0, 1]).post(self.front.url(path));
        let request = request.header(header::COOKIE, self.cookie().await).header(header::CONTENT_TYPE, kind);
        let request =
            request.header(header::ORIGIN, self.front.url("")).header(header::ACCEPT, "application/json");
        request.body(body).send().await.unwrap()
    }
}

fn form_token() -> String {
    secret::keyed_hash(FORM_KEY, SEED.as_bytes())
}

fn cookies(response: &Response) -> Vec<String> {
    let cookies = response.headers().get_all(header::SET_COOKIE).iter();
    cookies.map(|cookie| cookie.to_str().unwrap().to_owned()).collect()
}

#[sqlx::test(migrations = "../migrations")]
async fn people_come_by_https_and_by_the_portals_name(pool: PgPool) {
    let Some(house) = ProxiedPortal::new(&pool).await else { return };
    let browser = house.front.browser([127, 0, 0, 1]);
    let page = browser.get(house.front.url("/sign-in")).send().await.unwrap();
    assert_eq!(page.status(), StatusCode::OK);
    assert!(page.headers().contains_key(header::STRICT_TRANSPORT_SECURITY));
    let mut set = cookies(&page);
    let form = format!("form_token={}&name=Rosa+Diaz", form_token());
    let renamed = house.post("/account/name", "application/x-www-form-urlencoded", form.into_bytes()).await;
    assert_eq!(renamed.status(), StatusCode::SEE_OTHER);
    set.extend(cookies(&renamed));
    let account = browser.get(house.front.url("/account"));
    let account = account.header(header::COOKIE, format!("{}; note=Done", house.cookie().await));
    set.extend(cookies(&account.send().await.unwrap()));
    for name in ["form", "note=Name", "note=;"] {
        let found = set.iter().find(|cookie| cookie.starts_with(name));
        assert!(found.is_some_and(|cookie| cookie.contains("; Secure")), "{name}: {set:?}");
    }

    let plain = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let moved =
        plain.get(format!("http://{}/terms", house.front.http)).header("host", NAME).send().await.unwrap();
    assert_eq!(moved.headers()[header::LOCATION], format!("https://{NAME}/terms"));

    let foreign = house
        .front
        .plain()
        .get(house.front.url("/"))
        .header(header::HOST, "rebound.example")
        .send()
        .await
        .unwrap();
    assert_eq!(foreign.status(), StatusCode::MISDIRECTED_REQUEST);
    assert!(foreign.text().await.unwrap().contains(&house.front.url("")));
    for hidden in ["/metrics", "/healthz", "/dev/outbox"] {
        let status = browser.get(house.front.url(hidden)).send().await.unwrap().status();
        assert_eq!(status, StatusCode::NOT_FOUND, "{hidden}");
    }
}

#[sqlx::test(migrations = "../migrations")]
async fn the_log_and_the_limits_see_visitors_and_not_the_proxy(pool: PgPool) {
    let Some(house) = ProxiedPortal::new(&pool).await else { return };
    let rights = vec![Right::Read, Right::Write];
    let new = NewToken { name: "Atlas".into(), rights, agent: None, client: None };
    let (_, token) = tokens::commands::create(&house.fixture.db, &house.fixture.operator, new).await.unwrap();
    let call = json!({ "jsonrpc": "2.0", "id": 7, "method": "tools/list" });
    let browser = house.front.browser([127, 0, 0, 7]);
    let tools = browser.post(house.front.url("/mcp")).bearer_auth(&token).json(&call);
    let tools = tools.header("accept", "application/json, text/event-stream").send().await.unwrap();
    assert_eq!(tools.status(), StatusCode::OK);
    assert!(tools.text().await.unwrap().contains("\"tools\""));

    let wanted =
        json!({ "client": house.client.id.to_string(), "title": "Follow up", "brief": "Write to them." });
    let asked = browser.post(house.front.url("/v1/requests")).bearer_auth(&token).json(&wanted);
    // What a visitor writes there themselves counts for nothing.
    let asked = asked.header("idempotency-key", "one").header("x-forwarded-for", "198.51.100.7");
    let status = asked.header("forwarded", "for=198.51.100.7").send().await.unwrap().status();
    assert!(status == StatusCode::CREATED || status == StatusCode::CONFLICT, "{status}");
    let page = audit::queries::list(&house.fixture.db, &house.fixture.operator, &AuditQuery::default())
        .await
        .unwrap();
    let entry = page.entries.iter().find(|entry| entry.what == "create_request").unwrap();
    assert_eq!(entry.ip.as_deref(), Some("127.0.0.7"));

    // Somebody who tries passwords uses up their own tries, and nobody's who comes the same way.
    let sign_in = async |from: u8| {
        let request = house.front.browser([127, 0, 0, from]).post(house.front.url("/sign-in"));
        let request = request.header(header::COOKIE, format!("form={SEED}"));
        let request = request.header(header::ORIGIN, house.front.url(""));
        let request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        let form =
            format!("form_token={}&email=nobody%40harborpine.test&password=a+wrong+guess", form_token());
        request.body(form).send().await.unwrap().status()
    };
    for _ in 0..limits::SIGN_IN_PAIR.most {
        assert_ne!(sign_in(7).await, StatusCode::TOO_MANY_REQUESTS);
    }
    assert_eq!(sign_in(7).await, StatusCode::TOO_MANY_REQUESTS);
    assert_ne!(sign_in(8).await, StatusCode::TOO_MANY_REQUESTS);
}

#[sqlx::test(migrations = "../migrations")]
async fn pages_stay_live_by_a_socket_and_by_events(pool: PgPool) {
    let Some(house) = ProxiedPortal::new(&pool).await else { return };
    let TestRequest { session, .. } = ask(&house.fixture, &house.client).await;
    let cookie = house.cookie().await;

    let mut request =
        format!("wss://{NAME}:{}/live", house.front.https.port()).into_client_request().unwrap();
    request.headers_mut().insert("cookie", cookie.parse().unwrap());
    request.headers_mut().insert("origin", house.front.url("").parse().unwrap());
    let stream = house.front.connect().await;
    let (mut socket, _) = tokio_tungstenite::client_async(request, stream).await.unwrap();
    let follow = json!({ "follow": { "stream": session, "from": format!("{:020}", 0) } });
    socket.send(Message::text(follow.to_string())).await.unwrap();
    let events = async {
        while let Some(Ok(message)) = socket.next().await {
            let frame: Value = serde_json::from_str(message.to_text().unwrap()).unwrap_or_default();
            if frame.get("events").is_some() {
                return frame;
            }
        }
        panic!("the socket was closed");
    };
    assert_eq!(timeout(FOREVER, events).await.unwrap()["events"][0]["type"], "data-asked");

    let url = house.front.url(&format!("/live/events?follow={session}:{:020}", 0));
    let response =
        house.front.browser([127, 0, 0, 1]).get(url).header("cookie", cookie).send().await.unwrap();
    assert_eq!(response.headers()[header::CONTENT_TYPE], "text/event-stream");
    let mut heard = String::new();
    let mut pieces = Box::pin(response.bytes_stream());
    // It stays open: what is there comes at once.
    while !heard.contains("data-asked") {
        let piece = timeout(FOREVER, pieces.next()).await.unwrap().unwrap().unwrap();
        heard += &String::from_utf8_lossy(&piece);
    }
}

#[sqlx::test(migrations = "../migrations")]
async fn a_file_of_the_largest_size_comes_through(pool: PgPool) {
    let Some(house) = ProxiedPortal::new(&pool).await else { return };
    let head = format!(
        "--cut\r\ncontent-disposition: form-data; name=\"form_token\"\r\n\r\n{}\r\n--cut\r\n\
         content-disposition: form-data; name=\"files\"; filename=\"scan.pdf\"\r\ncontent-type: application/pdf\r\n\r\n%PDF-1.7\n",
        form_token()
    );
    let form = |size: usize| {
        let mut body = head.clone().into_bytes();
        body.resize(body.len() + size - "%PDF-1.7\n".len(), b' ');
        body.extend_from_slice(b"\r\n--cut--\r\n");
        body
    };
    let kind = "multipart/form-data; boundary=cut";
    let largest = usize::try_from(domain::files::LIMIT).unwrap();
    let taken = house.post("/portal/files", kind, form(largest)).await;
    let status = taken.status();
    let text = taken.text().await.unwrap();
    assert_eq!(status, StatusCode::OK, "{text}");
    assert!(text.contains("scan.pdf"), "{text}");
    let refused = house.post("/portal/files", kind, form(largest + 1)).await;
    let text = refused.text().await.unwrap();
    assert!(text.contains("25 MB") && !text.contains("nginx"), "{text}");
}
