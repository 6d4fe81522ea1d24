//! An operator's program at the desk.

use domain::{
    audit::AuditOutcome,
    requests::Column,
    tokens::{Right, Right::*},
};
use serde_json::json;
use sqlx::PgPool;

use super::{portal::McpPortal, shared};

#[sqlx::test(migrations = "../migrations")]
async fn a_program_runs_the_desk_from_the_clients_to_the_bills(pool: PgPool) {
    let house = McpPortal::new(&pool).await;
    let atlas = house.desk_token(&[Read, Write]).await;
    let clients = atlas.call("list_clients", json!({})).await;
    assert_eq!(clients["all"], 2);
    let law = json!(house.law.id);
    let client = atlas.call("get_client", json!({ "client": law })).await;
    assert_eq!(client["subscription"]["state"], "active");

    let made = atlas
        .call(
            "create_request",
            json!({ "idempotency_key": "1", "client": law, "title": "Draft a lease", "brief": "Two pages." }),
        )
        .await;
    assert_eq!((made["number"].as_u64(), made["column"].as_str()), (Some(1), Some("backlog")));
    let agents = atlas.call("list_agents", json!({})).await;
    let juno = &agents["agents"][0]["agent"];
    let started = atlas
        .call(
            "assign_agent",
            json!({ "idempotency_key": "2", "client": law, "number": 1, "agent": juno, "start": true }),
        )
        .await;
    assert_eq!(
        (started["column"].as_str(), started["run"]["state"].as_str()),
        (Some("in_progress"), Some("queued"))
    );
    let runs = atlas.call("list_runs", json!({ "living": true })).await;
    let run = &runs["runs"][0]["run"];
    assert_eq!(atlas.call("get_run", json!({ "run": run })).await["agent_name"], "Juno");
    let which = |key: &str| json!({ "idempotency_key": key, "client": law, "number": 1 });
    assert_eq!(atlas.call("stop_run", which("3")).await["stop"], "done");
    assert_eq!(atlas.call("retry_run", which("4")).await["run"]["state"], "queued");
    atlas
        .call(
            "comment_on_request",
            json!({ "idempotency_key": "5", "client": law, "number": 1, "text": "Hello." }),
        )
        .await;
    let read = atlas.call("get_request", json!({ "client": law, "number": 1 })).await;
    let said = read["conversation"]["entries"].as_array().unwrap();
    assert!(said.iter().any(|entry| entry["text"] == "Hello." && entry["by"] == "Atlas"), "{read}");
    let parked = json!({ "idempotency_key": "6", "client": law, "number": 1, "to": "backlog" });
    assert_eq!(atlas.call("move_request", parked).await["column"], "backlog");

    let offer = json!({ "idempotency_key": "7", "name": "Small", "price_minor": 100_000, "currency": "USD" });
    let offer = atlas.call("create_offer", offer).await;
    // Work begins with the money unless somebody says otherwise.
    assert_eq!(offer["starts"], "on_payment", "{offer}");
    let edited = json!({ "idempotency_key": "8", "offer": offer["offer"], "active_limit": 1 });
    assert_eq!(atlas.call("edit_offer", edited).await["active_limit"], 1);
    let bill = json!({
        "idempotency_key": "9", "client": law, "currency": "USD", "lines": [{ "what": "Setting up", "minor": 50_000 }],
    });
    assert_eq!(atlas.call("draft_invoice", bill).await["state"], "draft");
    let due = atlas.call("list_invoices", json!({ "state": "due" })).await["invoices"][0]["invoice"].clone();
    let paid = json!({ "idempotency_key": "10", "invoice": due });
    assert_eq!(atlas.call("mark_invoice_paid", paid).await["state"], "paid");

    let log = house.log().await;
    assert_eq!(log.len(), 10);
    assert!(
        log.iter().all(|entry| entry.who == "Atlas" && entry.by_token && entry.outcome == AuditOutcome::Done)
    );
    assert!(log.iter().all(|entry| entry.ip.as_deref() == Some("127.0.0.1")));
    let moved = log.iter().find(|entry| entry.what == "move_request").unwrap();
    assert_eq!((moved.before.as_deref(), moved.after.as_deref()), (Some("In progress"), Some("Backlog")));
    assert_eq!(moved.target, "Harbor & Pine #1 Draft a lease");
}

#[sqlx::test(migrations = "../migrations")]
async fn notes_are_found_read_and_written_over_what_was_read(pool: PgPool) {
    let house = McpPortal::new(&pool).await;
    let atlas = house.desk_token(&[Read, Write]).await;
    let (law, hill) = (json!(house.law.id), json!(house.hill.id));
    let write = |key: &str, markdown: &str, expected: Option<u32>| {
        json!({ "idempotency_key": key, "client": law, "path": "Billing/Rates", "markdown": markdown,
                "expected_version": expected })
    };
    let first = atlas.call("write_note", write("1", "An hour is $300.", None)).await;
    assert_eq!(first, json!({ "path": "Billing/Rates.md", "version": 1 }));
    assert_eq!(atlas.call("write_note", write("1", "An hour is $300.", None)).await, first, "once");
    let why = atlas.refused("write_note", write("2", "x", None)).await;
    assert!(why.contains("is now at version 1"), "{why}");
    assert_eq!(atlas.call("write_note", write("3", "An hour is $320.", Some(1))).await["version"], 2);

    let found = atlas.call("search_notes", json!({ "client": law, "words": "hour" })).await;
    assert_eq!(found["notes"][0]["path"], "Billing/Rates.md");
    assert!(found["notes"][0]["snippet"].as_str().unwrap().contains("**hour**"), "{found}");
    let read = json!({ "client": law, "path": "billing/rates.md" });
    let read = atlas.call("read_note", read).await;
    assert_eq!((&read["markdown"], &read["version"]), (&json!("An hour is $320."), &json!(2)));
    let versions: Vec<_> = read["versions"].as_array().unwrap().iter().map(|one| &one["version"]).collect();
    assert_eq!(versions, [2, 1]);
    let before = json!({ "client": law, "path": "Billing/Rates.md", "version": 1 });
    assert_eq!(atlas.call("read_note", before).await["markdown"], "An hour is $300.");
    // Each client has its own, and who is narrowed to another sees none.
    assert_eq!(atlas.call("search_notes", json!({ "client": hill })).await, json!({ "notes": [] }));
    let narrowed = house.token(None, Some(house.hill.id), &[Read, Write]).await;
    for tool in ["search_notes", "read_note"] {
        let asked = json!({ "client": law, "path": "Billing/Rates.md" });
        let asked = if tool == "search_notes" { json!({ "client": law }) } else { asked };
        assert_eq!(narrowed.refused(tool, asked).await, "Not found.");
    }
    assert_eq!(narrowed.refused("write_note", write("4", "x", Some(2))).await, "Not found.");

    let log = house.log().await;
    let changes: Vec<_> = log
        .iter()
        .filter(|entry| entry.what == "write_note" && entry.outcome == AuditOutcome::Done)
        .map(|entry| (entry.target.as_str(), entry.before.as_deref(), entry.after.as_deref()))
        .collect();
    let path = "Billing/Rates.md";
    let mut wanted =
        [(path, Some("no such note"), Some("version 1")), (path, Some("version 1"), Some("version 2"))];
    if changes.first() != wanted.first() {
        wanted.reverse();
    }
    assert_eq!(changes, wanted);
    assert_eq!(log.iter().filter(|entry| entry.outcome == AuditOutcome::Refused).count(), 2);
}

#[sqlx::test(migrations = "../migrations")]
async fn a_token_offers_what_it_has_the_right_to(pool: PgPool) {
    let house = McpPortal::new(&pool).await;
    let of = async |rights: &[Right]| house.desk_token(rights).await.tools().await;
    let (read, write, dangerous) = (of(&[Read]).await, of(&[Write]).await, of(&[Dangerous]).await);
    assert!(read.contains(&"list_clients".into()) && !read.contains(&"create_request".into()));
    assert!(write.contains(&"create_request".into()) && !write.contains(&"issue_invoice".into()));
    assert!(dangerous.contains(&"issue_invoice".into()) && !dangerous.contains(&"list_clients".into()));
    assert!(read.len() + write.len() + dangerous.len() <= 34);
    let reader = house.desk_token(&[Read]).await;
    let asked = json!({ "idempotency_key": "1", "client": house.law.id, "title": "x", "brief": "x" });
    let why = reader.refused("create_request", asked).await;
    assert!(why.contains("needs the write permission"), "{why}");
    assert_eq!(house.deeds().await, [("create_request".into(), "refused")]);
    // No token of an operator's is an agent's.
    for tool in ["deliver", "finish", "read_conversation", "approve_tool_use"] {
        let why = house.desk_token(&Right::ALL[1..]).await.refused(tool, json!({})).await;
        assert!(why.starts_with("error: There is no tool"), "{why}");
    }
}

#[sqlx::test(migrations = "../migrations")]
async fn others_things_are_not_there(pool: PgPool) {
    let house = McpPortal::new(&pool).await;
    let theirs = house.ask(&house.law, "Draft a lease", false).await;
    let abroad = domain::testing::Fixture::beside(&house.fixture.db, &pool).await;
    let far = abroad.client("Far Estates").await;
    let all = Right::ALL[1..].to_vec();
    let atlas = house.desk_token(&all).await;
    let narrowed = house.token(None, Some(house.hill.id), &all).await;
    let which =
        |key: &str| json!({ "idempotency_key": key, "client": house.law.id, "number": theirs, "text": "x" });
    assert_eq!(narrowed.refused("comment_on_request", which("1")).await, "Not found.");
    for (program, client) in [(&atlas, far.id), (&narrowed, house.law.id)] {
        let read = json!({ "client": client, "number": 1 });
        assert_eq!(program.refused("get_request", read.clone()).await, "Not found.");
        for (at, tool) in ["stop_run", "retry_run"].into_iter().enumerate() {
            let asked = json!({ "idempotency_key": format!("{client}{at}"), "client": client, "number": 1 });
            assert_eq!(program.refused(tool, asked).await, "Not found.", "{tool}");
        }
        let pause = json!({ "idempotency_key": "p", "client": client, "reason": "x" });
        assert_eq!(program.refused("pause_subscription", pause).await, "Not found.");
        let new = json!({ "idempotency_key": "n", "client": client, "title": "x", "brief": "x" });
        assert_eq!(program.refused("create_request", new).await, "Not found.");
    }
    assert_eq!(narrowed.call("list_requests", json!({})).await["requests"], json!([]));
    assert_eq!(atlas.call("list_requests", json!({})).await["requests"].as_array().unwrap().len(), 1);
    let offered = narrowed.tools().await;
    assert!(!offered.contains(&"list_clients".into()) && offered.contains(&"list_requests".into()));
    // Nothing was done, and whoever tried stands in the log.
    assert_eq!(house.column(house.law.id, theirs).await, Column::Backlog);
    assert!(house.log().await.iter().all(|entry| entry.outcome == AuditOutcome::Refused));
}

#[sqlx::test(migrations = "../migrations")]
async fn the_same_call_again_is_answered_the_same_by_any_node(pool: PgPool) {
    let house = McpPortal::new(&pool).await;
    let atlas = house.desk_token(&[Read, Write]).await;
    // Another node, with an engine of its own.
    let other = domain::testing::bare(&pool).await;
    let node = super::portal::McpProgram {
        address: shared::serve(&other, &server::shutdown::Shutdown::default()).await,
        ..atlas.clone()
    };
    let asked = json!({ "idempotency_key": "once", "client": house.law.id, "title": "A lease", "brief": "Two pages." });
    let (one, two) =
        tokio::join!(atlas.call("create_request", asked.clone()), node.call("create_request", asked.clone()));
    assert_eq!(one, two);
    assert_eq!(node.call("create_request", asked).await, one);
    let other =
        json!({ "idempotency_key": "once", "client": house.law.id, "title": "Another", "brief": "x" });
    let why = atlas.refused("create_request", other).await;
    assert!(why.starts_with("idempotency_key:"), "{why}");
    assert_eq!(atlas.call("list_requests", json!({})).await["requests"].as_array().unwrap().len(), 1);
    assert_eq!(
        house.deeds().await,
        [("create_request".into(), "done"), ("create_request".into(), "refused")]
    );
}

#[sqlx::test(migrations = "../migrations")]
async fn the_boards_rules_hold_for_programs_too(pool: PgPool) {
    let house = McpPortal::new(&pool).await;
    let atlas = house.desk_token(&[Read, Write]).await;
    for _ in 0..3 {
        house.ask(&house.law, "A lease", true).await;
    }
    let start = json!({ "idempotency_key": "1", "client": house.law.id, "number": 3, "to": "in_progress" });
    let why = atlas.refused("move_request", start).await;
    assert!(why.contains("2 of 2 slots"), "{why}");
    assert_eq!(house.column(house.law.id, 3).await, Column::UpNext);
    let review = json!({ "idempotency_key": "2", "client": house.law.id, "number": 1, "to": "review" });
    atlas.refused("move_request", review).await;
    let someone =
        json!({ "idempotency_key": "3", "client": house.law.id, "number": 1, "agent": house.agent });
    let why = atlas.refused("assign_agent", someone).await;
    assert!(why.contains("is working on this"), "{why}");
    let none = json!({ "idempotency_key": "4", "client": house.law.id, "number": 3, "agent": "agt_nobody" });
    assert!(atlas.refused("assign_agent", none).await.starts_with("agent:"));
}

/// Whatever number a program sends, it is taken or refused in words, and the desk's tools answer as before.
#[sqlx::test(migrations = "../migrations")]
async fn no_number_of_a_tool_is_too_much(pool: PgPool) {
    let house = McpPortal::new(&pool).await;
    let atlas = house.desk_token(&Right::ALL[1..]).await;
    let law = json!(house.law.id);
    let numbers = [
        json!(i64::MAX),
        json!(u64::MAX),
        json!(i64::MIN),
        json!(-1),
        json!(1e300),
        json!(0.5),
        json!(u64::from(u32::MAX) + 1),
        json!("9223372036854775807"),
    ];
    let mut key = 0;
    for number in &numbers {
        for (tool, arguments, field) in [
            ("list_clients", json!({}), "skip"),
            ("list_invoices", json!({}), "skip"),
            ("list_requests", json!({}), "skip"),
            ("get_request", json!({ "client": law }), "number"),
            ("read_note", json!({ "client": law, "path": "Rates" }), "version"),
            ("create_offer", json!({ "name": "Small", "currency": "USD" }), "price_minor"),
            ("create_offer", json!({ "name": "Small", "currency": "USD", "price_minor": 5 }), "active_limit"),
            ("create_offer", json!({ "name": "Small", "currency": "USD", "price_minor": 5 }), "cycle_hours"),
            ("write_note", json!({ "client": law, "path": "Rates", "markdown": "x" }), "expected_version"),
        ] {
            let mut arguments = arguments;
            arguments[field] = number.clone();
            if !tool.starts_with("list") && !tool.starts_with("get") && !tool.starts_with("read") {
                key += 1;
                arguments["idempotency_key"] = json!(key.to_string());
            }
            let answer = atlas.rpc("tools/call", json!({ "name": tool, "arguments": arguments })).await;
            let words = answer.to_string();
            assert!(
                answer["result"].is_object() || answer["error"]["message"].is_string(),
                "{tool} {field} {number}: {words}"
            );
            for broken in ["internal", "went wrong", "panicked"] {
                assert!(!words.contains(broken), "{tool} {field} {number}: {words}");
            }
        }
        key += 1;
        let bill = json!({ "idempotency_key": key.to_string(), "client": law, "currency": "USD",
                           "lines": [{ "what": "Setting up", "minor": number }] });
        let answer = atlas.rpc("tools/call", json!({ "name": "draft_invoice", "arguments": bill })).await;
        assert!(!answer.to_string().contains("went wrong"), "{number}: {answer}");
    }
    for tool in ["list_clients", "list_invoices", "list_requests", "list_runs"] {
        atlas.call(tool, json!({})).await;
    }
}
