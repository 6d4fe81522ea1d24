//! The log itself, through the portal's real router: who may read what, and when it ends.

use std::{net::SocketAddr, time::Duration};

use crate::shared::{self, TestRequest, ask};
use domain::{
    Scope,
    requests::{commands, queries},
    session,
    testing::{Fixture, TestClient},
};
use reqwest::{Client, Method, Response, StatusCode};
use serde_json::Value;
use server::{shutdown::Shutdown, sign_in_store::SignInStore};
use sessions::{Append, StreamId};
use sqlx::PgPool;
use tower_sessions::{SessionStore, session::Id};
use uuid::Uuid;

/// What no wait in here comes near.
const FOREVER: Duration = Duration::from_secs(20);

/// A server with a client that has one request.
struct StreamsPortal {
    fixture: Fixture,
    client: TestClient,
    address: SocketAddr,
    shutdown: Shutdown,
    session: StreamId,
    backstage: StreamId,
}

impl StreamsPortal {
    async fn new(pool: &PgPool) -> Self {
        // The browser's stand-in needs a provider of TLS, whether it uses it or not.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let fixture = Fixture::new(pool).await;
        let client = fixture.client("Harbor & Pine").await;
        let TestRequest { session, backstage, .. } = ask(&fixture, &client).await;
        let shutdown = Shutdown::default();
        let address = shared::serve(&fixture.db, &shutdown).await;
        Self { fixture, client, address, shutdown, session, backstage }
    }

    /// Signs somebody in.
    async fn browser(&self, scope: &Scope) -> StreamsBrowser {
        let (sign_in, _) = shared::sign_in(&self.fixture.db, scope).await;
        StreamsBrowser { address: self.address, sign_in, client: Client::new() }
    }

    async fn append(&self, stream: StreamId, text: &str) {
        self.fixture.db.engine().append(stream, Append::new(vec![text.to_owned()])).await.unwrap();
    }
}

struct StreamsBrowser {
    address: SocketAddr,
    sign_in: Id,
    client: Client,
}

impl StreamsBrowser {
    async fn ask(&self, method: Method, rest: &str) -> Response {
        let url = format!("http://{}/v1/stream/{rest}", self.address);
        let request =
            self.client.request(method, url).header("cookie", format!("a=b; sign_in={}", self.sign_in));
        tokio::time::timeout(FOREVER, request.body("[1]").send()).await.unwrap().unwrap()
    }

    async fn get(&self, rest: &str) -> Response {
        self.ask(Method::GET, rest).await
    }
}

fn header<'a>(response: &'a Response, name: &str) -> &'a str {
    response.headers().get(name).map(|value| value.to_str().unwrap()).unwrap_or_default()
}

#[sqlx::test(migrations = "../migrations")]
async fn people_read_what_they_may_see(pool: PgPool) {
    let house = StreamsPortal::new(&pool).await;
    let stranger = house.fixture.client("Hill Insurance").await;
    house.append(house.backstage, "1").await;
    let (member, operator, stranger) = (
        house.browser(&house.client.member).await,
        house.browser(&house.fixture.operator).await,
        house.browser(&stranger.owner).await,
    );
    let nobody = StreamsBrowser { sign_in: Id::default(), client: Client::new(), ..member };
    let (session, backstage, none) =
        (house.session.to_string(), house.backstage.to_string(), Uuid::now_v7().to_string());
    for (who, browser, stream, may) in [
        ("a member", &member, &session, true),
        ("a member, backstage", &member, &backstage, false),
        ("a member, nothing", &member, &none, false),
        ("an operator", &operator, &session, true),
        ("an operator, backstage", &operator, &backstage, true),
        ("an operator, nothing", &operator, &none, false),
        ("a stranger", &stranger, &session, false),
        ("a stranger, backstage", &stranger, &backstage, false),
        ("nobody", &nobody, &session, false),
    ] {
        let (read, write) = match may {
            true => (StatusCode::OK, StatusCode::METHOD_NOT_ALLOWED),
            false => (StatusCode::NOT_FOUND, StatusCode::NOT_FOUND),
        };
        for rest in ["", "?offset=now", "?offset=-1&live=sse", "?offset=-1&live=long-poll"] {
            let response = browser.get(&format!("{stream}{rest}")).await;
            assert_eq!(response.status(), read, "{who} {rest}");
            assert_eq!(header(&response, "cross-origin-resource-policy"), "same-origin");
            assert_eq!(header(&response, "access-control-allow-origin"), "");
        }
        assert_eq!(browser.ask(Method::HEAD, stream).await.status(), read, "{who}");
        for method in [Method::PUT, Method::POST, Method::DELETE] {
            assert_eq!(browser.ask(method, stream).await.status(), write, "{who}");
        }
    }
    for path in ["name", "__ds/jwks.json", "__ds/subscriptions/s", &format!("{session}/x")] {
        assert_eq!(operator.get(path).await.status(), StatusCode::NOT_FOUND, "{path}");
    }
}

#[sqlx::test(migrations = "../migrations")]
async fn what_is_read_is_the_log_and_goes_on(pool: PgPool) {
    let house = StreamsPortal::new(&pool).await;
    let browser = house.browser(&house.client.member).await;
    let stream = house.session;
    let response = browser.get(&stream.to_string()).await;
    assert_eq!(header(&response, "content-type"), "application/json");
    assert_eq!(header(&response, "stream-up-to-date"), "true");
    assert_eq!(header(&response, "cache-control"), "private, no-cache");
    let (next, tag) =
        (header(&response, "stream-next-offset").to_owned(), header(&response, "etag").to_owned());
    assert!(!response.json::<Vec<Value>>().await.unwrap().is_empty(), "the request itself");
    let url = format!("http://{}/v1/stream/{stream}", house.address);
    let again = browser.client.get(url).header("cookie", format!("sign_in={}", browser.sign_in));
    let again = again.header("if-none-match", tag).send().await.unwrap();
    assert_eq!(again.status(), StatusCode::NOT_MODIFIED);

    let waiting = tokio::spawn({
        let browser = StreamsBrowser { client: browser.client.clone(), ..browser };
        let rest = format!("{stream}?offset={next}&live=long-poll");
        async move { browser.get(&rest).await }
    });
    while house.fixture.db.engine().following(stream) == 0 {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    house.append(stream, r#"{"b":1, "a":2}"#).await;
    assert_eq!(waiting.await.unwrap().text().await.unwrap(), r#"[{"b":1, "a":2}]"#);
    let beyond = browser.get(&format!("{stream}?offset=00000000000000009999")).await;
    assert_eq!(beyond.status(), StatusCode::GONE);
    house.shutdown.begin();
}

/// More than the engine reads at once comes in one answer all the same, and is one array.
#[sqlx::test(migrations = "../migrations")]
async fn a_long_log_comes_whole(pool: PgPool) {
    let house = StreamsPortal::new(&pool).await;
    let browser = house.browser(&house.fixture.operator).await;
    let events: Vec<String> = (0..2_345).map(|number| number.to_string()).collect();
    house.fixture.db.engine().append(house.backstage, Append::new(events)).await.unwrap();
    let response = browser.get(&house.backstage.to_string()).await;
    assert_eq!(header(&response, "stream-up-to-date"), "true");
    assert_eq!(header(&response, "stream-next-offset"), "00000000000000002345");
    assert_eq!(response.json::<Vec<u64>>().await.unwrap(), (0..2_345).collect::<Vec<_>>());
    let rest = browser.get(&format!("{}?offset=00000000000000001234", house.backstage)).await;
    assert_eq!(rest.json::<Vec<u64>>().await.unwrap(), (1_234..2_345).collect::<Vec<_>>());
}

/// Reads an open answer until it holds the text or ends; what has come.
async fn until(response: &mut Response, text: &str) -> (String, bool) {
    let mut heard = String::new();
    while !heard.contains(text) {
        match tokio::time::timeout(FOREVER, response.chunk()).await.unwrap() {
            // Without the beats between.
            Ok(Some(chunk)) => heard.push_str(str::from_utf8(&chunk).unwrap().trim_start_matches(":\n\n")),
            Ok(None) | Err(_) => return (heard, true),
        }
    }
    (heard, false)
}

/// An open stream ends within seconds when its reader is signed out, and at once when the server stops.
#[sqlx::test(migrations = "../migrations")]
async fn access_that_is_taken_away_ends_open_streams(pool: PgPool) {
    let house = StreamsPortal::new(&pool).await;
    let (leaving, staying) =
        (house.browser(&house.client.member).await, house.browser(&house.client.member).await);
    let rest = format!("{}?offset=now&live=sse", house.session);
    let (mut left, mut stayed) = (leaving.get(&rest).await, staying.get(&rest).await);
    for response in [&mut left, &mut stayed] {
        assert!(until(response, "upToDate").await.0.starts_with("event: control\n"));
    }
    SignInStore(house.fixture.db.clone()).delete(&leaving.sign_in).await.unwrap();
    assert_eq!(until(&mut left, "never").await, (String::new(), true));
    house.append(house.session, "\"later\"").await;
    let (heard, ended) = until(&mut stayed, "later").await;
    assert!(heard.starts_with("event: data\ndata:[\"later\"]\n\nevent: control\n") && !ended, "{heard}");
    house.shutdown.begin();
    assert!(until(&mut stayed, "never").await.1);
}

/// As [`StreamsBrowser::ask`], at the folded session.
async fn folded(browser: &StreamsBrowser, stream: impl std::fmt::Display) -> Response {
    let url = format!("http://{}/v1/sessions/{stream}", browser.address);
    browser.client.get(url).header("cookie", format!("sign_in={}", browser.sign_in)).send().await.unwrap()
}

#[sqlx::test(migrations = "../migrations")]
async fn what_is_dropped_is_gone_and_the_fold_leads_on(pool: PgPool) {
    let house = StreamsPortal::new(&pool).await;
    let stranger = house.fixture.client("Hill Insurance").await;
    let browser = house.browser(&house.client.member).await;
    let before: Value = folded(&browser, house.session).await.json().await.unwrap();
    assert_eq!(before["entries"][0]["type"], "asked");
    assert_eq!(before["entries"][0]["title"], "Follow up");

    house.fixture.wait(chrono::TimeDelta::days(31));
    assert_eq!(session::commands::retain(&house.fixture.db, chrono::TimeDelta::days(30)).await.unwrap(), 1);
    for rest in ["", "?offset=-1", "?offset=-1&live=sse", "?offset=-1&live=long-poll"] {
        let gone = browser.get(&format!("{}{rest}", house.session)).await;
        assert_eq!(gone.status(), StatusCode::GONE, "{rest}");
        assert_eq!(header(&gone, "stream-earliest-offset"), before["offset"], "{rest}");
    }
    let response = folded(&browser, house.session).await;
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(header(&response, "cache-control"), "private, no-store");
    let next = header(&response, "stream-next-offset").to_owned();
    assert_eq!(response.json::<Value>().await.unwrap(), before);
    house.append(house.session, r#"{"later":1}"#).await;
    let rest = browser.get(&format!("{}?offset={next}", house.session)).await;
    assert_eq!(rest.text().await.unwrap(), r#"[{"later":1}]"#);

    let (operator, stranger) =
        (house.browser(&house.fixture.operator).await, house.browser(&stranger.owner).await);
    assert_eq!(folded(&operator, house.session).await.status(), StatusCode::OK);
    let nobody = StreamsBrowser { sign_in: Id::default(), client: Client::new(), address: house.address };
    for (who, browser, stream) in [
        ("a stranger", &stranger, house.session.to_string()),
        ("nobody", &nobody, house.session.to_string()),
        ("backstage is no session", &operator, house.backstage.to_string()),
        ("nothing", &operator, Uuid::now_v7().to_string()),
        ("no id", &operator, "x".to_owned()),
    ] {
        assert_eq!(folded(browser, stream).await.status(), StatusCode::NOT_FOUND, "{who}");
    }
}

/// What a person deleted is sent by no protocol, whether it is read from the beginning, from the middle or followed; pages
/// that were kept before are not told again.
#[sqlx::test(migrations = "../migrations")]
async fn what_was_deleted_is_read_nowhere(pool: PgPool) {
    const SECRET: &str = "a word too much";
    let house = StreamsPortal::new(&pool).await;
    let (db, owner, stream) = (&house.fixture.db, &house.client.owner, house.session);
    let files = tempfile::tempdir().unwrap();
    let store = domain::files::Store::folder(files.path()).unwrap();
    let client = house.client.id;
    let request = queries::find(db, owner, client, 1).await.unwrap();
    commands::comment(db, owner, request, SECRET, &[]).await.unwrap();
    let browser = house.browser(&house.client.member).await;
    let before: Value = folded(&browser, stream).await.json().await.unwrap();
    let said = before["entries"].as_array().unwrap().iter().find(|entry| entry["type"] == "comment").unwrap();
    let key = said["key"].as_str().unwrap().to_owned();
    // Long enough to be kept in pages.
    for number in 0..100 {
        house.append(stream, &number.to_string()).await;
    }
    let whole = browser.get(&stream.to_string()).await;
    let (tag, end) = (header(&whole, "etag").to_owned(), header(&whole, "stream-next-offset").to_owned());
    assert!(whole.text().await.unwrap().contains(SECRET));
    let mut following = browser.get(&format!("{stream}?offset={end}&live=sse")).await;
    assert!(until(&mut following, "upToDate").await.0.starts_with("event: control"));

    commands::delete(db, &store, owner, request, &key).await.unwrap();
    let heard = until(&mut following, "data-deletion").await.0;
    assert!(heard.contains(&format!(r#""of":"{key}""#)) && !heard.contains(SECRET), "{heard}");

    let url = format!("http://{}/v1/stream/{stream}", house.address);
    let known = browser.client.get(url).header("cookie", format!("sign_in={}", browser.sign_in));
    let known = known.header("if-none-match", tag).send().await.unwrap();
    assert_eq!(known.status(), StatusCode::OK, "what a reader has kept is not right any more");
    let events: Vec<Value> = known.json().await.unwrap();
    let tombstone = events.iter().position(|event| event["event"] == key.as_str()).unwrap();
    assert_eq!(events[tombstone]["type"], "data-tombstone");
    assert_eq!(events.len() as u64, end.parse::<u64>().unwrap() + 1, "offsets are what they were");

    let place = format!("{tombstone:020}");
    for rest in [
        "?offset=-1".to_owned(),
        format!("?offset={place}"),
        "?offset=-1&live=sse".to_owned(),
        format!("?offset={place}&live=sse"),
        format!("?offset={place}&live=long-poll"),
    ] {
        let mut answer = browser.get(&format!("{stream}{rest}")).await;
        let read = until(&mut answer, "data-deletion").await.0;
        assert!(read.contains("data-tombstone") && read.contains("data-deletion"), "{rest}: {read}");
        assert!(!read.contains(SECRET), "{rest}: {read}");
    }
    for path in
        [format!("/v1/sessions/{stream}"), format!("/v1/chat/{stream}"), "/portal/requests/1".to_owned()]
    {
        let url = format!("http://{}{path}", house.address);
        let page = browser.client.get(url).header("cookie", format!("sign_in={}", browser.sign_in));
        let page = page.send().await.unwrap();
        assert_eq!(page.status(), StatusCode::OK, "{path}");
        assert!(!page.text().await.unwrap().contains(SECRET), "{path}");
    }
    let after: Value = folded(&browser, stream).await.json().await.unwrap();
    let mark =
        after["entries"].as_array().unwrap().iter().find(|entry| entry["key"] == key.as_str()).unwrap();
    assert_eq!(
        (&mark["type"], &mark["what"], &mark["author"]),
        (&"deleted".into(), &"comment".into(), &said["author"])
    );
    house.shutdown.begin();
}
