//! Hermes, the portal or the line between them break: the run goes on or ends, and nothing is missing or said twice.

use std::time::Duration;

use chrono::TimeDelta;
use domain::{
    approvals, controls,
    session::{Event, Part},
};
use serde_json::json;
use sqlx::PgPool;

use super::{
    desk::{
        another, answered_at_once, asked, in_review, questions, read_words, sees_it_done, speaks,
        work_until_text,
    },
    hermes::{HermesProgram, LETTER, backend, backend_with, kept, steps},
    script::{ScriptedTurn, calls, words_turn},
    scripted::Scripted,
    support::PATIENCE,
};

fn script() -> Vec<ScriptedTurn> {
    vec![
        calls("First I look at what there is.", "terminal", json!({ "command": "echo one" })),
        calls(
            "Then I look at the rest, which takes me a while.",
            "terminal",
            json!({ "command": "echo two" }),
        ),
        words_turn(LETTER),
    ]
}

#[sqlx::test(migrations = "../migrations")]
#[ignore = "needs real programs: make test-agents"]
async fn the_line_is_cut(pg: PgPool) {
    let model = Scripted::new(script()).await;
    let Some(hermes) = HermesProgram::start(&model).await else { return };
    let world = hermes.world(pg).await;
    for wanted in ["First I", "the rest, which", "Dear client"] {
        let (request, hand) = work_until_text(&world, &model, backend(), wanted).await;
        hermes.line.cut();
        sees_it_done(&world, &model, &request, hand).await;
        assert_eq!(steps(&world, &request).await.len(), 2);
        assert_eq!(kept(&world).await["turn"], 1, "the same run went on");
    }
    model.is_content();
}

#[sqlx::test(migrations = "../migrations")]
#[ignore = "needs real programs: make test-agents"]
async fn the_portal_is_restarted(pg: PgPool) {
    let model = Scripted::new(script()).await;
    let Some(hermes) = HermesProgram::start(&model).await else { return };
    let world = hermes.world(pg).await;
    for wanted in ["First I", "the rest, which", "Dear client"] {
        let before = model.asked().len();
        let (request, hand) = work_until_text(&world, &model, backend(), wanted).await;
        hand.kill().await;
        let hand = another(&world, backend()).await;
        sees_it_done(&world, &model, &request, hand).await;
        assert_eq!(model.asked().len() - before, 3, "nothing is done twice");
        let backstage = world.events(request.backstage_stream.unwrap()).await;
        let raw = |event: &&Event| {
            matches!(event.part, Part::ToolInputAvailable { .. } | Part::ToolOutputAvailable { .. })
        };
        assert_eq!(backstage.iter().filter(raw).count(), 4);
    }
    model.is_content();
}

/// Its last word is said, and the portal is killed before it is handed in: nothing is left to ask Hermes for.
#[sqlx::test(migrations = "../migrations")]
#[ignore = "needs real programs: make test-agents"]
async fn the_portal_is_killed_before_it_hands_in(pg: PgPool) {
    let model = Scripted::new(script()).await;
    let Some(hermes) = HermesProgram::start(&model).await else { return };
    let world = hermes.world(pg).await;
    let mut closed = world.pool.begin().await.unwrap();
    sqlx::query("LOCK TABLE deliverable IN EXCLUSIVE MODE").execute(&mut *closed).await.unwrap();
    let request = world.ask("New fees", "Write a letter.", vec![]).await;
    let hand = world.work(backend());
    let ends = async {
        let last = "SELECT kept->>'last' FROM run";
        let last = || sqlx::query_scalar::<_, Option<String>>(last).fetch_one(&world.pool);
        while last().await.unwrap().is_none() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(PATIENCE, ends).await.expect("it ends");
    hand.kill().await;
    closed.rollback().await.unwrap();
    let hand = another(&world, backend()).await;
    sees_it_done(&world, &model, &request, hand).await;
    assert_eq!(kept(&world).await["turn"], 1, "nothing was begun anew");
    model.is_content();
}

#[sqlx::test(migrations = "../migrations")]
#[ignore = "needs real programs: make test-agents"]
async fn hermes_is_killed(pg: PgPool) {
    let model = Scripted::new(script()).await;
    let Some(mut hermes) = HermesProgram::start(&model).await else { return };
    let world = hermes.world(pg).await;
    for wanted in ["First I", "the rest, which"] {
        let (request, hand) = work_until_text(&world, &model, backend(), wanted).await;
        hermes.kill().await;
        hermes.run().await;
        sees_it_done(&world, &model, &request, hand).await;
        assert_eq!(kept(&world).await["turn"], 2);
    }
    model.is_content();
}

#[sqlx::test(migrations = "../migrations")]
#[ignore = "needs real programs: make test-agents"]
async fn hermes_does_not_come_back(pg: PgPool) {
    let model = Scripted::new(script()).await;
    let Some(mut hermes) = HermesProgram::start(&model).await else { return };
    let world = hermes.world(pg).await;
    let hasty = backend_with(Duration::from_secs(5));
    let (request, hand) = work_until_text(&world, &model, hasty, "First I").await;
    hermes.kill().await;
    let failed = |event: &Event| match &event.part {
        Part::DataRun { failure, .. } => failure.clone(),
        _ => None,
    };
    let words = world.until(&request, failed).await;
    assert!(words.contains("didn’t respond") && words.contains("try again"), "{words}");
    hand.leave().await;
}

fn asks() -> Vec<ScriptedTurn> {
    vec![
        calls("I clean up.", "terminal", json!({ "command": "rm -rf /tmp/throughline-nothing-here" })),
        words_turn(LETTER),
    ]
}

#[sqlx::test(migrations = "../migrations")]
#[ignore = "needs real programs: make test-agents"]
async fn a_permission_survives_a_restart_and_has_one_winner(pg: PgPool) {
    let model = Scripted::new(asks()).await;
    let Some(hermes) = HermesProgram::start(&model).await else { return };
    let world = hermes.world(pg).await;
    let request = world.ask("New fees", "Write a letter.", vec![]).await;
    let hand = world.work(backend());
    let approval = asked(&world, 0).await;
    hand.kill().await;
    let allowed = answered_at_once(&world, &approval).await;
    let hand = another(&world, backend()).await;
    world.until(&request, in_review).await;
    hand.leave().await;
    assert_eq!(read_words(&world, &request).await, model.whole());
    let told = model.asked()[1]["messages"].to_string();
    assert_eq!(told.contains("was approved by the user"), allowed, "{told}");
    assert_eq!(questions(&world).await, 1, "it is asked once");
}

#[sqlx::test(migrations = "../migrations")]
#[ignore = "needs real programs: make test-agents"]
async fn nobody_answers_and_it_is_not_allowed(pg: PgPool) {
    let model = Scripted::new(asks()).await;
    let Some(hermes) = HermesProgram::start(&model).await else { return };
    let world = hermes.world(pg).await;
    let request = world.ask("New fees", "Write a letter.", vec![]).await;
    let hand = world.work(backend());
    asked(&world, 0).await;
    world.db.clock().advance(TimeDelta::days(3));
    assert_eq!(approvals::commands::expire(&world.db).await.unwrap(), 1);
    world.until(&request, in_review).await;
    hand.leave().await;
    assert!(model.asked()[1]["messages"].to_string().to_lowercase().contains("denied"));
}

#[sqlx::test(migrations = "../migrations")]
#[ignore = "needs real programs: make test-agents"]
async fn a_stop_while_it_waits_reaches_it(pg: PgPool) {
    let model = Scripted::new(asks()).await;
    let Some(hermes) = HermesProgram::start(&model).await else { return };
    let world = hermes.world(pg).await;
    let request = world.ask("New fees", "Write a letter.", vec![]).await;
    let hand = world.work(backend());
    asked(&world, 0).await;
    let run = kept(&world).await["run"].as_str().unwrap().to_owned();
    controls::commands::stop(&world.db, &world.operator, request.card.id).await.unwrap();
    hermes.stops(&run).await;
    assert_eq!(world.run_state(request.card.id).await, "cancelled");
    hand.leave().await;
}

/// The worker that had the run was killed, and Hermes works on: it hears of a stop all the same, from a server that never
/// had the run.
#[sqlx::test(migrations = "../migrations")]
#[ignore = "needs real programs: make test-agents"]
async fn a_stop_while_its_worker_is_gone_reaches_it(pg: PgPool) {
    let model = Scripted::new(script()).await;
    let Some(hermes) = HermesProgram::start(&model).await else { return };
    let world = hermes.world(pg).await;
    let request = world.ask("New fees", "Write a letter.", vec![]).await;
    model.stand_at("First I");
    let hand = world.work(backend());
    speaks(&world, &request, "First I").await;
    let run = kept(&world).await["run"].as_str().unwrap().to_owned();
    hand.kill().await;
    let other = world.work(backend());
    assert_eq!(hermes.status(&run).await, "running");
    controls::commands::stop(&world.db, &world.owner, request.card.id).await.unwrap();
    hermes.stops(&run).await;
    world.lease_runs_out().await;
    assert_eq!(world.run_state(request.card.id).await, "cancelled");
    other.leave().await;
}

/// Nobody was there at all when it was stopped: whoever comes next tells it.
#[sqlx::test(migrations = "../migrations")]
#[ignore = "needs real programs: make test-agents"]
async fn a_stop_while_nobody_is_there_reaches_it_later(pg: PgPool) {
    let model = Scripted::new(asks()).await;
    let Some(hermes) = HermesProgram::start(&model).await else { return };
    let world = hermes.world(pg).await;
    let request = world.ask("New fees", "Write a letter.", vec![]).await;
    let hand = world.work(backend());
    asked(&world, 0).await;
    let run = kept(&world).await["run"].as_str().unwrap().to_owned();
    hand.kill().await;
    // Asked before the stop, of which the one that is killed may still hear.
    assert_eq!(hermes.status(&run).await, "waiting_for_approval");
    controls::commands::stop(&world.db, &world.operator, request.card.id).await.unwrap();
    assert_eq!(world.run_state(request.card.id).await, "cancelled");
    let next = world.work(backend());
    hermes.stops(&run).await;
    next.leave().await;
}
