//! Programs that have each other help.

use domain::requests::Column;
use serde_json::json;
use sqlx::PgPool;

use super::{
    portal::{PullPortal, PullProgram, steer, token_of},
    streams::append,
};

#[sqlx::test(migrations = "../migrations")]
async fn one_program_helps_another(pool: PgPool) {
    let house = PullPortal::new(&pool).await;
    let otto = house.fixture.pull_agent("Otto").await;
    let (_, text) = token_of(&house.fixture, otto).await;
    let helper = PullProgram::new(house.address, &text);
    let asked = house.ask("Follow up").await;
    let job = house.program.claim().await;
    assert_eq!((&job.run["task"], &job.run["sub_runs"]), (&json!(null), &json!([])));

    let task = json!({ "agent": "Otto", "task": "Find the date." });
    let begun = job.done("/sub_runs", task.clone()).await;
    assert_eq!(job.done("/sub_runs", task).await, begun, "what is sent again is begun once");
    for (body, why) in [
        (json!({ "agent": "Nemo", "task": "Find it." }), "No agent by that name can help. Available: Otto."),
        (json!({ "agent": "Otto", "task": " " }), "Say what is to be done."),
    ] {
        let (status, refused) = job.post("/sub_runs", body).await;
        assert!(status == 422 && refused.to_string().contains(why), "{status} {refused}");
    }

    let part = helper.claim().await;
    assert_eq!(part.id(), begun["run"]);
    assert_eq!(part.run["task"], json!({ "run": job.id(), "by": "Juno", "words": "Find the date." }));
    assert_eq!(part.run["request"]["title"], "Follow up");
    for (stage, body) in [("Juno: ", &job), ("Otto: ", &part)] {
        let (status, stored) =
            body.append(0, json!([{ "type": "text", "text": format!("{stage}I write.") }])).await;
        assert_eq!((status, &stored["next"]), (200, &json!(1)), "each counts its own: {stored}");
    }
    let plan = json!([{ "type": "data-plan", "steps": [{ "title": "Write", "state": "working" }] }]);
    assert_eq!(part.append(1, plan.clone()).await.0, 409);
    assert_eq!(append(&helper, asked.session_stream, &part, 1, &plan).await.status(), 400);
    let looks = json!([{ "type": "data-step", "id": "s", "title": "Looking", "state": "done" }]);
    assert_eq!(append(&helper, asked.session_stream, &part, 1, &looks).await.status(), 200);
    let body = json!({ "title": "Mail", "body": "Dear all" });
    assert_eq!(part.post("/deliverables", body.clone()).await.0, 409);
    assert_eq!(part.post("/end", json!({ "outcome": "review" })).await.0, 409);

    // What people say is for Juno; that Otto has finished is, too.
    steer(&house, &house.client.owner, &asked, "Shorter, please.").await;
    let (told, after) = job.read_signals(job.after()).await;
    assert_eq!(told[0]["type"], "steer");
    let end = json!({ "outcome": "answered", "result": "The second of May." });
    for _ in 0..2 {
        assert_eq!(part.done("/end", end.clone()).await["state"], "completed");
    }
    let (told, _) = job.read_signals(&after).await;
    assert_eq!(told[0], json!({ "type": "helped", "run": part.id(), "state": "completed" }));
    let (_, part_now) = helper.get(&part.path("")).await;
    assert_eq!(part_now["steers"], json!([]));
    let (_, now) = house.program.get(&job.path("")).await;
    assert_eq!(now["sub_runs"][0]["result"], "The second of May.");
    let said: Vec<_> =
        now["conversation"].as_array().unwrap().iter().filter(|entry| entry["type"] == "words").collect();
    assert_eq!((&said[0]["author"]["name"], &said[1]["author"]["name"]), (&json!("Juno"), &json!("Otto")));

    job.done("/deliverables", body).await;
    job.done("/end", json!({ "outcome": "review" })).await;
    assert_eq!(house.see(asked.card.number).await.card.column, Column::Review);
}

#[sqlx::test(migrations = "../migrations")]
async fn who_helps_is_told_that_it_is_over(pool: PgPool) {
    let house = PullPortal::new(&pool).await;
    let otto = house.fixture.pull_agent("Otto").await;
    let (_, text) = token_of(&house.fixture, otto).await;
    let helper = PullProgram::new(house.address, &text);
    let asked = house.ask("Follow up").await;
    let job = house.program.claim().await;
    job.done("/sub_runs", json!({ "agent": "Otto", "task": "Find the date." })).await;
    let part = helper.claim().await;
    let ends = async {
        house.somebody_listens(&asked).await;
        job.done("/deliverables", json!({ "title": "Mail", "body": "Dear all" })).await;
        job.done("/end", json!({ "outcome": "review" })).await;
    };
    let ((told, _), ()) = tokio::join!(part.read_signals(part.after()), ends);
    assert_eq!(told[0], json!({ "type": "lost", "state": "cancelled" }));
    assert_eq!(part.post("/end", json!({ "outcome": "answered", "result": "Late." })).await.0, 409);
}
