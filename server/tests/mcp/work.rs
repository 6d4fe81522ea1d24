//! An agent at work, with its own token.

use domain::{
    agents::{self, PORTAL_TOOLS},
    approvals, notes,
    requests::Column,
    runs,
};
use serde_json::json;
use sqlx::PgPool;

use super::portal::McpPortal;

#[sqlx::test(migrations = "../migrations")]
async fn an_agent_does_its_work_from_reading_to_review(pool: PgPool) {
    let house = McpPortal::new(&pool).await;
    let number = house.ask(&house.law, "Follow up", true).await;
    let (db, operator) = (&house.fixture.db, &house.fixture.operator);
    notes::commands::write(db, operator, house.law.id, "Rates.md", "An hour is $300.", None).await.unwrap();
    let juno = house.agents_token().await;
    let idle = juno.refused("get_request", json!({})).await;
    assert!(idle.contains("no run in hand"), "{idle}");
    let claimed = house.claim().await;

    let asked = juno.call("get_request", json!({})).await;
    assert_eq!((asked["title"].as_str(), asked["number"].as_u64()), (Some("Follow up"), Some(number)));
    assert_eq!(asked["run"], json!(claimed.run));
    let said = juno.call("read_conversation", json!({})).await;
    assert_eq!(said["entries"][0]["type"], "asked");
    let found = juno.call("search_notes", json!({ "words": "hour" })).await;
    assert_eq!(found["notes"][0]["path"], "Rates.md");
    let note = juno.call("read_note", json!({ "path": "rates.md" })).await;
    let learned = json!({ "path": "Rates.md", "markdown": "$320 now.", "expected_version": note["version"] });
    assert_eq!(juno.call("write_note", learned.clone()).await["version"], 2);
    assert!(juno.refused("write_note", learned).await.contains("version 2"));
    let step = json!({
        "plan": [{ "title": "Read", "state": "done" }, { "title": "Write", "state": "working" }],
        "step": { "id": "1", "title": "Wrote a first draft", "state": "working" },
    });
    juno.call("report_progress", step).await;
    let why = juno.refused("finish", json!({})).await;
    assert!(why.contains("Nothing has been delivered"), "{why}");
    let made = json!({ "title": "The mail", "markdown": "Dear all", "idempotency_key": "d" });
    assert_eq!(juno.call("deliver", made.clone()).await["version"], 1);
    assert_eq!(juno.call("deliver", made).await["version"], 1);
    let end = json!({ "idempotency_key": "f" });
    assert_eq!(juno.call("finish", end.clone()).await["state"], "review");
    assert_eq!(house.column(house.law.id, number).await, Column::Review);
    // The answer was lost, and the run is over.
    assert_eq!(juno.call("finish", end).await["state"], "review");
    assert!(
        juno.refused("deliver", json!({ "title": "x", "markdown": "x" })).await.contains("no run in hand")
    );

    let deeds: Vec<_> = house.deeds().await;
    let done: Vec<_> =
        deeds.iter().filter(|(_, how)| *how == "done").map(|(what, _)| what.as_str()).collect();
    assert_eq!(done, ["write_note", "report_progress", "deliver", "finish"]);
    assert!(house.log().await.iter().all(|entry| entry.who == "Juno" && entry.client == Some(house.law.id)));
}

#[sqlx::test(migrations = "../migrations")]
async fn a_question_suspends_the_run_and_its_answer_is_fetched(pool: PgPool) {
    let house = McpPortal::new(&pool).await;
    let number = house.ask(&house.law, "Follow up", true).await;
    house.claim().await;
    let juno = house.agents_token().await;
    let ask = json!({ "question": "By mail or by post?", "options": ["By mail", "By post"], "idempotency_key": "q" });
    let asked = juno.call("ask_client", ask.clone()).await;
    assert_eq!(asked["state"], "open");
    assert_eq!(juno.call("ask_client", ask).await, asked);
    assert_eq!(house.column(house.law.id, number).await, Column::Waiting);
    let again = juno.refused("deliver", json!({ "title": "x", "markdown": "x" })).await;
    assert!(again.contains("waiting on an answer"), "{again}");
    assert_eq!(juno.call("get_answer", json!({ "question": asked["question"] })).await["state"], "open");
    let id = asked["question"].as_str().unwrap().parse().unwrap();
    approvals::commands::answer(&house.fixture.db, &house.law.owner, id, "By post").await.unwrap();
    let settled = juno.call("get_answer", json!({ "question": asked["question"] })).await;
    assert_eq!((settled["state"].as_str(), settled["answer"].as_str()), (Some("answered"), Some("By post")));
    assert_eq!(settled["by"], "Owner");
    juno.call("deliver", json!({ "title": "The letter", "markdown": "Dear all" })).await;
}

#[sqlx::test(migrations = "../migrations")]
async fn only_what_is_on_the_list_is_offered_or_done(pool: PgPool) {
    let house = McpPortal::new(&pool).await;
    house.ask(&house.law, "Follow up", true).await;
    house.claim().await;
    let juno = house.agents_token().await;
    let offered = juno.tools().await;
    assert!(PORTAL_TOOLS.iter().all(|tool| offered.iter().any(|offered| offered == tool)), "{offered:?}");
    assert_eq!(offered.len(), PORTAL_TOOLS.len() + 3);
    house.allow(&["get_request"]).await;
    assert_eq!(juno.tools().await, ["get_request", "get_answer", "get_delegated", "approve_tool_use"]);
    for tool in PORTAL_TOOLS.iter().filter(|tool| **tool != "get_request") {
        let why = juno.refused(tool, json!({})).await;
        assert!(why.starts_with("error: There is no tool"), "{tool}: {why}");
    }
    // Nor is anything of the desk's.
    for tool in ["list_clients", "create_request", "issue_invoice", "get_approval"] {
        assert!(juno.refused(tool, json!({})).await.starts_with("error: There is no tool"), "{tool}");
    }
}

#[sqlx::test(migrations = "../migrations")]
async fn an_agent_has_its_own_runs_and_no_others(pool: PgPool) {
    let house = McpPortal::new(&pool).await;
    let db = &house.fixture.db;
    house.ask(&house.law, "Follow up", true).await;
    let first = house.claim().await;
    let new = agents::NewAgent { name: "Mina".into(), persona: String::new(), client: Some(house.hill.id) };
    let mina = agents::commands::create(db, &house.fixture.operator, new).await.unwrap();
    house.ask(&house.hill, "Renewals", true).await;
    let theirs = house.claim().await;
    assert_eq!(theirs.agent, mina);
    notes::commands::write(db, &house.fixture.operator, house.hill.id, "Secret.md", "Hush.", None)
        .await
        .unwrap();

    let juno = house.agents_token().await;
    let named = |run: domain::ids::RunId| json!({ "run": run });
    assert_eq!(juno.refused("get_request", named(theirs.run)).await, "Not found.");
    assert_eq!(juno.refused("read_note", json!({ "path": "Secret.md" })).await, "Not found.");
    assert_eq!(juno.call("search_notes", json!({ "words": "hush" })).await["notes"], json!([]));

    // With two in hand, which one is to be said.
    house.ask(&house.law, "Another", true).await;
    let second = house.claim().await;
    let why = juno.refused("get_request", json!({})).await;
    assert!(why.contains(&first.run.to_string()) && why.contains(&second.run.to_string()), "{why}");
    assert_eq!(juno.call("get_request", named(second.run)).await["title"], "Another");
    // A token that is narrowed to another client sees neither.
    let elsewhere = house.token(Some(house.agent), Some(house.hill.id), &[]).await;
    assert!(elsewhere.refused("get_request", json!({})).await.contains("no run in hand"));

    // What was taken away is not written to.
    runs::commands::release(db, &first).await.unwrap();
    let gone = json!({ "run": first.run, "title": "x", "markdown": "x" });
    assert_eq!(juno.refused("deliver", gone).await, "Not found.");
}
