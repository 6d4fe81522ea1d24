//! Every way in which an endpoint lets the agent down: the run ends, in words for a client, and can be started again.

use agents::built_in::ModelLimits;
use domain::{
    runs,
    session::{Body, Part},
};
use sqlx::PgPool;

use super::{
    model::{failed, in_review},
    scripted::{KEY, Piece, Reply, Scripted, impatient, patient, words_reply},
    support::{AgentWorld, logs},
};

fn three(reply: impl Fn() -> Reply) -> Vec<Reply> {
    (0..3).map(|_| reply()).collect()
}

/// Runs a request into the wall, looks for the words and the reason, then starts it again over the same endpoint.
async fn fails(pg: PgPool, replies: Vec<Reply>, words: &str, reason: &str) {
    fails_within(patient(), pg, replies, words, reason).await;
}

/// The same for an agent that waits so long.
async fn fails_within(limits: ModelLimits, pg: PgPool, replies: Vec<Reply>, words: &str, reason: &str) {
    logs::capture();
    let (world, asks) = (AgentWorld::new(pg).await, replies.len());
    let model = Scripted::new(replies.into_iter().chain([words_reply("Dear client, done.")]).collect()).await;
    let request = world.ask("A letter", "Write a letter.", vec![]).await;
    let hand = world.work(model.backend_with(limits));
    let said = world.until(&request, failed).await;
    assert!(said.starts_with("Juno couldn’t ") && said.contains(words), "{said}");
    assert_eq!((model.asked().len(), world.run_state(request.card.id).await.as_str()), (asks, "failed"));
    let backstage = world.events(request.backstage_stream.unwrap()).await;
    let remarks: Vec<String> = backstage
        .iter()
        .filter_map(|event| match &event.part {
            Part::DataComment { text } => Some(text.clone()),
            _ => None,
        })
        .collect();
    assert!(remarks.last().is_some_and(|remark| remark.contains(reason)), "{remarks:?}");

    runs::commands::retry(&world.db, &world.owner, request.card.id).await.unwrap();
    world.until(&request, in_review).await;
    hand.leave().await;
    let everything = world.everything().await + &logs::captured();
    assert!(!everything.contains(KEY), "the key is nowhere");
}

#[sqlx::test(migrations = "../../migrations")]
async fn it_does_not_let_us_in(pg: PgPool) {
    let body = format!(r#"{{"error":"Incorrect API key provided: {KEY}"}}"#);
    fails(
        pg,
        vec![Reply::Status(401, None, body)],
        "denied access",
        "refused with 401: {\"error\":\"Incorrect API key provided: ***",
    )
    .await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn it_fails_again_and_again(pg: PgPool) {
    fails(
        pg,
        three(|| Reply::Status(503, None, "overloaded".into())),
        "didn’t respond",
        "failed with 503: overloaded",
    )
    .await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn it_wants_to_be_left_alone_for_long(pg: PgPool) {
    fails(pg, vec![Reply::Status(429, Some("3600"), String::new())], "is very busy", "busy for 3600 s").await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn it_says_nothing(pg: PgPool) {
    fails_within(impatient(), pg, three(|| Reply::Silence), "didn’t respond", "no answer began").await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn it_stops_in_the_middle(pg: PgPool) {
    fails_within(
        impatient(),
        pg,
        three(|| Reply::Stream(vec![Piece::Words("Dear"), Piece::Hang])),
        "didn’t respond",
        "stopped in the middle",
    )
    .await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn it_sends_rubbish(pg: PgPool) {
    let rubbish = || Reply::Stream(vec![Piece::Raw("data: <html>no</html>\n\n".into())]);
    fails(pg, three(rubbish), "something unusable", "invalid response: <html>").await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn it_answers_with_nothing(pg: PgPool) {
    fails(
        pg,
        three(|| Reply::Stream(vec![Piece::Words("  "), Piece::End("stop")])),
        "something unusable",
        "an empty response",
    )
    .await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn it_never_ends(pg: PgPool) {
    let endless = Reply::Stream(vec![Piece::Raw("data: ".into()), Piece::Raw("x".repeat(3 << 20))]);
    fails(pg, vec![endless], "something unusable", "an event without end").await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn it_declines(pg: PgPool) {
    let no = r#"data: {"choices":[{"delta":{"refusal":"I cannot help with that."},"finish_reason":"stop"}]}"#;
    fails(
        pg,
        vec![Reply::Stream(vec![Piece::Raw(format!("{no}\n\n"))])],
        "Try rewording it",
        "declined: I cannot help",
    )
    .await;
}

/// What passes is not seen by the client as a failure, and nothing is said twice.
#[sqlx::test(migrations = "../../migrations")]
async fn what_passes_is_got_over(pg: PgPool) {
    let world = AgentWorld::new(pg).await;
    let model = Scripted::new(vec![
        Reply::Status(429, Some("0"), String::new()),
        Reply::Stream(vec![Piece::Words("Dear client, ")]),
        words_reply("all is well."),
    ])
    .await;
    let request = world.ask("A letter", "Write a letter.", vec![]).await;
    let hand = world.work(model.backend());
    world.until(&request, in_review).await;
    assert!(
        model.texts_of_call(2).contains("Dear client, ") && model.texts_of_call(2).contains("repeat nothing")
    );
    let said = world.conversation(request.session_stream).await;
    let words: String = said
        .entries
        .iter()
        .filter_map(|entry| match &entry.body {
            Body::Words { text, .. } => Some(text.as_str()),
            Body::Failed { .. } => panic!("it did not fail"),
            _ => None,
        })
        .collect();
    assert_eq!(words, "Dear client, all is well.");
    hand.leave().await;
}
