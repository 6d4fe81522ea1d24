//! What goes as it should.

use domain::{
    approvals, controls, deliverables,
    ids::ApprovalId,
    requests::Column,
    session::{AuthorKind, Body, Part, RunState},
};
use serde_json::json;
use sha2::Digest;
use sqlx::PgPool;

use super::portal::{PullPortal, steer};

#[sqlx::test(migrations = "../migrations")]
async fn a_program_does_the_work(pool: PgPool) {
    let house = PullPortal::new(&pool).await;
    let asked = house.ask("Follow up").await;
    let job = house.program.claim().await;
    assert_eq!(job.run["attempt"], 1);
    assert_eq!(job.run["state"], "working");
    assert_eq!(job.run["request"]["brief"], "Please write to them.");
    assert_eq!(job.run["client"]["name"], "Harbor & Pine");
    assert_eq!(job.run["agent"]["persona"], "Calm.");
    assert_eq!(job.run["conversation"][0]["type"], "asked");
    assert_eq!(job.run["next"], json!({ "session": 0, "backstage": 0 }));

    let lease = job.run["lease_until"].as_i64().unwrap();
    house.fixture.wait(chrono::TimeDelta::seconds(30));
    let beat = job.done("/heartbeat", json!({ "lease": 120 })).await;
    assert_eq!(beat["state"], "working");
    assert_eq!(beat["lease_until"].as_i64().unwrap(), lease + 90_000);

    let plan = json!([{ "type": "data-plan", "steps": [{ "title": "Write", "state": "working" }] },
        { "type": "data-step", "id": "s", "title": "Reading", "state": "done" }]);
    let stored = job.append(0, plan).await.1;
    assert_eq!(stored["next"], 1);
    let words = json!([{ "type": "text", "text": "Dear all" }]);
    assert_eq!(job.append(1, words.clone()).await.1["duplicate"], false);
    assert_eq!(job.append(1, words).await.1["duplicate"], true, "what is sent again is stored once");
    let (status, gap) = job.append(7, json!([{ "type": "text", "text": "Later" }])).await;
    assert_eq!((status, &gap["expected"]), (409, &json!(2)), "{gap}");
    let tool =
        json!([{ "type": "tool-input-available", "toolCallId": "1", "toolName": "mail", "input": {} }]);
    let behind = json!({ "sequence": 0, "backstage": true, "parts": tool });
    assert_eq!(job.done("/events", behind).await["next"], 1);
    let (status, refused) = job.append(2, tool).await;
    assert_eq!(status, 422, "a tool's call is not for the client: {refused}");

    job.done("/usage", json!({ "key": "all", "model": "m", "input_tokens": 9, "output_tokens": 4 })).await;
    assert_eq!(job.done("/deliverables", json!({ "title": "Mail", "body": "Dear all" })).await["version"], 1);
    assert_eq!(job.done("/deliverables", json!({ "title": "Mail", "body": "Dear all" })).await["version"], 1);
    assert_eq!(job.done("/deliverables", json!({ "title": "Mail", "body": "Dear you" })).await["version"], 2);
    for _ in 0..2 {
        assert_eq!(job.done("/end", json!({ "outcome": "review" })).await["state"], "completed");
    }

    let seen = house.see(asked.card.number).await;
    assert_eq!(seen.card.column, Column::Review);
    assert_eq!(
        deliverables::queries::version(&house.fixture.db, &house.client.owner, seen.deliverables[0].id, 2)
            .await
            .unwrap()
            .body
            .unwrap(),
        "Dear you"
    );
    let texts: Vec<_> = house.fixture.events(asked.session_stream).await;
    let said = texts
        .iter()
        .find(|event| matches!(&event.part, Part::TextDelta { delta, .. } if delta == "Dear all"));
    let said = said.unwrap();
    assert_eq!(
        (said.author.kind, said.author.name.as_str(), said.attempt),
        (AuthorKind::Agent, "Juno", Some(1))
    );
    let entries = house.fixture.conversation(asked.session_stream).await.entries;
    let words =
        entries.iter().filter(|entry| matches!(&entry.body, Body::Words { text, .. } if text == "Dear all"));
    assert_eq!(words.count(), 1);
    assert!(
        house
            .fixture
            .parts(asked.backstage_stream.unwrap())
            .await
            .iter()
            .any(|part| matches!(part, Part::ToolInputAvailable { .. }))
    );
    let spent: (i64, i64) =
        sqlx::query_as("SELECT input_tokens, output_tokens FROM spend").fetch_one(&pool).await.unwrap();
    assert_eq!(spent, (9, 4));
    let (status, none) = house.program.post("/v1/runs/claim", json!({})).await;
    assert_eq!(status, 204, "{none}");
}

#[sqlx::test(migrations = "../migrations")]
async fn what_people_say_reaches_it(pool: PgPool) {
    let house = PullPortal::new(&pool).await;
    let asked = house.ask("Follow up").await;
    let job = house.program.claim().await;
    let (heard, ()) = tokio::join!(
        job.read_signals(job.after()),
        steer(&house, &house.client.owner, &asked, "Shorter, please.")
    );
    let (signals, after) = heard;
    assert_eq!(signals[0]["type"], "steer");
    assert_eq!(signals[0]["text"], "Shorter, please.");
    assert_eq!(signals[0]["by"], "Owner");
    let control = signals[0]["control"].as_str().unwrap();
    let (_, run) = house.program.get(&job.path("")).await;
    assert_eq!(run["steers"][0]["control"], control, "who lost its memory reads it with the run");
    let answer = json!({ "outcome": "done", "reason": "Half a page." });
    assert_eq!(job.done(&format!("/steers/{control}"), answer.clone()).await["settled"], true);
    assert_eq!(job.done(&format!("/steers/{control}"), answer).await["settled"], false);
    assert_eq!(job.signals(&after, 0).await.1["signals"], json!([]), "nothing is told twice");
    let outcome = house.fixture.parts(asked.session_stream).await.into_iter().find_map(|part| match part {
        Part::DataOutcome { outcome, reason, .. } => Some((outcome, reason)),
        _ => None,
    });
    assert_eq!(outcome, Some(("done".to_owned(), "Half a page.".to_owned())));
    // What it has not heard of is not its own to answer.
    let (status, _) =
        job.post("/steers/ctl_00000000000000000000000000000007", json!({ "outcome": "done" })).await;
    assert_eq!(status, 404);
}

#[sqlx::test(migrations = "../migrations")]
async fn a_stop_reaches_it_and_is_answered(pool: PgPool) {
    let house = PullPortal::new(&pool).await;
    let asked = house.ask("Follow up").await;
    let job = house.program.claim().await;
    let (status, early) = job.post("/end", json!({ "outcome": "stopped" })).await;
    assert_eq!(status, 409, "{early}");
    let stop = controls::commands::stop(&house.fixture.db, &house.client.owner, asked.card.id);
    let (heard, stopped) = tokio::join!(job.read_signals(job.after()), stop);
    assert_eq!(heard.0[0]["type"], "stop");
    assert_eq!(heard.0[0]["control"], stopped.unwrap().control.to_string());
    for _ in 0..2 {
        assert_eq!(job.done("/end", json!({ "outcome": "stopped" })).await["state"], "cancelled");
    }
    let (status, lost) = job.append(0, json!([{ "type": "text", "text": "And yet" }])).await;
    assert_eq!((status, lost["type"].as_str()), (409, Some("/docs/api#lost")), "{lost}");
    let parts = house.fixture.parts(asked.session_stream).await;
    assert!(parts.iter().any(|part| matches!(part, Part::DataOutcome { outcome, .. } if outcome == "done")));
}

#[sqlx::test(migrations = "../migrations")]
async fn a_question_waits_for_its_answer(pool: PgPool) {
    let house = PullPortal::new(&pool).await;
    let asked = house.ask("Follow up").await;
    let job = house.program.claim().await;
    let options = json!([{ "key": "y", "label": "Yes" }, { "key": "n", "label": "No" }]);
    for (audience, by) in [("client", &house.client.owner), ("operator", &house.fixture.operator)] {
        let question =
            json!({ "question": format!("Shall I, {audience}?"), "options": options, "audience": audience });
        let (_, run) = house.program.get(&job.path("")).await;
        let after = run["after"].as_str().unwrap();
        let approval = job.done("/questions", question.clone()).await["approval"].clone();
        assert_eq!(job.done("/questions", question).await["approval"], approval, "it is the same question");
        let (_, run) = house.program.get(&job.path("")).await;
        assert_eq!(run["state"], "suspended");
        assert_eq!(job.done("/heartbeat", json!({})).await["state"], "suspended");
        let (status, _) = job.post("/end", json!({ "outcome": "review" })).await;
        assert_eq!(status, 409, "it waits");
        let id: ApprovalId = approval.as_str().unwrap().parse().unwrap();
        let (heard, won) = tokio::join!(
            job.read_signals(after),
            approvals::commands::answer(&house.fixture.db, by, id, "n")
        );
        won.unwrap();
        let answer = &heard.0[0];
        assert_eq!(
            (&answer["type"], &answer["approval"], &answer["label"]),
            (&json!("answer"), &approval, &json!("No"))
        );
        assert_eq!(job.done("/heartbeat", json!({})).await["state"], "working");
    }
    let (_, run) = house.program.get(&job.path("")).await;
    assert_eq!(run["questions"][0]["state"], "answered");
    assert_eq!(run["questions"][0]["answer"], "No");
    assert_eq!(run["questions"].as_array().unwrap().len(), 2);
    assert!(
        !house
            .fixture
            .parts(asked.session_stream)
            .await
            .iter()
            .any(|part| matches!(part, Part::DataApproval { question, .. } if question.contains("operator"))),
        "what operators are asked stays backstage"
    );
}

#[sqlx::test(migrations = "../migrations")]
async fn it_fails_in_words_and_keeps_its_reasons_backstage(pool: PgPool) {
    let house = PullPortal::new(&pool).await;
    let asked = house.ask("Follow up").await;
    let job = house.program.claim().await;
    let (status, _) = job.post("/end", json!({ "outcome": "failed", "words": " " })).await;
    assert_eq!(status, 409, "a failure needs words");
    let end = json!({ "outcome": "failed", "words": "The address is gone.", "reason": "550 5.1.1" });
    assert_eq!(job.done("/end", end).await["state"], "failed");
    let parts = house.fixture.parts(asked.session_stream).await;
    assert!(parts.iter().any(|part| matches!(part, Part::DataRun { state: RunState::Failed, failure: Some(words), .. } if words == "The address is gone.")));
    let behind = house.fixture.parts(asked.backstage_stream.unwrap()).await;
    assert!(
        behind.iter().any(|part| matches!(part, Part::DataComment { text } if text.contains("550 5.1.1")))
    );
    assert!(!format!("{parts:?}").contains("550"));
}

/// Whoever waits is told as soon as there is something.
#[sqlx::test(migrations = "../migrations")]
async fn it_waits_for_work(pool: PgPool) {
    let house = PullPortal::new(&pool).await;
    let program = house.program.clone();
    let waiting = tokio::spawn(async move { program.post("/v1/runs/claim", json!({ "wait": 20 })).await });
    let asked = house.ask("Follow up").await;
    let (status, run) = waiting.await.unwrap();
    assert_eq!(status, 200);
    assert_eq!(run["request"]["id"], asked.card.id.to_string());
}

#[sqlx::test(migrations = "../migrations")]
async fn its_files_are_its_own_requests(pool: PgPool) {
    let house = PullPortal::new(&pool).await;
    let asked = house.ask("Follow up").await;
    let job = house.program.claim().await;
    let bytes = b"The lease ends in May.";
    let sha256: String = sha2::Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    let folder = std::env::temp_dir().join(house.fixture.workspace.to_string());
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join(&sha256), bytes).unwrap();
    let new = domain::files::NewFile {
        name: "lease.txt".into(),
        media_type: "text/plain".into(),
        label: "Text".into(),
        is_text: true,
        bytes: bytes.len() as u64,
        sha256,
        request: Some(asked.card.id),
    };
    domain::files::commands::add(&house.fixture.db, &house.client.owner, new).await.unwrap();
    let (_, run) = house.program.get(&job.path("")).await;
    let url = run["files"][0]["url"].as_str().unwrap();
    let response = house.program.send(reqwest::Method::GET, url, None).await;
    assert_eq!(response.status(), 200);
    assert_eq!(response.text().await.unwrap().as_bytes(), bytes);
    let (status, _) = house.program.get(&job.path("/files/file_00000000000000000000000000000007")).await;
    assert_eq!(status, 404);
    std::fs::remove_dir_all(folder).unwrap();
}
