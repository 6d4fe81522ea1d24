//! Planted secrets: whatever a model says, calls, asks, delivers or fails with, none of them is stored, logged or told.

use domain::{
    agents::Backend,
    approvals, deliverables,
    session::{Body, Part},
};
use safe_http::Admitted;
use serde_json::json;
use sqlx::PgPool;

use super::{
    model::{failed, in_review},
    scripted::{KEY, Piece, Reply, Scripted, calls, models},
    support::{AgentWorld, logs},
};

const TOKEN: &str = "tl_9sJ2kVbq3XyZ0aBcDeFgHiJkLmNoPqRsTuVwXyZ012";
const AWS: &str = "AKIAIOSFODNN7EXAMPLE";
const OPENAI: &str = "sk-proj-abcDEF0123456789abcDEF";
const BEARER: &str = "0123456789abcdef0123456789abcdef";
const PRIVATE: &str = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASC";

async fn says_it_everywhere(pg: PgPool, backend: Backend) {
    logs::capture();
    let world = AgentWorld::new(pg).await;
    let block = format!("-----BEGIN PRIVATE KEY-----\n{PRIVATE}\n-----END PRIVATE KEY-----");
    let question = format!("Shall I use {TOKEN}?");
    let model = Scripted::new(vec![
        Reply::Status(503, None, format!("upstream said: Authorization: Bearer {BEARER}")),
        Reply::Stream(vec![
            Piece::Words("My key is sk-plan"),
            Piece::Words("ted-47"),
            Piece::Words("11, yours tl_9sJ2kVbq3XyZ0aBcDeFg"),
            Piece::Words("HiJkLmNoPqRsTuVwXyZ012"),
            Piece::Words(" and that is all."),
            Piece::Call("make_plan", json!({ "steps": [format!("Use {OPENAI}"), "Write"] })),
            Piece::End("tool_calls"),
        ]),
        calls("read_file", json!({ "name": "keys.txt" })),
        calls("ask_client", json!({ "question": question, "detail": OPENAI, "options": ["Yes", TOKEN] })),
        Reply::Stream(vec![
            Piece::Call(
                "deliver",
                json!({ "title": "The letter", "markdown": format!("Use {KEY}:\n\n{block}") }),
            ),
            Piece::Call("finish", json!({})),
            Piece::End("tool_calls"),
        ]),
    ])
    .await;
    world.reach_by(backend, model.address(), "scripted", KEY).await;
    let file = format!("aws_access_key_id={AWS}\n{OPENAI}\n{block}\n");
    let file = world.file("keys.txt", "text/plain", true, file.as_bytes()).await;
    let request = world.ask("A letter", "Write a letter.", vec![file]).await;
    let hand = world.work(models(Admitted::private()));
    let asked = |event: &domain::session::Event| match &event.part {
        Part::DataApproval { approval, .. } => Some(*approval),
        _ => None,
    };
    let approval = world.until(&request, asked).await;
    approvals::commands::answer(&world.db, &world.member, approval, "1").await.unwrap();
    world.until(&request, in_review).await;

    let said = world.conversation(request.session_stream).await;
    let words: Vec<&str> = said
        .entries
        .iter()
        .filter_map(|entry| match &entry.body {
            Body::Words { text, .. } => Some(text.as_str()),
            Body::Approval { question, .. } => Some(question.as_str()),
            _ => None,
        })
        .collect();
    assert_eq!(words, ["My key is ***, yours *** and that is all.", "Shall I use ***?"]);
    let delivered = world.see(request.card.number).await.deliverables.remove(0);
    let version = deliverables::queries::version(&world.db, &world.owner, delivered.id, 1).await.unwrap();
    assert_eq!(version.body.as_deref(), Some("Use ***:\n\n***"));
    hand.leave().await;

    let told: String = model.asked().iter().map(|asked| asked.to_string()).collect();
    assert!(told.contains("aws_access_key_id=***"), "the rest of the file is told");
    nowhere(&world, &told).await;
}

async fn nowhere(world: &AgentWorld, told: &str) {
    let stored = world.everything().await;
    let rows: Vec<String> = sqlx::query_scalar(
        "SELECT row_to_json(a)::text FROM approval a UNION ALL SELECT row_to_json(s)::text FROM spend s
         UNION ALL SELECT row_to_json(f)::text FROM session_fold f",
    )
    .fetch_all(&world.pool)
    .await
    .unwrap();
    let logged = logs::captured();
    for secret in [KEY, TOKEN, AWS, OPENAI, BEARER, PRIVATE] {
        for (place, text) in
            [("stored", &stored), ("rows", &rows.concat()), ("logged", &logged), ("told", &told.to_owned())]
        {
            let at = text.find(secret);
            assert!(
                at.is_none(),
                "{secret} is {place}: {}",
                &text[at.unwrap().saturating_sub(200)..at.unwrap()]
            );
        }
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn nothing_planted_comes_out_over_chat(pg: PgPool) {
    says_it_everywhere(pg, Backend::OpenaiChat).await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn nothing_planted_comes_out_over_responses(pg: PgPool) {
    says_it_everywhere(pg, Backend::OpenaiResponses).await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn nothing_planted_comes_out_over_anthropic(pg: PgPool) {
    says_it_everywhere(pg, Backend::Anthropic).await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn an_error_that_quotes_them_is_told_without(pg: PgPool) {
    logs::capture();
    let world = AgentWorld::new(pg).await;
    let quoted = format!(r#"{{"error":"no {KEY}, no {TOKEN}, Bearer {BEARER}"}}"#);
    let model = Scripted::new(vec![Reply::Status(401, None, quoted)]).await;
    world.reach_by(Backend::Anthropic, model.address(), "scripted", KEY).await;
    let request = world.ask("A letter", "Write a letter.", vec![]).await;
    let hand = world.work(models(Admitted::private()));
    world.until(&request, failed).await;
    hand.leave().await;
    assert!(world.everything().await.contains("no ***, no ***, Bearer ***"));
    nowhere(&world, "").await;
}
