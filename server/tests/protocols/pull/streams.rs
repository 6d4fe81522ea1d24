//! The log itself, by an agent's token: `/v1/stream/{id}` and `/v1/sessions/{stream}`.

use chrono::TimeDelta;
use domain::{
    runs,
    session::{AuthorKind, Part},
    tokens::Right,
};
use reqwest::{Client, Response};
use serde_json::{Value, json};
use sqlx::PgPool;
use uuid::Uuid;

use super::portal::{PullPortal, PullProgram, PulledRun, token_of};

pub async fn append(
    program: &PullProgram,
    stream: Uuid,
    job: &PulledRun,
    sequence: u64,
    parts: &Value,
) -> Response {
    let attempt = job.run["attempt"].to_string();
    let url = format!("http://{}/v1/stream/{stream}", program.address);
    let request = Client::new().post(url).bearer_auth(program.token()).json(parts);
    let request = request.header("producer-id", job.id()).header("producer-epoch", attempt);
    request.header("producer-seq", sequence).send().await.unwrap()
}

#[sqlx::test(migrations = "../migrations")]
async fn an_agent_reads_and_writes_what_it_has_in_hand(pool: PgPool) {
    let house = PullPortal::new(&pool).await;
    let asked = house.ask("Follow up").await;
    let (session, backstage) = (asked.session_stream, asked.backstage_stream.unwrap());
    let job = house.program.claim().await;
    assert_eq!(job.run["session"], session.to_string());
    let hello = json!([{ "type": "text", "text": "Hello" }]);
    assert_eq!(append(&house.program, session, &job, 0, &hello).await.status(), 200);
    assert_eq!(append(&house.program, session, &job, 0, &hello).await.status(), 204, "it is stored once");
    // Its own words about who it is, and parts that are facts, are not taken.
    let forged =
        json!([{ "type": "text-delta", "id": "a", "delta": "x", "author": { "kind": "operator" }, "at": 1 }]);
    let taken = append(&house.program, session, &job, 1, &forged).await.status();
    assert_eq!(taken, 200);
    for fact in ["data-run", "data-approval", "data-answer", "data-moved", "tool-input-available", "nonsense"]
    {
        let fact =
            json!([{ "type": fact, "state": "completed", "toolCallId": "1", "toolName": "x", "input": {} }]);
        assert_eq!(append(&house.program, session, &job, 2, &fact).await.status(), 400, "{fact}");
    }
    let tool = json!([{ "type": "tool-input-available", "toolCallId": "1", "toolName": "x", "input": {} }]);
    assert_eq!(append(&house.program, backstage, &job, 0, &tool).await.status(), 200);
    for event in house
        .fixture
        .events(session)
        .await
        .iter()
        .filter(|event| matches!(event.part, Part::TextDelta { .. }))
    {
        assert_eq!((event.author.kind, event.author.name.as_str()), (AuthorKind::Agent, "Juno"));
        assert!(event.at > 1 && event.run.is_some() && event.attempt == Some(1));
    }
    // Reading, following from its offset, and the fold.
    let (status, log) = house.program.get(&format!("/v1/stream/{session}?offset=-1")).await;
    assert_eq!((status, &log[0]["type"]), (200, &json!("data-asked")));
    assert_eq!(house.program.get(&format!("/v1/stream/{backstage}?offset=-1")).await.0, 200);
    let (status, fold) = house.program.get(&format!("/v1/sessions/{session}")).await;
    assert_eq!((status, &fold["entries"][0]["type"]), (200, &json!("asked")));
    // It is neither closed, nor written outside the run, nor made or deleted.
    let url = format!("http://{}/v1/stream/{session}", house.address);
    let post = || Client::new().post(&url).bearer_auth(house.program.token());
    assert_eq!(post().json(&hello).send().await.unwrap().status(), 400, "without a producer");
    let closing = post().header("stream-closed", "true").header("producer-id", job.id());
    let closing = closing.header("producer-epoch", "1").header("producer-seq", "2").send().await.unwrap();
    assert_eq!(closing.status(), 400);
    let ahead =
        post().header("producer-id", job.id()).header("producer-epoch", "2").header("producer-seq", "0");
    assert_eq!(ahead.json(&hello).send().await.unwrap().status(), 400, "an attempt that has not begun");
    let delete = Client::new().delete(&url).bearer_auth(house.program.token()).send().await.unwrap();
    assert_eq!(delete.status(), 405);
}

#[sqlx::test(migrations = "../migrations")]
async fn only_the_one_that_has_it_in_hand_writes(pool: PgPool) {
    let house = PullPortal::new(&pool).await;
    let asked = house.ask("Follow up").await;
    let session = asked.session_stream;
    let job = house.program.claim().await;
    let hello = json!([{ "type": "text", "text": "Hello" }]);
    let read = format!("/v1/stream/{session}?offset=-1");
    let other = house.fixture.pull_agent("Mina").await;
    let other = PullProgram::new(house.address, &token_of(&house.fixture, other).await.1);
    assert_eq!(other.get(&read).await.0, 404);
    assert_eq!(append(&other, session, &job, 0, &hello).await.status(), 404);
    let operator = house.operators(&[Right::Read]).await;
    assert_eq!(operator.get(&read).await.0, 200);
    assert_eq!(append(&operator, session, &job, 0, &hello).await.status(), 405);
    assert_eq!(house.operators(&[Right::Write]).await.get(&read).await.0, 404, "it may not read");
    assert_eq!(PullProgram::new(house.address, "tl_none").get(&read).await.0, 401);

    house.fixture.wait(TimeDelta::seconds(61));
    assert_eq!(runs::commands::reap(&house.fixture.db).await.unwrap(), 1);
    assert_eq!(append(&house.program, session, &job, 0, &hello).await.status(), 405, "nobody has it in hand");
    house.fixture.wait(TimeDelta::seconds(301));
    let next = house.program.claim().await;
    let late = append(&house.program, session, &job, 0, &hello).await;
    assert_eq!((late.status().as_u16(), late.headers()["producer-epoch"].to_str().unwrap()), (403, "2"));
    assert_eq!(append(&house.program, session, &next, 0, &hello).await.status(), 200);
    next.done("/end", json!({ "outcome": "failed", "words": "No." })).await;
    assert_eq!(append(&house.program, session, &next, 1, &hello).await.status(), 405);
    assert_eq!(house.program.get(&read).await.0, 200, "what it worked on it may read");
}
