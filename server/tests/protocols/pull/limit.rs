//! A month's limit holds a program that fetches its work, too.

use domain::{
    approvals::{self, Approval},
    costs::{self, Subject},
};
use serde_json::json;
use sqlx::PgPool;

use super::portal::PullPortal;

async fn only(house: &PullPortal) -> Approval {
    let mut open = approvals::queries::list_open(&house.fixture.db, &house.fixture.operator).await.unwrap();
    assert_eq!(open.len(), 1);
    open.remove(0)
}

/// At work it is suspended before the limit is passed, and goes on once an operator has raised it. A run that begins at
/// the limit is not given out.
#[sqlx::test(migrations = "../migrations")]
async fn it_waits_until_the_limit_is_raised(pool: PgPool) {
    let house = PullPortal::new(&pool).await;
    let (db, operator) = (&house.fixture.db, &house.fixture.operator);
    costs::commands::set_limit(db, operator, Subject::Agent(house.agent), "3").await.unwrap();
    house.ask("Follow up").await;
    let job = house.program.claim().await;
    job.done("/usage", json!({ "key": "1", "micros": 1_000_000 })).await;
    assert_eq!(job.done("/heartbeat", json!({})).await["state"], "working");
    job.done("/usage", json!({ "key": "2", "micros": 1_200_000 })).await;
    assert_eq!(job.done("/heartbeat", json!({})).await["state"], "suspended");
    let asked = only(&house).await;
    assert!(asked.question.contains("$3.00 limit"), "{}", asked.question);
    approvals::commands::answer(db, operator, asked.id, "raise").await.unwrap();
    assert_eq!(job.done("/heartbeat", json!({})).await["state"], "working");
    job.done("/usage", json!({ "key": "3", "micros": 1_200_000 })).await;
    assert_eq!(job.done("/heartbeat", json!({})).await["state"], "working", "five dollars are allowed now");
    job.done("/usage", json!({ "key": "4", "micros": 1_600_000 })).await;
    approvals::commands::answer(db, operator, only(&house).await.id, "stop").await.unwrap();
    let (status, _) = job.post("/usage", json!({ "key": "5", "micros": 1 })).await;
    assert_eq!(status, 204);
    assert_eq!(job.post("/heartbeat", json!({})).await.0, 409, "it was put aside");
    house.ask("Another").await;
    let (status, _) = house.program.post("/v1/runs/claim", json!({ "wait": 0 })).await;
    assert_eq!(status, 204, "it waits for an operator");
    assert!(only(&house).await.title == "Another");
}
