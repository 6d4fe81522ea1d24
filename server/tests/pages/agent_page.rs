//! The desk's page of an agent: how it is reached is typed, mended, tried and kept, and its key never comes back. And how
//! pages write times.

use crate::shared;
use std::net::SocketAddr;

use ::agents::external::ToolGateway;
use axum::{
    Json, Router,
    body::Body,
    extract::ConnectInfo,
    http::{HeaderMap, Request, StatusCode, header, request},
    response::{IntoResponse, Response},
    routing::get,
};
use domain::{
    agents::{self, Backend, NewAgent},
    ids::AgentId,
    secret,
    testing::Fixture,
    workspaces::{self, DayForm, SettingsForm},
};
use http_body_util::BodyExt;
use serde_json::json;
use server::{
    live::{Live, Pace},
    router,
    shutdown::Shutdown,
};
use sqlx::PgPool;
use tower::ServiceExt;

const KEY: &str = "sk-planted-4711-planted";
const SEED: &str = "a-seed-of-the-form-token";

struct AgentPageDesk {
    fixture: Fixture,
    router: Router,
    cookie: String,
    agent: AgentId,
}

impl AgentPageDesk {
    async fn new(pool: &PgPool) -> Self {
        let fixture = Fixture::new(pool).await;
        let app = shared::product(&fixture.db, "http://127.0.0.1:3000", &std::env::temp_dir());
        let router = router::routes(
            app,
            Live::new(Shutdown::default(), Pace::default()),
            &ToolGateway::of(([127, 0, 0, 1], 0).into()),
        );
        let (_, cookie) = shared::sign_in(&fixture.db, &fixture.operator).await;
        let juno = NewAgent { name: "Juno".into(), persona: String::new(), client: None };
        let agent = agents::commands::create(&fixture.db, &fixture.operator, juno).await.unwrap();
        Self { fixture, router, cookie, agent }
    }

    fn page(&self) -> String {
        format!("/desk/agents/{}", self.agent)
    }

    async fn send(&self, request: request::Builder, body: String) -> (StatusCode, String) {
        let request = request
            .header(header::HOST, "127.0.0.1:3000")
            .header(header::ORIGIN, "http://127.0.0.1:3000")
            .header(header::COOKIE, format!("form={SEED}; {}", self.cookie))
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        let mut request = request.body(Body::from(body)).unwrap();
        request.extensions_mut().insert(ConnectInfo(SocketAddr::from(([192, 0, 2, 1], 4_000))));
        let response = self.router.clone().oneshot(request).await.unwrap();
        let status = response.status();
        let body = response.into_body().collect().await.unwrap().to_bytes();
        let body = String::from_utf8_lossy(&body).into_owned();
        assert!(!body.contains(KEY), "the key comes back");
        (status, body)
    }

    async fn see(&self, path: &str) -> String {
        let (status, body) = self.send(Request::get(path), String::new()).await;
        assert_eq!(status, StatusCode::OK);
        body
    }

    async fn post(&self, path: &str, fields: &[(&str, &str)]) -> (StatusCode, String) {
        let token = secret::keyed_hash(shared::FORM_KEY, SEED.as_bytes());
        let mut body = url::form_urlencoded::Serializer::new(String::new());
        body.append_pair("form_token", &token).append_pair("name", "Juno").append_pair("client", "");
        body.extend_pairs(fields);
        self.send(Request::post(path), body.finish()).await
    }
}

/// Something that lists a model to whoever has the key.
async fn service() -> String {
    async fn models(headers: HeaderMap) -> Response {
        if headers.get("x-api-key").is_none_or(|key| key != KEY) {
            return (StatusCode::UNAUTHORIZED, format!("not {KEY}")).into_response();
        }
        Json(json!({ "data": [{ "id": "claude-small" }, { "id": "claude-large" }] })).into_response()
    }
    let routes = Router::new().route("/v1/models", get(models));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, routes).await });
    format!("http://{address}/v1")
}

#[sqlx::test(migrations = "../migrations")]
async fn how_an_agent_is_reached_is_kept_and_its_key_never_shown(pool: PgPool) {
    let desk = AgentPageDesk::new(&pool).await;
    let (page, url) = (desk.page(), service().await);
    let shown = desk.see(&page).await;
    assert!(
        shown.contains("Built-in agent")
            && shown.contains("Test connection")
            && !shown.contains("A key is saved")
    );

    let (status, body) =
        desk.post(&page, &[("backend", "anthropic"), ("url", "ftp://x"), ("key", "a b")]).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(body.contains("url-error") && body.contains("value=\"ftp://x\""), "the input is kept");
    let (status, body) = desk.post(&page, &[("backend", "anthropic"), ("url", &url), ("key", "a b")]).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(body.contains("model-error") && body.contains("key-error"));

    let reach = [("backend", "anthropic"), ("url", &url), ("model", "claude-small"), ("tools", "deliver")];
    let with_key = [&reach[..], &[("own_tools", "Bash\nRead"), ("key", KEY)]].concat();
    let (status, _) = desk.post(&page, &with_key).await;
    assert_eq!(status, StatusCode::SEE_OTHER);
    let agent = agents::queries::get(&desk.fixture.db, &desk.fixture.operator, desk.agent).await.unwrap();
    assert_eq!(agent.backend, Backend::Anthropic);
    assert_eq!(agent.tools, ["deliver", "Bash", "Read"]);
    let shown = desk.see(&page).await;
    assert!(
        shown.contains("A key is saved") && shown.contains("claude-small") && shown.contains("Bash\nRead")
    );

    // Kept as it is while nothing is typed; not sent elsewhere; removed.
    assert_eq!(desk.post(&page, &reach).await.0, StatusCode::SEE_OTHER);
    let elsewhere = [("backend", "anthropic"), ("url", "http://127.0.0.1:9/v1"), ("model", "m")];
    let (status, body) = desk.post(&page, &elsewhere).await;
    assert!(status == StatusCode::UNPROCESSABLE_ENTITY && body.contains("The URL changed"), "{status}");
    let has_key = || agents::queries::has_key(&desk.fixture.db, &desk.fixture.operator, desk.agent);
    assert!(has_key().await.unwrap());
    let removed = [&reach[..], &[("remove_key", "yes")]].concat();
    assert_eq!(desk.post(&page, &removed).await.0, StatusCode::SEE_OTHER);
    assert!(!has_key().await.unwrap());
}

#[sqlx::test(migrations = "../migrations")]
async fn trying_it_says_in_words_what_is_there(pool: PgPool) {
    let desk = AgentPageDesk::new(&pool).await;
    let (page, url) = (desk.page(), service().await);
    let tries = async |backend: &str, model: &str, more: &[(&str, &str)]| {
        let fields = [("do", "try"), ("backend", backend), ("url", &url), ("model", model)];
        desk.post(&page, &[&fields[..], more].concat()).await.1
    };
    assert!(
        tries("anthropic", "claude-small", &[("key", KEY)])
            .await
            .contains("Connected. claude-small is available.")
    );
    assert!(
        tries("anthropic", "claude-huge", &[("key", KEY)])
            .await
            .contains("claude-huge isn’t listed. Available models: claude-small, claude-large.")
    );
    let refused = tries("anthropic", "claude-small", &[]).await;
    assert!(refused.contains("refused with 401: not ***"), "{refused}");
    assert!(tries("anthropic", "", &[]).await.contains("model-error"));
    assert!(
        tries("acp", "", &[("command", "no-such-program-here --acp")])
            .await
            .contains("Can’t find no-such-program-here on this machine")
    );
    assert!(tries("acp", "", &[("command", "sh -c x")]).await.contains("/sh on this machine"));
    assert!(tries("pull", "", &[]).await.contains("Nothing to test from here"));
    assert!(tries("hermes", "", &[]).await.contains("it isn’t Hermes"));
    let base = url.trim_end_matches("/v1");
    let hermes = [("do", "try"), ("backend", "hermes"), ("url", base)];
    assert!(desk.post(&page, &hermes).await.1.contains("rejected the key"));

    // With the key that is kept, for what it was set for alone.
    agents::commands::set_key(&desk.fixture.db, &desk.fixture.operator, desk.agent, KEY).await.unwrap();
    assert!(tries("anthropic", "claude-small", &[]).await.contains("refused with 401"));
    let kept = [("backend", "anthropic"), ("url", url.as_str()), ("model", "claude-small"), ("key", KEY)];
    assert_eq!(desk.post(&page, &kept).await.0, StatusCode::SEE_OTHER);
    assert!(tries("anthropic", "claude-small", &[]).await.contains("Connected. claude-small is available."));
    // Nothing that was tried is kept.
    let agent = agents::queries::get(&desk.fixture.db, &desk.fixture.operator, desk.agent).await.unwrap();
    assert_eq!(agent.settings.model.as_deref(), Some("claude-small"));
    let (_, body) = desk.post("/desk/agents", &[("do", "try"), ("backend", "pull")]).await;
    assert!(body.contains("Nothing to test from here"));
    assert_eq!(agents::queries::list(&desk.fixture.db, &desk.fixture.operator).await.unwrap().len(), 1);
}

/// What every backend needs is not called optional where it is needed.
#[sqlx::test(migrations = "../migrations")]
async fn only_what_may_be_left_out_is_called_optional(pool: PgPool) {
    let desk = AgentPageDesk::new(&pool).await;
    let shown = desk.see("/desk/agents/new").await;
    for (field, some) in
        [("url", "openai_chat openai_responses anthropic claude_code"), ("model", "openai_chat claude_code")]
    {
        let label = shown.split(&format!("<label for=\"{field}\" ")).nth(1).unwrap();
        let label = label.split("</label>").next().unwrap();
        assert!(label.contains(&format!("data-for=\"{some}\"")), "{field}: {label}");
    }
    let command = shown.split("<label for=\"command\" ").nth(1).unwrap().split("</label>").next().unwrap();
    assert!(command.contains("data-for=\"claude_code\""), "{command}");
}

/// An address that would be refused when something is sent there is refused where it is typed, as far as that is known.
#[sqlx::test(migrations = "../migrations")]
async fn a_webhooks_address_that_leads_inside_is_refused_beside_its_field(pool: PgPool) {
    let desk = AgentPageDesk::new(&pool).await;
    let hook = |url| [("url", url), ("events", "run.ended")];
    for (url, words) in [
        ("http://169.254.169.254/latest/meta-data", "isn’t on the public internet"),
        ("https://[fd00:ec2::254]/", "isn’t on the public internet"),
        ("https://me:secret@example.com/", "Leave the username and password out"),
        ("ftp://example.com/", "Enter a full URL"),
    ] {
        let (status, shown) = desk.post("/desk/webhooks", &hook(url)).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{url}");
        let beside = shown.split("id=\"url-error\"").nth(1).unwrap_or_default();
        assert!(beside.split("</p>").next().unwrap().contains(words), "{url}: {beside}");
    }
    // A name that nobody knows yet may be known when something is sent.
    let (status, shown) = desk.post("/desk/webhooks", &hook("https://hooks.throughline.invalid/in")).await;
    assert!(status.is_success() && shown.contains("whsec_"), "{status} {shown}");
    let made = domain::webhooks::queries::list(&desk.fixture.db, &desk.fixture.operator).await.unwrap();
    assert_eq!(made.len(), 1);
    let page = format!("/desk/webhooks/{}", made[0].id);
    let (status, shown) = desk.post(&page, &hook("http://169.254.169.254/")).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(shown.contains("id=\"url-error\""), "{shown}");
}

/// The same page in both locales; the hours of a day are read back as they were typed.
#[sqlx::test(migrations = "../migrations")]
async fn pages_write_times_as_the_workspace_does(pool: PgPool) {
    let desk = AgentPageDesk::new(&pool).await;
    let (db, operator) = (&desk.fixture.db, &desk.fixture.operator);
    let log = desk.see("/desk/audit").await;
    assert!(log.contains(">today 09:00<"), "Berlin writes 24 hours unless somebody chose: {log}");

    let mut typed = SettingsForm::from(&workspaces::queries::settings(db, operator).await.unwrap());
    typed.sender.country = "US".into();
    typed.locale = "en-US".into();
    typed.days[0] = DayForm { open: true, from: "9:30 am".into(), to: "17:00".into() };
    typed.holidays = "12/25/2026".into();
    workspaces::commands::update(db, operator, &typed.read().unwrap()).await.unwrap();
    let log = desk.see("/desk/audit").await;
    assert!(log.contains(">today, 9:00 AM<") && !log.contains(">today 09:00<"), "{log}");
    let form = desk.see("/desk/settings").await;
    for shown in ["value=\"9:30 AM\"", "value=\"5:00 PM\"", "2026-12-25", "Dec 1, 2026, 2:00 PM"] {
        assert!(form.contains(shown), "{shown}");
    }
}
