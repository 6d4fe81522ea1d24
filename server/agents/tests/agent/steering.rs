//! What is said to a model at work reaches it, whatever it does just then, and whoever said it is told.

use std::{sync::Arc, time::Duration};

use agents::built_in::ModelLimits;
use domain::{
    controls, deliverables,
    ids::ControlId,
    requests::Detail,
    session::{Event, Part},
};
use serde_json::json;
use sqlx::PgPool;
use tokio::sync::Notify;

use super::{
    model::in_review,
    scripted::{Piece, Reply, Scripted, calls, hands_in, patient, words_reply},
    support::AgentWorld,
};

const SAID: &str = "Mention the car park";

async fn steer(world: &AgentWorld, request: &Detail) -> ControlId {
    controls::commands::steer(&world.db, &world.owner, request.card.id, SAID).await.unwrap().control
}

/// What whoever said it reads.
async fn outcome(world: &AgentWorld, request: &Detail, said: ControlId) -> (String, String) {
    let outcome = |event: &Event| match &event.part {
        Part::DataOutcome { control, outcome, reason } if *control == said => {
            Some((outcome.clone(), reason.clone()))
        }
        _ => None,
    };
    world.until(request, outcome).await
}

async fn speaks(world: &AgentWorld, request: &Detail) {
    world.until(request, |event| matches!(event.part, Part::TextDelta { .. }).then_some(())).await;
}

/// A call is not cut off, so what is said has to wait, is said to, and is what the model reads with the call's result.
#[sqlx::test(migrations = "../../migrations")]
async fn reaches_the_model_between_two_calls(pg: PgPool) {
    let world = AgentWorld::new(pg).await;
    let gate = Arc::new(Notify::new());
    let model = Scripted::new(vec![
        Reply::Stream(vec![
            Piece::Words("I plan it."),
            Piece::Call("make_plan", json!({ "steps": ["Read", "Write"] })),
            Piece::Until(Arc::clone(&gate)),
            Piece::End("tool_calls"),
        ]),
        hands_in("With the car park."),
    ])
    .await;
    let request = world.ask("A letter", "Write a letter.", vec![]).await;
    let hand = world.work(model.backend_with(ModelLimits { hold: Duration::ZERO, ..patient() }));
    speaks(&world, &request).await;
    let said = steer(&world, &request).await;
    let (done, reason) = outcome(&world, &request, said).await;
    assert_eq!(done, "done");
    assert!(reason.contains("as soon as I finish this part"), "{reason}");
    gate.notify_one();
    world.until(&request, in_review).await;
    assert!(
        model.texts_of_call(1).contains("The client sees the plan.") && model.texts_of_call(1).contains(SAID)
    );
    assert_eq!(model.asked().len(), 2);
    let outcomes = world.parts(request.session_stream).await;
    assert_eq!(outcomes.iter().filter(|part| matches!(part, Part::DataOutcome { .. })).count(), 1);
    hand.leave().await;
}

/// What is said while the last call is written is not passed over: the work is not handed in without it.
#[sqlx::test(migrations = "../../migrations")]
async fn comes_before_the_end(pg: PgPool) {
    let world = AgentWorld::new(pg).await;
    let gate = Arc::new(Notify::new());
    let model = Scripted::new(vec![
        Reply::Stream(vec![
            Piece::Words("Here it is."),
            Piece::Call("deliver", json!({ "title": "The letter", "markdown": "Without." })),
            Piece::Call("finish", json!({})),
            Piece::Until(Arc::clone(&gate)),
            Piece::End("tool_calls"),
        ]),
        hands_in("With the car park."),
    ])
    .await;
    let request = world.ask("A letter", "Write a letter.", vec![]).await;
    let hand = world.work(model.backend_with(ModelLimits { hold: Duration::ZERO, ..patient() }));
    speaks(&world, &request).await;
    let said = steer(&world, &request).await;
    outcome(&world, &request, said).await;
    gate.notify_one();
    world.until(&request, in_review).await;
    assert!(model.texts_of_call(1).contains(SAID));
    let delivered = world.see(request.card.number).await.deliverables.remove(0);
    let version = deliverables::queries::version(&world.db, &world.owner, delivered.id, 2).await.unwrap();
    assert_eq!(version.body.as_deref(), Some("With the car park."));
    hand.leave().await;
}

/// A model that has not begun to answer is asked anew, with what was said.
#[sqlx::test(migrations = "../../migrations")]
async fn does_not_wait_for_an_answer_to_begin(pg: PgPool) {
    let world = AgentWorld::new(pg).await;
    let model = Scripted::new(vec![
        calls("make_plan", json!({ "steps": ["Read", "Write"] })),
        Reply::Silence,
        hands_in("With the car park."),
    ])
    .await;
    let request = world.ask("A letter", "Write a letter.", vec![]).await;
    let hand = world.work(model.backend());
    while model.asked().len() < 2 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let said = steer(&world, &request).await;
    let (done, reason) = outcome(&world, &request, said).await;
    assert_eq!(
        (done.as_str(), reason.as_str()),
        ("done", "Got it. I’ll take that into account from here on.")
    );
    world.until(&request, in_review).await;
    assert!(model.texts_of_call(2).contains(SAID));
    hand.leave().await;
}

/// What a model without tools had written when it was cut off is part of what it delivers.
#[sqlx::test(migrations = "../../migrations")]
async fn loses_no_words_of_a_model_without_tools(pg: PgPool) {
    let world = AgentWorld::new(pg).await;
    let model = Scripted::new(vec![
        Reply::Status(400, None, r#"{"error":"scripted does not support tools"}"#.into()),
        Reply::Stream(vec![Piece::Words("Dear client,"), Piece::Hang]),
        words_reply(" the car park is free."),
    ])
    .await;
    let request = world.ask("A letter", "Write a letter.", vec![]).await;
    let hand = world.work(model.backend());
    speaks(&world, &request).await;
    let said = steer(&world, &request).await;
    assert_eq!(outcome(&world, &request, said).await.0, "done");
    world.until(&request, in_review).await;
    let delivered = world.see(request.card.number).await.deliverables.remove(0);
    let version = deliverables::queries::version(&world.db, &world.owner, delivered.id, 1).await.unwrap();
    assert_eq!(version.body.as_deref(), Some("Dear client, the car park is free."));
    hand.leave().await;
}
