//! An agent has another one help, by its tools.

use domain::{
    agents::{self, NewAgent},
    requests::Column,
    runs,
};
use serde_json::json;
use sqlx::PgPool;

use super::portal::McpPortal;

#[sqlx::test(migrations = "../migrations")]
async fn one_agent_helps_another(pool: PgPool) {
    let house = McpPortal::new(&pool).await;
    let otto = NewAgent { name: "Otto".into(), persona: "Knows calendars.".into(), client: None };
    let otto = agents::commands::create(&house.fixture.db, &house.fixture.operator, otto).await.unwrap();
    let number = house.ask(&house.law, "Follow up", true).await;
    let mine = house.claim().await;
    let juno = house.agents_token().await;
    let helper = house.token(Some(otto), None, &[]).await;

    let found = juno.call("get_delegated", json!({})).await;
    assert_eq!(
        found,
        json!({ "can_help": [{ "name": "Otto", "persona": "Knows calendars." }], "tasks": [] })
    );
    let task = json!({ "agent": "Otto", "task": "Find the date.", "idempotency_key": "t" });
    let begun = juno.call("delegate", task.clone()).await;
    assert_eq!(juno.call("delegate", task).await, begun);
    assert!(juno.refused("delegate", json!({ "agent": "Nemo", "task": "Do it." })).await.contains("Otto"));
    let his = house.claim().await;
    assert_eq!((json!(his.run), his.parent), (begun["run"].clone(), Some(mine.run)));

    let asked = helper.call("get_request", json!({})).await;
    assert_eq!((&asked["task"]["from"], &asked["task"]["task"]), (&json!("Juno"), &json!("Find the date.")));
    for (tool, arguments) in [
        ("deliver", json!({ "title": "x", "markdown": "x" })),
        ("ask_client", json!({ "question": "May I?", "options": ["Yes"] })),
        ("delegate", json!({ "agent": "Juno", "task": "Do it." })),
    ] {
        let why = helper.refused(tool, arguments).await;
        assert!(why.contains("You help with a part"), "{tool}: {why}");
    }
    assert!(helper.refused("finish", json!({})).await.contains("Say what it came to"));
    helper.call("finish", json!({ "result": "The second of May." })).await;

    let tasks = juno.call("get_delegated", json!({})).await["tasks"].clone();
    assert_eq!(
        (&tasks[0]["state"], &tasks[0]["result"]),
        (&json!("completed"), &json!("The second of May."))
    );
    juno.call("deliver", json!({ "title": "The mail", "markdown": "Dear all" })).await;
    juno.call("finish", json!({})).await;
    assert_eq!(house.column(house.law.id, number).await, Column::Review);
    assert!(
        runs::commands::claim_due(&house.fixture.db, "a worker", std::time::Duration::from_secs(30))
            .await
            .unwrap()
            .is_none()
    );
    let deeds: Vec<_> =
        house.deeds().await.into_iter().filter(|(_, how)| *how == "done").map(|(what, _)| what).collect();
    assert_eq!(deeds, ["delegate", "finish", "deliver", "finish"]);
}
