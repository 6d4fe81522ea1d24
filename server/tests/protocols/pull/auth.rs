//! Who is let in, and to what.

use crate::shared;
use domain::{agents, tokens::Right};
use reqwest::{Client, Method, header};
use serde_json::{Value, json};
use sqlx::PgPool;

use super::portal::{PullPortal, PullProgram, token_of};

const RUNS: [(&str, &str); 10] = [
    ("GET", ""),
    ("POST", "/heartbeat"),
    ("POST", "/events"),
    ("GET", "/signals"),
    ("POST", "/questions"),
    ("POST", "/deliverables"),
    ("POST", "/usage"),
    ("POST", "/steers/ctl_00000000000000000000000000000007"),
    ("POST", "/end"),
    ("GET", "/files/file_00000000000000000000000000000007"),
];

/// Bodies that would be taken.
fn body(rest: &str) -> Value {
    match rest.split('/').nth(1).unwrap_or_default() {
        "events" => json!({ "attempt": 1, "sequence": 0, "parts": [{ "type": "text", "text": "Hello" }] }),
        "questions" => {
            json!({ "attempt": 1, "question": "Well?", "options": [{ "key": "y", "label": "Yes" }] })
        }
        "deliverables" => json!({ "attempt": 1, "title": "Mail", "body": "Dear all" }),
        "usage" => json!({ "attempt": 1, "key": "all" }),
        "steers" => json!({ "attempt": 1, "outcome": "done" }),
        "end" => json!({ "attempt": 1, "outcome": "released" }),
        _ => json!({ "attempt": 1 }),
    }
}

async fn statuses(program: &PullProgram, run: &str) -> Vec<(String, u16)> {
    let mut told = Vec::new();
    for (method, rest) in RUNS {
        let query = if rest == "/signals" {
            "?attempt=1&after=00000000000000000000-00000000000000000000"
        } else {
            ""
        };
        let path = format!("/v1/runs/{run}{rest}{query}");
        let (status, _) = match method {
            "GET" => program.get(&path).await,
            _ => program.post(&path, body(rest)).await,
        };
        told.push((format!("{method} {rest}"), status));
    }
    told
}

#[sqlx::test(migrations = "../migrations")]
async fn others_runs_are_not_there(pool: PgPool) {
    let house = PullPortal::new(&pool).await;
    house.ask("Follow up").await;
    let job = house.program.claim().await;
    let other = house.fixture.pull_agent("Mina").await;
    let other = PullProgram::new(house.address, &token_of(&house.fixture, other).await.1);
    let all = [Right::Read, Right::Write, Right::Dangerous];
    for (who, program, expected) in [
        ("another agent", other, 404),
        ("an operator", house.operators(&all).await, 403),
        ("a token that is none", PullProgram::new(house.address, "tl_none"), 401),
    ] {
        for (what, status) in statuses(&program, job.id()).await {
            assert_eq!(status, expected, "{who}: {what}");
        }
    }
    let (status, run) = house.program.get(&job.path("")).await;
    assert_eq!((status, &run["state"]), (200, &json!("working")), "nobody has changed it");
    assert_eq!(house.program.get("/v1/runs/none").await.0, 404);
}

#[sqlx::test(migrations = "../migrations")]
async fn only_a_token_lets_in(pool: PgPool) {
    let house = PullPortal::new(&pool).await;
    let (_, cookie) = shared::sign_in(&house.fixture.db, &house.fixture.operator).await;
    let url = format!("http://{}/v1/runs/claim", house.address);
    for (name, value) in
        [("cookie", cookie.as_str()), ("authorization", "Basic dGw6dGw="), ("x-api-key", "tl_x")]
    {
        let request = Client::new().post(&url).header(name, value).json(&json!({}));
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), 401, "{name}");
        assert_eq!(response.headers()[header::WWW_AUTHENTICATE], "Bearer");
        assert_eq!(response.headers()[header::CONTENT_TYPE], "application/problem+json");
        let problem: Value = response.json().await.unwrap();
        assert_eq!(problem["status"], 401);
        assert!(problem["detail"].as_str().unwrap().contains("Bearer"));
    }
    house.program.post("/v1/runs/claim", json!({})).await;
    let noted: bool = sqlx::query_scalar("SELECT used_at IS NOT NULL FROM token WHERE id = $1")
        .bind(house.token.0)
        .fetch_one(&pool)
        .await
        .unwrap();
    assert!(noted, "that it was used is noted");
}

#[sqlx::test(migrations = "../migrations")]
async fn what_cannot_be_read_is_said_to_be(pool: PgPool) {
    let house = PullPortal::new(&pool).await;
    let send = async |body: &'static str, kind: &str| {
        let url = format!("http://{}/v1/runs/claim", house.address);
        let request = Client::new().post(url).header("content-type", kind).body(body);
        let text = token_of(&house.fixture, house.agent).await.1;
        request.bearer_auth(text).send().await.unwrap().status().as_u16()
    };
    assert_eq!(send("{}", "text/plain").await, 415);
    assert_eq!(send("{", "application/json").await, 400);
    assert_eq!(send(r#"{"wait": "long"}"#, "application/json").await, 422);
    assert_eq!(send(r#"{"other": 1}"#, "application/json").await, 422);
    assert_eq!(send(r#"{"lease": 3}"#, "application/json").await, 422);
    let response = house.program.send(Method::DELETE, "/v1/runs/claim", None).await;
    assert_eq!(response.status(), 405);
}

/// An agent that the server works is not to be worked by a program as well.
#[sqlx::test(migrations = "../migrations")]
async fn only_an_agent_that_fetches_its_work_claims(pool: PgPool) {
    let house = PullPortal::new(&pool).await;
    sqlx::query("UPDATE agent SET backend = 'house'").execute(&pool).await.unwrap();
    house.ask("Follow up").await;
    let (status, problem) = house.program.post("/v1/runs/claim", json!({})).await;
    assert_eq!(status, 409, "{problem}");
    sqlx::query("UPDATE agent SET backend = 'pull'").execute(&pool).await.unwrap();
    agents::commands::set_ready(&house.fixture.db, &house.fixture.operator, house.agent, false)
        .await
        .unwrap();
    assert_eq!(house.program.post("/v1/runs/claim", json!({})).await.0, 204, "it rests");
}
