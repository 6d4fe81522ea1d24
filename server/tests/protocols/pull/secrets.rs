//! A secret that a program writes does not get into the log, wherever it is cut; and no word is lost over it.

use crate::shared;
use domain::session::Part;
use serde_json::{Value, json};
use sqlx::PgPool;
use uuid::Uuid;

use super::{
    portal::{PullPortal, PulledRun},
    streams,
};

/// A text's words as a reader has them.
async fn text(house: &PullPortal, stream: Uuid, wanted: &str) -> String {
    let parts = house.fixture.parts(stream).await.into_iter();
    let words = parts.filter_map(|part| match part {
        Part::TextDelta { id, delta } if id == wanted => Some(delta),
        _ => None,
    });
    words.collect()
}

fn more(id: &str, words: &str) -> Value {
    json!([{ "type": "text-delta", "id": id, "delta": words }])
}

async fn append(job: &PulledRun, sequence: u64, parts: Value) -> Value {
    let (status, stored) = job.append(sequence, parts).await;
    assert_eq!(status, 200, "{stored}");
    stored
}

#[sqlx::test(migrations = "../migrations")]
async fn one_that_is_cut_over_several_calls_is_taken_out(pool: PgPool) {
    let house = PullPortal::new(&pool).await;
    let asked = house.ask("Follow up").await;
    let job = house.program.claim().await;
    let begun = json!([
        { "type": "text-start", "id": "a" },
        { "type": "text-delta", "id": "a", "delta": "Use sk-abcd" },
    ]);
    append(&job, 0, begun.clone()).await;
    assert_eq!(text(&house, asked.session_stream, "a").await, "Use ");
    let kept: String =
        sqlx::query_scalar("SELECT kept::text FROM run").fetch_one(&house.fixture.pool).await.unwrap();
    assert!(!kept.contains("sk-"), "what waits is sealed: {kept}");
    // Something else goes on meanwhile, and what was sent is sent again.
    append(&job, 1, more("b", "Beside it.")).await;
    assert_eq!(append(&job, 0, begun).await["duplicate"], true);
    // Another server takes the next call.
    let stop = server::shutdown::Shutdown::default();
    let other = shared::serve(&house.fixture.db, &stop).await;
    let elsewhere = PulledRun { program: job.program.at(other), run: job.run.clone() };
    let stored = append(&elsewhere, 2, more("a", "efghijklmnop")).await;
    assert_eq!((&stored["duplicate"], &stored["next"]), (&json!(false), &json!(3)), "it counts");
    assert_eq!(append(&job, 2, more("a", "efghijklmnop")).await["duplicate"], true);
    append(&job, 3, more("a", "qrstuv, and go on")).await;
    append(&job, 4, json!([{ "type": "text-end", "id": "a" }])).await;
    assert_eq!(text(&house, asked.session_stream, "a").await, "Use ***, and go on");
    assert_eq!(text(&house, asked.session_stream, "b").await, "Beside it.");
    let all = format!("{:?}", house.fixture.events(asked.session_stream).await);
    assert!(!all.contains("sk-") && !all.contains("ijkl"), "{all}");
    stop.begin();
}

#[sqlx::test(migrations = "../migrations")]
async fn so_is_one_that_is_appended_to_the_stream_or_said_backstage(pool: PgPool) {
    let house = PullPortal::new(&pool).await;
    let asked = house.ask("Follow up").await;
    let (session, backstage) = (asked.session_stream, asked.backstage_stream.unwrap());
    let job = house.program.claim().await;
    for stream in [session, backstage] {
        let pieces = ["Use tl_abcdefgh", "ijklmnop", "qrstuvwxyz", " now."];
        for (sequence, words) in (0..).zip(pieces) {
            let answer = streams::append(&house.program, stream, &job, sequence, &more("a", words)).await;
            assert_eq!(answer.status(), 200);
            let again = streams::append(&house.program, stream, &job, sequence, &more("a", words)).await;
            assert_eq!(again.status(), 204);
        }
        assert_eq!(text(&house, stream, "a").await, "Use *** now.");
    }
}

#[sqlx::test(migrations = "../migrations")]
async fn what_only_looked_like_the_beginning_of_one_is_there_in_the_end(pool: PgPool) {
    let house = PullPortal::new(&pool).await;
    let asked = house.ask("Follow up").await;
    let job = house.program.claim().await;
    append(&job, 0, more("a", "Is it s")).await;
    append(&job, 1, json!([{ "type": "text-delta", "id": "b", "delta": "It ends on t" }])).await;
    assert_eq!(text(&house, asked.session_stream, "a").await, "Is it ");
    append(&job, 2, json!([{ "type": "text-end", "id": "a" }])).await;
    assert_eq!(text(&house, asked.session_stream, "a").await, "Is it s");
    // The other was never ended, but the work is.
    job.done("/deliverables", json!({ "title": "Mail", "body": "Dear all" })).await;
    job.done("/end", json!({ "outcome": "review" })).await;
    assert_eq!(text(&house, asked.session_stream, "b").await, "It ends on t");
}
