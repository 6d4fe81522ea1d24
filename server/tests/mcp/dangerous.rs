//! What waits for a person's decision.

use domain::{
    Role,
    audit::ActedThrough,
    billing::{self, InvoiceState},
    ids::{InvoiceId, ProposalId},
    proposals::{self, Decision},
    tokens::Right::*,
};
use serde_json::{Value, json};
use sqlx::PgPool;

use super::portal::{McpPortal, McpProgram};

async fn draft(house: &McpPortal, atlas: &McpProgram) -> Value {
    let bill = json!({
        "idempotency_key": "draft", "client": house.law.id, "currency": "USD",
        "lines": [{ "what": "Setting up", "minor": 50_000 }],
    });
    atlas.call("draft_invoice", bill).await["invoice"].clone()
}

async fn state(house: &McpPortal, invoice: &Value) -> InvoiceState {
    let id: InvoiceId = invoice.as_str().unwrap().parse().unwrap();
    billing::queries::get(&house.fixture.db, &house.fixture.operator, id).await.unwrap().state
}

fn proposal(answer: &Value) -> ProposalId {
    answer["approval"].as_str().unwrap().parse().unwrap()
}

#[sqlx::test(migrations = "../migrations")]
async fn a_dangerous_action_waits_and_is_done_once_whoever_approves_it(pool: PgPool) {
    let house = McpPortal::new(&pool).await;
    let atlas = house.desk_token(&[Read, Write, Dangerous]).await;
    let invoice = draft(&house, &atlas).await;
    let issue = json!({ "idempotency_key": "issue", "invoice": invoice, "reason": "The work is done." });
    let waits = atlas.call("issue_invoice", issue.clone()).await;
    assert_eq!(waits["state"], "waiting for approval");
    assert_eq!(atlas.call("issue_invoice", issue).await, waits);
    let told = atlas.call("get_approval", json!({ "approval": waits["approval"] })).await;
    assert_eq!((told["state"].as_str(), told["action"].as_str()), (Some("open"), Some("issue_invoice")));
    assert_eq!(state(&house, &invoice).await, InvoiceState::Draft);
    // It cannot be decided by the one who proposed it.
    let own = json!({ "idempotency_key": "own", "approval": waits["approval"], "answer": "approve" });
    assert!(atlas.refused("answer_approval", own).await.starts_with("approval:"));

    // Two operators at once, one of them on a node that has just been started.
    let restarted = domain::testing::bare(&pool).await;
    let second = house.fixture.person(None, Role::Operator, "Second").await;
    let (id, by) = (proposal(&waits), ActedThrough::default());
    let (one, other) = tokio::join!(
        proposals::commands::approve(&house.fixture.db, &house.fixture.operator, &by, id),
        proposals::commands::approve(&restarted, &second, &by, id)
    );
    let won = [one.unwrap(), other.unwrap()].iter().filter(|decided| **decided == Decision::Won).count();
    assert_eq!(won, 1);
    assert_eq!(state(&house, &invoice).await, InvoiceState::Issued);
    let told = atlas.call("get_approval", json!({ "approval": waits["approval"] })).await;
    assert_eq!(told["state"], "done");
    let deeds = house.deeds().await;
    let issued: Vec<_> =
        deeds.iter().filter(|(what, _)| what == "issue_invoice").map(|(_, how)| *how).collect();
    assert_eq!(issued, ["proposed", "done"]);
}

#[sqlx::test(migrations = "../migrations")]
async fn what_nobody_decides_expires_and_what_is_declined_is_not_done(pool: PgPool) {
    let house = McpPortal::new(&pool).await;
    let atlas = house.desk_token(&[Read, Write, Dangerous]).await;
    let invoice = draft(&house, &atlas).await;
    let ask = async |key: &str| {
        let issue = json!({ "idempotency_key": key, "invoice": invoice, "reason": "" });
        atlas.call("issue_invoice", issue).await
    };
    let state_of = async |waits: &Value| {
        atlas.call("get_approval", json!({ "approval": waits["approval"] })).await["state"].clone()
    };
    let (first, second) = (ask("1").await, ask("2").await);
    let (db, operator, by) = (&house.fixture.db, &house.fixture.operator, ActedThrough::default());
    proposals::commands::decline(db, operator, &by, proposal(&first)).await.unwrap();
    assert_eq!(state_of(&first).await, "declined");
    house.fixture.wait(chrono::TimeDelta::days(8));
    assert_eq!(state_of(&second).await, "expired");
    assert_eq!(
        proposals::commands::approve(db, operator, &by, proposal(&second)).await.unwrap(),
        Decision::Expired
    );
    assert_eq!(state(&house, &invoice).await, InvoiceState::Draft);
    // What makes no sense is not even proposed.
    let void = json!({ "idempotency_key": "3", "invoice": invoice, "reason": "" });
    assert!(atlas.refused("void_invoice", void).await.contains("draft"));
}
