//! An agent's program asks before it uses a tool of its own.

use std::time::Duration;

use domain::{approvals, runs, session::RunState};
use serde_json::{Value, json};
use sqlx::PgPool;

use super::portal::{McpPortal, McpProgram};

/// Between two looks.
const TICK: Duration = Duration::from_millis(25);

fn use_of(tool: &str) -> Value {
    json!({ "tool_name": tool, "input": { "command": "rm -rf /tmp/x" }, "tool_use_id": "toolu_1" })
}

/// What the program is told, which reads a single text.
async fn decided(juno: &McpProgram) -> Value {
    let answer =
        juno.rpc("tools/call", json!({ "name": "approve_tool_use", "arguments": use_of("Bash") })).await;
    let result = &answer["result"];
    assert_eq!(
        (result["content"].as_array().map(Vec::len), &result["structuredContent"]),
        (Some(1), &Value::Null)
    );
    serde_json::from_str(result["content"][0]["text"].as_str().unwrap()).unwrap()
}

/// The question that stands before the operators, once it does.
async fn question(house: &McpPortal) -> approvals::Approval {
    for _ in 0..4_000 {
        let open = approvals::queries::list_open(&house.fixture.db, &house.fixture.operator).await.unwrap();
        if let Some(open) = open.into_iter().next() {
            return open;
        }
        tokio::time::sleep(TICK).await;
    }
    panic!("nobody was asked");
}

#[sqlx::test(migrations = "../migrations")]
async fn what_is_on_the_list_is_allowed_at_once(pool: PgPool) {
    let house = McpPortal::new(&pool).await;
    house.ask(&house.law, "Follow up", true).await;
    house.claim().await;
    house.allow(&["Bash"]).await;
    let juno = house.agents_token().await;
    let answer = decided(&juno).await;
    assert_eq!(answer, json!({ "behavior": "allow", "updatedInput": { "command": "rm -rf /tmp/x" } }));
    assert_eq!(approvals::queries::list_open(&house.fixture.db, &house.fixture.operator).await.unwrap(), []);
}

#[sqlx::test(migrations = "../migrations")]
async fn anything_else_waits_for_an_operator(pool: PgPool) {
    let house = McpPortal::new(&pool).await;
    house.ask(&house.law, "Follow up", true).await;
    let claimed = house.claim().await;
    let juno = house.agents_token().await;
    for (answer, behaviour) in [("allow", "allow"), ("do-not-allow", "deny")] {
        let ask = || {
            let juno = juno.clone();
            tokio::spawn(async move { decided(&juno).await })
        };
        let one = ask();
        let asked = question(&house).await;
        assert_eq!(asked.question, "Allow Juno to use Bash?");
        assert!(asked.detail.contains("rm -rf"), "{}", asked.detail);
        let held = runs::queries::list_in_hand(&house.fixture.db, &claimed.scope).await.unwrap();
        assert_eq!(held[0].state, RunState::Suspended);
        // It thinks that the connection broke, and asks again: it is one question.
        let again = ask();
        while house.fixture.db.engine().following(claimed.backstage_stream()) < 2 {
            tokio::time::sleep(TICK).await;
        }
        assert!(!one.is_finished() && !again.is_finished());
        approvals::commands::answer(&house.fixture.db, &house.fixture.operator, asked.id, answer)
            .await
            .unwrap();
        for answer in [one, again] {
            assert_eq!(answer.await.unwrap()["behavior"], behaviour);
        }
        assert_eq!(
            approvals::queries::list_open(&house.fixture.db, &house.fixture.operator).await.unwrap(),
            []
        );
    }
}
