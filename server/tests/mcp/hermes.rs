//! Hermes Agent, the real one, carries a request from the Backlog to Review through the portal's tools. Its model is a
//! script of what to call.

use std::{
    path::Path,
    process::Stdio,
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    Json, Router,
    extract::State,
    http::header,
    response::IntoResponse,
    routing::{get, post},
};
use domain::{requests::Column, runs, tokens::Right::*};
use serde_json::{Value, json};
use sqlx::PgPool;
use tokio::{process::Command, sync::watch};

use super::portal::McpPortal;

/// What a whole conversation does not come near.
const LONG: Duration = Duration::from_secs(180);

/// Says the next call, as many as there were answers already.
#[derive(Clone)]
struct ScriptedModel {
    calls: Arc<Vec<(&'static str, Value)>>,
    /// What the tools answered.
    answers: Arc<Mutex<Vec<String>>>,
    /// The run is in somebody's hands: before that there is no work to be done.
    claimed: watch::Receiver<bool>,
}

async fn model(calls: Vec<(&'static str, Value)>, claimed: watch::Receiver<bool>) -> (ScriptedModel, String) {
    let model = ScriptedModel { calls: Arc::new(calls), answers: Arc::default(), claimed };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}/v1", listener.local_addr().unwrap());
    let routes = Router::new()
        .route("/v1/models", get(async || Json(json!({ "data": [{ "id": "scripted" }] }))))
        .route("/v1/chat/completions", post(complete))
        .with_state(model.clone());
    tokio::spawn(async move { axum::serve(listener, routes).await });
    (model, address)
}

async fn complete(State(mut model): State<ScriptedModel>, Json(asked): Json<Value>) -> impl IntoResponse {
    let messages = asked["messages"].as_array().unwrap();
    let answers: Vec<String> = messages
        .iter()
        .filter(|message| message["role"] == "tool")
        .map(|tool| tool["content"].to_string())
        .collect();
    let works = asked["tools"].as_array().is_some_and(|tools| !tools.is_empty());
    let call = model.calls.get(answers.len()).filter(|_| works).cloned();
    if works {
        *model.answers.lock().unwrap() = answers;
    }
    if call.as_ref().is_some_and(|(tool, _)| tool.starts_with("mcp__work")) {
        model.claimed.wait_for(|claimed| *claimed).await.unwrap();
    }
    let delta = match &call {
        Some((tool, arguments)) => json!({ "role": "assistant", "tool_calls": [{
            "index": 0, "id": format!("call_{tool}"), "type": "function",
            "function": { "name": tool, "arguments": arguments.to_string() },
        }] }),
        None => json!({ "role": "assistant", "content": "All of it is done." }),
    };
    let finish = if call.is_some() { "tool_calls" } else { "stop" };
    let chunk = |delta: Value, finish: Value| {
        let choice = json!({ "index": 0, "delta": delta, "finish_reason": finish });
        let chunk = json!({ "id": "c", "object": "chat.completion.chunk", "created": 1, "model": "scripted",
                            "choices": [choice] });
        format!("data: {chunk}\n\n")
    };
    let stream =
        [chunk(delta, Value::Null), chunk(json!({}), json!(finish)), "data: [DONE]\n\n".into()].concat();
    ([(header::CONTENT_TYPE, "text/event-stream")], stream)
}

#[sqlx::test(migrations = "../migrations")]
#[ignore = "needs Hermes Agent: scripts/mcp-peers.sh"]
async fn hermes_carries_a_request_from_the_backlog_to_review(pool: PgPool) {
    let folder = std::env::var("THROUGHLINE_AGENTS").expect("run this with scripts/mcp-peers.sh");
    let hermes = Path::new(&folder).join("venv/bin/hermes");
    if !hermes.exists() {
        println!("SKIPPED: Hermes Agent is not installed here");
        return;
    }
    let house = McpPortal::new(&pool).await;
    let number = house.ask(&house.law, "Follow up", false).await;
    let (desk, worker) = (house.desk_token(&[Read, Write]).await, house.agents_token().await);
    let law = json!(house.law.id);
    let calls = vec![
        ("mcp__desk__list_requests", json!({ "column": "backlog" })),
        (
            "mcp__desk__assign_agent",
            json!({ "idempotency_key": "1", "client": law, "number": number, "agent": house.agent, "start": true }),
        ),
        ("mcp__work__get_request", json!({})),
        ("mcp__work__report_progress", json!({ "plan": [{ "title": "Write to them", "state": "working" }] })),
        ("mcp__work__deliver", json!({ "title": "The mail", "markdown": "Dear all" })),
        ("mcp__work__finish", json!({})),
    ];
    let (tell, claimed) = watch::channel(false);
    let (model, address) = model(calls, claimed).await;
    let db = house.fixture.db.clone();
    let taking = tokio::spawn(async move {
        while runs::commands::claim_due(&db, "a worker", LONG).await.unwrap().is_none() {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        tell.send_replace(true);
    });

    let home = tempfile::tempdir().unwrap();
    let server = |token: &str| {
        let bearer = format!("Bearer {token}");
        json!({ "url": format!("http://{}/mcp", house.address), "headers": { "Authorization": bearer } })
    };
    let config = json!({
        "model": { "default": "scripted", "provider": "custom", "base_url": address, "api_key": "none",
                   "context_length": 131_072 },
        "mcp_servers": { "desk": server(&desk.text), "work": server(&worker.text) },
    });
    // JSON is YAML.
    std::fs::write(home.path().join("config.yaml"), config.to_string()).unwrap();
    let mut command = Command::new(&hermes);
    command
        .args(["-z", "Carry the oldest request of the Backlog to Review."])
        .env_clear()
        .env("PATH", std::env::var("PATH").unwrap())
        .envs([("HOME", home.path()), ("HERMES_HOME", home.path())])
        .current_dir(home.path())
        .stdin(Stdio::null())
        .kill_on_drop(true);
    let ended = tokio::time::timeout(LONG, command.output()).await.expect("Hermes ends").unwrap();
    let told =
        format!("{}{}", String::from_utf8_lossy(&ended.stdout), String::from_utf8_lossy(&ended.stderr));
    taking.abort();
    let answers = model.answers.lock().unwrap().clone();
    assert_eq!(house.column(house.law.id, number).await, Column::Review, "{answers:#?}\n{told}");
    assert_eq!(answers.len(), 6, "{answers:#?}");
    assert!(told.contains("All of it is done."), "{told}");
    let deeds = house.deeds().await;
    let deeds: Vec<_> = deeds.iter().map(|(what, how)| (what.as_str(), *how)).collect();
    let done = ["assign_agent", "report_progress", "deliver", "finish"].map(|what| (what, "done"));
    assert_eq!(deeds, done);
}
