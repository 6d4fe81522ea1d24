//! Webhooks as whoever takes them sees them: real requests, checked by the scheme's own library.

use crate::shared;
use std::{
    collections::HashMap,
    future::IntoFuture,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU16, Ordering::Relaxed},
    },
};

use axum::{Router, body::Bytes, extract::State, http::StatusCode, routing::post};
use chrono::TimeDelta;
use domain::{
    Clock, Db,
    ids::WebhookId,
    testing::{Fixture, TestClient},
    webhooks::{self, DeliveryState, EventKind, NewWebhook},
};
use http::HeaderMap;
use safe_http::{Admitted, SafeHttp};
use serde_json::Value;
use server::jobs::webhooks::send_due;
use sqlx::PgPool;
use tokio::net::TcpListener;

type ReceivedMessages = Arc<Mutex<Vec<(HeaderMap, Bytes)>>>;

/// Whoever takes the messages, or does not.
struct WebhookReceiver {
    url: String,
    got: ReceivedMessages,
    says: Arc<AtomicU16>,
}

impl WebhookReceiver {
    async fn new() -> Self {
        let (got, says) = (ReceivedMessages::default(), Arc::new(AtomicU16::new(204)));
        let router = Router::new().route("/hook", post(take)).with_state((got.clone(), says.clone()));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        tokio::spawn(axum::serve(listener, router).into_future());
        Self { url, got, says }
    }

    fn messages(&self) -> Vec<(HeaderMap, Bytes)> {
        self.got.lock().unwrap().clone()
    }

    fn kinds(&self) -> Vec<String> {
        let kind = |(_, body): &(HeaderMap, Bytes)| {
            let body: Value = serde_json::from_slice(body).unwrap();
            body["type"].as_str().unwrap().to_owned()
        };
        self.messages().iter().map(kind).collect()
    }
}

async fn take(
    State((got, says)): State<(ReceivedMessages, Arc<AtomicU16>)>,
    headers: HeaderMap,
    body: Bytes,
) -> (StatusCode, &'static str) {
    got.lock().unwrap().push((headers, body));
    (StatusCode::from_u16(says.load(Relaxed)).unwrap(), "Noted.")
}

/// Python's library of the scheme says the same, where `scripts/schemathesis.sh` has installed it.
fn independently(secret: &str, headers: &HeaderMap, body: &Bytes) {
    const PYTHON: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../end2end/api/.venv/bin/python");
    const CHECK: &str = "import json, sys; from standardwebhooks import Webhook; \
                         told = json.loads(sys.argv[1]); Webhook(told['secret']).verify(told['body'], told['headers'])";
    if !std::path::Path::new(PYTHON).exists() {
        return eprintln!("skipped: Python's library of Standard Webhooks is not installed");
    }
    let headers: HashMap<&str, &str> =
        headers.iter().map(|(name, value)| (name.as_str(), value.to_str().unwrap())).collect();
    let check = |secret: &str| {
        let told = serde_json::json!({ "secret": secret, "headers": headers, "body": str::from_utf8(body).unwrap() });
        std::process::Command::new(PYTHON).args(["-c", CHECK, &told.to_string()]).output().unwrap()
    };
    let output = check(secret);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(!check("whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA").status.success(), "so that it can fail");
}

struct WebhooksPortal {
    fixture: Fixture,
    client: TestClient,
    taker: WebhookReceiver,
    safe_http: SafeHttp,
}

impl WebhooksPortal {
    async fn new(pool: &PgPool, admitted: Admitted) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let fixture = Fixture::new(pool).await;
        let client = fixture.subscriber("Harbor & Pine").await;
        Self {
            fixture,
            client,
            taker: WebhookReceiver::new().await,
            safe_http: SafeHttp::new(admitted).unwrap(),
        }
    }

    async fn webhook(&self, events: &[EventKind]) -> (WebhookId, String) {
        let new = NewWebhook { url: self.taker.url.clone(), events: events.to_vec() };
        webhooks::commands::create(&self.fixture.db, &self.fixture.operator, &new).await.unwrap()
    }

    /// Sends what is due; how many tries.
    async fn send(&self) -> usize {
        send_due(&self.fixture.db, &self.safe_http).await.unwrap()
    }

    async fn delivery(&self, webhook: WebhookId) -> webhooks::Delivery {
        webhooks::queries::deliveries(&self.fixture.db, &self.fixture.operator, webhook)
            .await
            .unwrap()
            .remove(0)
    }

    async fn failing(&self, webhook: WebhookId) -> bool {
        let found = webhooks::queries::get(&self.fixture.db, &self.fixture.operator, webhook).await.unwrap();
        found.failing_since.is_some()
    }

    fn db(&self) -> &Db {
        &self.fixture.db
    }
}

#[sqlx::test(migrations = "../migrations")]
async fn what_happens_is_sent_once_and_signed(pool: PgPool) {
    let house = WebhooksPortal::new(&pool, Admitted::private()).await;
    let (webhook, secret) = house.webhook(&[EventKind::RequestCreated]).await;
    assert!(secret.starts_with("whsec_"));
    // The scheme's library goes by its own clock.
    house.db().clock().advance(Clock::system().now() - house.db().now());
    let asked = shared::ask(&house.fixture, &house.client).await;
    // Two nodes, each of which would send it.
    let (one, other) = tokio::join!(house.send(), house.send());
    assert_eq!(one + other, 1);
    let messages = house.taker.messages();
    let [(headers, body)] = messages.as_slice() else { panic!("{messages:?}") };
    let verified = standardwebhooks::Webhook::new(&secret).unwrap();
    verified.verify(body, headers).unwrap();
    independently(&secret, headers, body);
    assert!(verified.verify(b"{}", headers).is_err(), "so that it can fail");
    let told: Value = serde_json::from_slice(body).unwrap();
    assert_eq!(told["type"], "request.created");
    assert_eq!(told["data"]["client"], house.client.id.to_string());
    assert_eq!(told["data"]["number"], asked.number);
    let delivery = house.delivery(webhook).await;
    assert_eq!(
        (delivery.state, delivery.status, delivery.answer.as_str()),
        (DeliveryState::Sent, Some(204), "")
    );
    assert_eq!(headers["webhook-id"].to_str().unwrap(), delivery.event.to_string());

    // Another secret: the one before counts no more.
    let other = webhooks::commands::rotate(house.db(), &house.fixture.operator, webhook).await.unwrap();
    webhooks::commands::send_again(house.db(), &house.fixture.operator, webhook, delivery.event)
        .await
        .unwrap();
    house.send().await;
    let (headers, body) = house.taker.messages().remove(1);
    standardwebhooks::Webhook::new(&other).unwrap().verify(&body, &headers).unwrap();
    assert!(verified.verify(&body, &headers).is_err());
    assert_eq!(headers["webhook-id"], messages[0].0["webhook-id"], "it is the same message");
    let stored: String =
        sqlx::query_scalar("SELECT row_to_json(webhook)::text FROM webhook").fetch_one(&pool).await.unwrap();
    assert!(!stored.contains(secret.trim_start_matches("whsec_")), "it is kept sealed");
}

#[sqlx::test(migrations = "../migrations")]
async fn what_is_not_taken_comes_again_and_is_given_up_after_three_days(pool: PgPool) {
    let house = WebhooksPortal::new(&pool, Admitted::private()).await;
    let (webhook, _) = house.webhook(&[EventKind::RequestCreated]).await;
    house.taker.says.store(500, Relaxed);
    shared::ask(&house.fixture, &house.client).await;
    let begun = house.db().now();
    for attempt in 1..=10 {
        assert!(!house.failing(webhook).await);
        assert_eq!(house.send().await, 1, "try {attempt}");
        assert_eq!(house.send().await, 0, "not at once");
        let delivery = house.delivery(webhook).await;
        assert_eq!(
            (delivery.attempts, delivery.status, delivery.answer.as_str()),
            (attempt, Some(500), "Noted.")
        );
        house.fixture.wait(TimeDelta::hours(24));
    }
    assert!(house.db().now() - begun > TimeDelta::days(3));
    assert_eq!(house.delivery(webhook).await.state, DeliveryState::Failed);
    assert!(house.failing(webhook).await);
    assert_eq!(house.send().await, 0, "it is given up");
    // Sent again from the desk, and taken.
    house.taker.says.store(200, Relaxed);
    let since = begun - TimeDelta::hours(1);
    assert_eq!(
        webhooks::commands::send_since(house.db(), &house.fixture.operator, webhook, since).await.unwrap(),
        1
    );
    assert_eq!(house.send().await, 1);
    assert_eq!(house.delivery(webhook).await.state, DeliveryState::Sent);
    assert!(!house.failing(webhook).await, "it listens again");
    assert_eq!(
        webhooks::commands::send_since(house.db(), &house.fixture.operator, webhook, house.db().now())
            .await
            .unwrap(),
        0
    );
}

#[sqlx::test(migrations = "../migrations")]
async fn inner_addresses_are_not_reached(pool: PgPool) {
    let house = WebhooksPortal::new(&pool, Admitted::default()).await;
    let (webhook, _) = house.webhook(&[EventKind::RequestCreated]).await;
    shared::ask(&house.fixture, &house.client).await;
    assert_eq!(house.send().await, 1);
    assert!(house.taker.messages().is_empty());
    let delivery = house.delivery(webhook).await;
    assert_eq!((delivery.state, delivery.status), (DeliveryState::Queued, None));
    assert!(delivery.answer.len() > 10, "the operator reads why: {}", delivery.answer);
}

/// Each kind is written with what it tells of, and with nothing that did not happen.
#[sqlx::test(migrations = "../migrations")]
async fn every_kind_is_told(pool: PgPool) {
    use domain::{
        approvals::{self, Audience, Question},
        deliverables::{self, Content},
        session::Choice,
    };
    let house = WebhooksPortal::new(&pool, Admitted::private()).await;
    house.webhook(&EventKind::ALL).await;
    let (db, operator) = (house.db(), &house.fixture.operator);
    house.fixture.agent("Juno", None).await;
    house.fixture.ask(&house.client, "Follow up").await;
    let claimed = house.fixture.claim().await;
    let options = vec![Choice { key: "y".into(), label: "Yes".into() }];
    let question = Question {
        question: "Well?".into(),
        detail: String::new(),
        options,
        open_for: 600,
        audience: Audience::Client,
    };
    let approval = approvals::commands::ask(db, &claimed, question).await.unwrap();
    approvals::commands::answer(db, operator, approval, "y").await.unwrap();
    deliverables::commands::put(db, &claimed, "Lease", Content::Body("Draft".into())).await.unwrap();
    deliverables::commands::submit_for_review(db, &claimed).await.unwrap();
    while house.send().await > 0 {}
    let mut kinds = house.taker.kinds();
    kinds.sort();
    kinds.dedup();
    let mut all: Vec<&str> = EventKind::ALL.iter().map(|kind| kind.as_str()).collect();
    all.sort_unstable();
    assert_eq!(kinds, all);
    let ended: Vec<Value> =
        house.taker.messages().iter().map(|(_, body)| serde_json::from_slice(body).unwrap()).collect();
    let ended = ended.iter().find(|told: &&Value| told["type"] == "run.ended").unwrap();
    assert_eq!(
        (&ended["data"]["state"], &ended["data"]["run"]),
        (&"completed".into(), &claimed.run.to_string().into())
    );
}
