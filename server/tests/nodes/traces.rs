//! What a collector of traces gets from the real program: the way from a browser's request to its statements and to the
//! agent's backend, the id that a page about a failure shows, and nothing that anybody typed.

use crate::shared;
use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use crate::fleet::{self, Node, Process};
use axum::{
    Json, Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, header},
    routing::{get, post},
};
use domain::testing::{Fixture, TestClient};
use opentelemetry_proto::tonic::{
    collector::trace::v1::{ExportTraceServiceRequest, ExportTraceServiceResponse},
    common::v1::any_value::Value,
    trace::v1::Span,
};
use prost::Message;
use serde_json::json;
use sqlx::PgPool;
use tokio::{net::TcpListener, sync::watch};

/// What no wait in here comes near.
const FOREVER: Duration = Duration::from_secs(120);

/// What is typed, sent and known here, and has no business in a trace.
const MARKERS: [&str; 9] = [
    "planted-title",
    "planted-brief",
    "planted-query",
    "planted-address",
    "planted-token",
    "planted-key",
    "planted-state",
    "planted-agent",
    "planted-answer",
];

/// The span of somebody else's in which they say that they sent a request.
const THEIR_TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";

/// Takes what is sent to it.
#[derive(Clone)]
struct Collector {
    address: String,
    received: Arc<Mutex<(Vec<u8>, Vec<Span>)>>,
    count: watch::Sender<usize>,
}

impl Collector {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}/under", listener.local_addr().unwrap());
        let collector = Self { address, received: Arc::default(), count: watch::channel(0).0 };
        let routes = Router::new().route("/under/v1/traces", post(take)).with_state(collector.clone());
        tokio::spawn(async move { axum::serve(listener, routes).await });
        collector
    }

    fn spans(&self) -> Vec<Span> {
        self.received.lock().unwrap().1.clone()
    }

    /// Waits for a span.
    async fn span(&self, what: &str, is: impl Fn(&Span) -> bool) -> Span {
        let mut count = self.count.subscribe();
        let found = async {
            loop {
                if let Some(span) = self.spans().into_iter().find(&is) {
                    return span;
                }
                count.changed().await.unwrap();
            }
        };
        match tokio::time::timeout(FOREVER, found).await {
            Ok(span) => span,
            Err(_) => {
                let names: Vec<String> = self.spans().into_iter().map(|span| span.name).collect();
                panic!("no span of {what} among {names:?}");
            }
        }
    }

    /// The span under which another stands.
    fn parent(&self, span: &Span) -> Option<Span> {
        self.spans().into_iter().find(|other| other.span_id == span.parent_span_id)
    }
}

async fn take(State(collector): State<Collector>, headers: HeaderMap, body: Bytes) -> Vec<u8> {
    assert_eq!(headers[header::CONTENT_TYPE], "application/x-protobuf");
    assert_eq!(headers["x-collector"], "ours");
    let request = ExportTraceServiceRequest::decode(body.clone()).unwrap();
    let spans = request.resource_spans.into_iter().flat_map(|of| of.scope_spans).flat_map(|of| of.spans);
    let mut received = collector.received.lock().unwrap();
    received.0.extend_from_slice(&body);
    received.1.extend(spans);
    let count = received.1.len();
    drop(received);
    collector.count.send_replace(count);
    ExportTraceServiceResponse::default().encode_to_vec()
}

/// A model server that says one thing, and what its callers' headers were.
async fn model() -> (String, Arc<Mutex<Vec<HeaderMap>>>) {
    let asked: Arc<Mutex<Vec<HeaderMap>>> = Arc::default();
    let answer = |State(asked): State<Arc<Mutex<Vec<HeaderMap>>>>, headers: HeaderMap| async move {
        asked.lock().unwrap().push(headers);
        let message = json!({ "role": "assistant", "content": "planted-answer" });
        Json(json!({ "choices": [{ "index": 0, "message": message, "finish_reason": "stop" }] }))
    };
    let routes = Router::new()
        .route("/v1/models", get(async || Json(json!({ "data": [{ "id": "scripted" }] }))))
        .route("/v1/chat/completions", post(answer))
        .with_state(Arc::clone(&asked));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}/v1", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, routes).await });
    (address, asked)
}

/// An install with a client and an agent, the program that serves it, and the collector that it was told of.
struct TracedPortal {
    fixture: Fixture,
    client: TestClient,
    node: Process,
    collector: Collector,
    asked: Arc<Mutex<Vec<HeaderMap>>>,
    _data: tempfile::TempDir,
}

impl TracedPortal {
    async fn new(pool: &PgPool) -> Self {
        let fixture = Fixture::new(pool).await;
        let client = fixture.subscriber("Harbor & Pine").await;
        // The program goes by today's clock.
        sqlx::query("UPDATE subscription SET period_start = now(), period_end = now() + interval '20 days'")
            .execute(pool)
            .await
            .unwrap();
        fixture.agent("planted-agent", Some(client.id)).await;
        let (collector, (model, asked)) = (Collector::start().await, model().await);
        let data = tempfile::tempdir().unwrap();
        let node = Node::portal(&pool.connect_options(), data.path())
            .set("THROUGHLINE_LLM_URL", model)
            .set("THROUGHLINE_LLM_KEY", "planted-key")
            .set("OTEL_EXPORTER_OTLP_ENDPOINT", &collector.address)
            .set("OTEL_EXPORTER_OTLP_HEADERS", "x-collector=ours")
            .set("OTEL_BSP_SCHEDULE_DELAY", 50)
            .start()
            .await
            .unwrap();
        Self { fixture, client, node, collector, asked, _data: data }
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.node.address)
    }

    /// Asks for work as the client's owner does, from a page's own form; the answer.
    async fn ask(&self, cookie: &str) -> reqwest::Response {
        let browser = fleet::client().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        let page =
            browser.get(self.url("/portal/requests/new")).header("cookie", cookie).send().await.unwrap();
        let set = page.headers().get_all("set-cookie").iter().map(|cookie| cookie.to_str().unwrap());
        let form =
            set.filter(|cookie| cookie.starts_with("form=")).find_map(|cookie| cookie.split(';').next());
        let form = form.unwrap().to_owned();
        let page = page.text().await.unwrap();
        let token = between(&page, "name=\"form_token\" value=\"", "\"");
        let fields = [
            ("form_token", token),
            ("form_key", "once"),
            ("title", "planted-title"),
            ("brief", "planted-brief"),
            ("priority", "normal"),
            ("do", "ask"),
        ];
        let part = |(name, value)| {
            format!("--part\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
        };
        let body = fields.map(part).concat() + "--part--\r\n";
        let url = self.url("/portal/requests?from=planted-query");
        let asked =
            browser.post(url).header("cookie", format!("{cookie}; {form}")).header("origin", self.url(""));
        let asked = asked.header("traceparent", format!("00-{THEIR_TRACE}-00f067aa0ba902b7-01"));
        let asked = asked.header("tracestate", "theirs=planted-state");
        asked.header("content-type", "multipart/form-data; boundary=part").body(body).send().await.unwrap()
    }
}

fn between<'a>(text: &'a str, before: &str, after: &str) -> &'a str {
    text.split_once(before).unwrap().1.split_once(after).unwrap().0
}

/// An attribute that is a text.
fn attribute<'a>(span: &'a Span, name: &str) -> &'a str {
    let found = span.attributes.iter().find(|attribute| attribute.key == name);
    match found.and_then(|found| found.value.as_ref()?.value.as_ref()) {
        Some(Value::StringValue(text)) => text,
        _ => "",
    }
}

fn is_of(span: &Span, request: &str) -> bool {
    attribute(span, "request.id") == request
}

#[sqlx::test(migrations = "../migrations")]
async fn a_request_is_followed_to_its_statements_and_to_the_agents_backend(pool: PgPool) {
    let house = TracedPortal::new(&pool).await;
    let (_, cookie) = shared::sign_in(&house.fixture.db, &house.client.owner).await;
    let answer = house.ask(&cookie).await;
    assert_eq!(answer.status(), 303, "{}", answer.text().await.unwrap());
    let id = answer.headers()["x-request-id"].to_str().unwrap().to_owned();
    assert_eq!(id.len(), 16);

    let collector = &house.collector;
    let request = collector.span("the request", |span| is_of(span, &id)).await;
    assert_eq!(request.name, "POST /portal/requests");
    assert!(request.parent_span_id.is_empty(), "what others say of their trace is no parent of ours");
    assert_eq!(hex(&request.links[0].trace_id), THEIR_TRACE);
    let insert = collector
        .span("the statement", |span| span.name == "INSERT request" && span.parent_span_id == request.span_id)
        .await;
    assert_eq!(insert.trace_id, request.trace_id);
    assert_eq!(attribute(&insert, "db.collection.name"), "request");

    let model = collector
        .span("the model", |span| span.name == "model answer" && span.trace_id == request.trace_id)
        .await;
    let run =
        collector.span("the run", |span| span.name == "agent run" && span.trace_id == request.trace_id).await;
    assert_eq!(run.parent_span_id, request.span_id);
    assert_eq!(collector.parent(&model).unwrap().span_id, run.span_id);
    collector
        .span("the agent's statements", |span| {
            span.parent_span_id == run.span_id && !attribute(span, "db.collection.name").is_empty()
        })
        .await;
    let asked = house.asked.lock().unwrap();
    assert!(!asked.is_empty() && asked.iter().all(|headers| !headers.contains_key("traceparent")));
}

#[sqlx::test(migrations = "../migrations")]
async fn a_failures_page_shows_the_id_that_its_trace_has_and_no_trace_has_a_word_of_anybodys(pool: PgPool) {
    let house = TracedPortal::new(&pool).await;
    let (_, cookie) = shared::sign_in(&house.fixture.db, &house.client.owner).await;
    let (_, operator) = shared::sign_in(&house.fixture.db, &house.fixture.operator).await;
    assert_eq!(house.ask(&cookie).await.status(), 303);
    let browser = fleet::client().build().unwrap();
    let get = async |path: &str, cookie: &str| {
        browser.get(house.url(path)).header("cookie", cookie).send().await.unwrap()
    };
    for path in ["/reset/planted-token", "/planted-address", "/portal/requests?q=planted-query"] {
        get(path, &cookie).await;
    }
    sqlx::query("ALTER TABLE audit RENAME TO audit_elsewhere").execute(&pool).await.unwrap();
    let failed = get("/desk/audit", &operator).await;
    assert_eq!(failed.status(), 500);
    let id = failed.headers()["x-request-id"].to_str().unwrap().to_owned();
    let page = failed.text().await.unwrap();
    assert!(page.contains(&format!("500 · {id}")), "{page}");
    let as_json = browser.get(house.url("/desk/audit")).header("accept", "application/json");
    let failed = as_json.header("cookie", &operator).send().await.unwrap();
    let id_of_script = failed.headers()["x-request-id"].to_str().unwrap().to_owned();
    assert!(failed.text().await.unwrap().contains(&id_of_script));

    let span = house.collector.span("the failure", |span| is_of(span, &id)).await;
    assert_eq!(span.status.unwrap().code, 2, "an error");
    // By then everything that was asked before has been sent, and the agent has answered.
    house.collector.span("the model", |span| span.name == "model answer").await;
    let bytes = house.collector.received.lock().unwrap().0.clone();
    let text = String::from_utf8_lossy(&bytes);
    let sign_in = cookie.split_once('=').unwrap().1;
    for marker in MARKERS.into_iter().chain([sign_in]) {
        assert!(!text.contains(marker), "{marker} is in a trace");
    }
    assert!(text.contains("/reset/{token}"), "the address is named by its pattern");
    assert!(house.node.last_output().contains(&id), "the log has the id: {}", house.node.last_output());
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
