//! Who is let in, and how the protocol is spoken.

use domain::tokens::{self, Right};
use serde_json::{Value, json};
use sqlx::PgPool;

use super::portal::{McpPortal, McpProgram};

#[sqlx::test(migrations = "../migrations")]
async fn nobody_comes_in_without_a_token_that_counts(pool: PgPool) {
    let house = McpPortal::new(&pool).await;
    let atlas = house.desk_token(&[Right::Read]).await;
    assert_eq!(atlas.tools().await.first().map(String::as_str), Some("list_clients"));
    let stranger = |text: &str| McpProgram { text: text.to_owned(), ..atlas.clone() };
    for text in ["", "tl_", "tl_nonsense", &atlas.text[3..]] {
        let answer = stranger(text).send("tools/list", json!({})).await;
        assert_eq!(answer.status(), 401, "{text}");
        assert!(answer.headers()["www-authenticate"].to_str().unwrap().starts_with("Bearer"));
    }
    let token = tokens::queries::list(&house.fixture.db, &house.fixture.operator).await.unwrap()[0].id;
    tokens::commands::revoke(&house.fixture.db, &house.fixture.operator, token).await.unwrap();
    assert_eq!(atlas.send("tools/list", json!({})).await.status(), 401);
}

#[sqlx::test(migrations = "../migrations")]
async fn other_hosts_and_other_sites_are_turned_away(pool: PgPool) {
    let house = McpPortal::new(&pool).await;
    let atlas = house.desk_token(&[Right::Read]).await;
    let call = json!({ "jsonrpc": "2.0", "id": 7, "method": "tools/list" });
    let send = async |header: &str, value: String| {
        let request = atlas.client.post(format!("http://{}/mcp", atlas.address)).bearer_auth(&atlas.text);
        let request = request.header("accept", "application/json, text/event-stream").header(header, value);
        request.json(&call).send().await.unwrap().status().as_u16()
    };
    assert_eq!(send("host", "evil.example".into()).await, 421);
    assert_eq!(send("origin", "https://evil.example".into()).await, 403);
    assert_eq!(send("origin", format!("http://{}", atlas.address)).await, 200);
}

#[sqlx::test(migrations = "../migrations")]
async fn the_protocol_is_spoken_with_and_without_a_handshake(pool: PgPool) {
    let house = McpPortal::new(&pool).await;
    let atlas = house.desk_token(&[Right::Read]).await;
    for version in ["2025-03-26", "2025-06-18", "2025-11-25"] {
        let hello = json!({
            "protocolVersion": version, "capabilities": {}, "clientInfo": { "name": "test", "version": "1" },
        });
        let request = atlas.client.post(format!("http://{}/mcp", atlas.address)).bearer_auth(&atlas.text);
        let request = request.header("accept", "application/json, text/event-stream");
        let call = json!({ "jsonrpc": "2.0", "id": 7, "method": "initialize", "params": hello });
        let answer = request.json(&call).send().await.unwrap();
        // Any node answers the next call.
        assert!(!answer.headers().contains_key("mcp-session-id"));
        let text = answer.text().await.unwrap();
        assert!(text.contains(version) && text.contains("Throughline"), "{text}");
    }
    let meta = json!({ "_meta": {
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientInfo": { "name": "test", "version": "1" },
        "io.modelcontextprotocol/clientCapabilities": {},
    } });
    for method in ["server/discover", "tools/list"] {
        let request = atlas.client.post(format!("http://{}/mcp", atlas.address)).bearer_auth(&atlas.text);
        let request = request
            .header("accept", "application/json, text/event-stream")
            .header("mcp-protocol-version", "2026-07-28")
            .header("mcp-method", method);
        let call = json!({ "jsonrpc": "2.0", "id": 7, "method": method, "params": meta });
        let answer = request.json(&call).send().await.unwrap();
        assert_eq!(answer.status(), 200, "{method}");
        let text = answer.text().await.unwrap();
        assert!(text.contains("\"result\""), "{method}: {text}");
    }
}

#[sqlx::test(migrations = "../migrations")]
async fn every_tool_says_what_it_does_and_takes_nothing_unknown(pool: PgPool) {
    let house = McpPortal::new(&pool).await;
    let desk = house.desk_token(&Right::ALL[1..]).await;
    let worker = house.agents_token().await;
    for program in [&desk, &worker] {
        let listed = program.rpc("tools/list", json!({})).await;
        for tool in listed["result"]["tools"].as_array().unwrap() {
            let name = tool["name"].as_str().unwrap();
            assert!(tool["description"].as_str().unwrap().len() > 40 || name.starts_with("get_"), "{name}");
            assert!(tool["annotations"]["readOnlyHint"].is_boolean(), "{name}");
            assert!(tool["annotations"]["destructiveHint"].is_boolean(), "{name}");
            let schema = &tool["inputSchema"];
            assert_eq!(schema["additionalProperties"], Value::Bool(false), "{name}");
            let refused = program.refused(name, json!({ "unheard_of": 1 })).await;
            assert!(refused.contains("unheard_of"), "{name}: {refused}");
        }
    }
    // Every write of the desk's wants a key.
    let listed = desk.rpc("tools/list", json!({})).await;
    for tool in listed["result"]["tools"].as_array().unwrap() {
        let required = tool["inputSchema"]["required"].as_array().cloned().unwrap_or_default();
        let keyed = required.contains(&json!("idempotency_key"));
        assert_eq!(keyed, tool["annotations"]["readOnlyHint"] == false, "{tool}");
    }
}
