//! What operators alone are asked reaches the agent at work, whoever waits for it by then; also a limit of costs.

use std::sync::Arc;

use agents::{AgentBackend, AttemptContext, AttemptEnd, AttemptFailure};
use domain::{
    approvals::{self, Approval, Audience, Question},
    costs::{self, Subject, UsageReport},
    ids::AgentId,
    requests::Detail,
    session::{Choice, Part, RunState},
};
use serde_json::json;
use sqlx::PgPool;
use uuid::Uuid;

use super::{
    model::in_review,
    scripted::{Reply, Scripted, calls, hands_in},
    support::AgentWorld,
};

/// Asks the operators once, and delivers what they said.
struct Asks;

#[async_trait::async_trait]
impl AgentBackend for Asks {
    async fn work(&self, context: &mut AttemptContext) -> Result<AttemptEnd, AttemptFailure> {
        let choice = |key: &str, label: &str| Choice { key: key.into(), label: label.into() };
        let question = Question {
            question: "May I write to the court?".into(),
            detail: String::new(),
            options: vec![choice("y", "Write to it"), choice("n", "Do not")],
            open_for: 3_600,
            audience: Audience::Operator,
        };
        let settled = context.ask(question).await?;
        let said = format!("{} by {}", settled.label.unwrap_or_default(), settled.by);
        context.deliver("Answer", &said).await?.unwrap();
        Ok(AttemptEnd::Review)
    }
}

/// Uses a dollar a step, three steps in all, and goes on where an earlier attempt was.
struct Spends;

#[async_trait::async_trait]
impl AgentBackend for Spends {
    async fn work(&self, context: &mut AttemptContext) -> Result<AttemptEnd, AttemptFailure> {
        for step in ["one", "two", "three"] {
            if context.history().has_done(step) {
                continue;
            }
            context.step(step, step, "", domain::session::StepState::Done).await?;
            let spent = UsageReport { key: step.into(), micros: Some(1_000_000), ..UsageReport::default() };
            context.record_usage(&spent).await?;
        }
        context.deliver("Answer", "All three.").await?.unwrap();
        Ok(AttemptEnd::Review)
    }
}

async fn open(world: &AgentWorld) -> Approval {
    loop {
        if let Some(found) = approvals::queries::list_open(&world.db, &world.operator).await.unwrap().pop() {
            return found;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
}

async fn agent(world: &AgentWorld) -> AgentId {
    AgentId(
        sqlx::query_scalar::<_, Uuid>("SELECT agent_id FROM run LIMIT 1")
            .fetch_one(&world.pool)
            .await
            .unwrap(),
    )
}

async fn delivered(world: &AgentWorld, request: &Detail) -> bool {
    world.parts(request.session_stream).await.iter().any(|part| matches!(part, Part::DataDeliverable { .. }))
}

#[sqlx::test(migrations = "../../migrations")]
async fn the_operators_answer_reaches_the_agent(pool: PgPool) {
    let world = AgentWorld::new(pool).await;
    let request = world.ask("A letter", "Write to the court.", vec![]).await;
    let hand = world.work(Arc::new(Asks));
    let asked = open(&world).await;
    approvals::commands::answer(&world.db, &world.operator, asked.id, "y").await.unwrap();
    world.until(&request, in_review).await;
    assert!(world.everything().await.contains("Write to it by "), "{}", world.everything().await);
    hand.leave().await;
}

/// The worker dies while the question is open; the next one has the answer and does not ask again.
#[sqlx::test(migrations = "../../migrations")]
async fn the_operators_answer_survives_the_worker(pool: PgPool) {
    let world = AgentWorld::new(pool).await;
    let request = world.ask("A letter", "Write to the court.", vec![]).await;
    let hand = world.work(Arc::new(Asks));
    let asked = open(&world).await;
    hand.kill().await;
    approvals::commands::answer(&world.db, &world.operator, asked.id, "n").await.unwrap();
    assert!(world.lease_runs_out().await);
    let hand = world.work(Arc::new(Asks));
    world.until(&request, in_review).await;
    let asked: i64 =
        sqlx::query_scalar("SELECT count(*) FROM approval").fetch_one(&world.pool).await.unwrap();
    assert_eq!(asked, 1);
    assert!(world.everything().await.contains("Do not by "));
    hand.leave().await;
}

fn asks_to_send() -> Reply {
    calls(
        "request_approval",
        json!({ "question": "May I send the letter?", "detail": "To 40 people.", "options": ["Send it", "Do not"] }),
    )
}

/// A model asks, the run stands, and the model goes on by the answer. Before the client there is nothing of it.
#[sqlx::test(migrations = "../../migrations")]
async fn a_model_asks_for_an_approval(pool: PgPool) {
    let world = AgentWorld::new(pool).await;
    let model = Scripted::new(vec![asks_to_send(), hands_in("Sent.")]).await;
    let request = world.ask("A letter", "Send it to all.", vec![]).await;
    let hand = world.work(model.backend());
    let asked = open(&world).await;
    assert_eq!((asked.question.as_str(), asked.detail.as_str()), ("May I send the letter?", "To 40 people."));
    assert_eq!(asked.audience, Audience::Operator);
    assert_eq!(world.run_state(request.card.id).await, "suspended");
    approvals::commands::answer(&world.db, &world.operator, asked.id, "1").await.unwrap();
    world.until(&request, in_review).await;
    assert!(
        model.texts_of_call(1).contains("Olive Operator answered: Send it"),
        "{}",
        model.texts_of_call(1)
    );
    let told = format!("{:?}", world.parts(request.session_stream).await);
    assert!(!told.contains("May I send"), "{told}");
    hand.leave().await;
}

/// The server is gone while the question is open: the next attempt's model has the answer, and nothing is asked twice.
#[sqlx::test(migrations = "../../migrations")]
async fn a_models_approval_survives_the_worker(pool: PgPool) {
    let world = AgentWorld::new(pool).await;
    let model = Scripted::new(vec![asks_to_send(), asks_to_send(), hands_in("Not sent.")]).await;
    let request = world.ask("A letter", "Send it to all.", vec![]).await;
    let hand = world.work(model.backend());
    let asked = open(&world).await;
    hand.kill().await;
    approvals::commands::answer(&world.db, &world.operator, asked.id, "2").await.unwrap();
    assert!(world.lease_runs_out().await);
    let hand = world.work(model.backend());
    world.until(&request, in_review).await;
    let answer = "May I send the letter? Olive Operator answered: Do not";
    assert!(model.texts_of_call(1).contains(answer), "{}", model.texts_of_call(1));
    assert!(
        model.texts_of_call(2).matches("Olive Operator answered: Do not").count() == 2,
        "asked again, it is told again"
    );
    let asked: i64 =
        sqlx::query_scalar("SELECT count(*) FROM approval").fetch_one(&world.pool).await.unwrap();
    assert_eq!(asked, 1);
    hand.leave().await;
}

/// The work stands before the limit is passed, goes on where it was when the limit is raised, and the client's
/// conversation says nothing of money.
#[sqlx::test(migrations = "../../migrations")]
async fn a_limit_stops_the_work_until_it_is_raised(pool: PgPool) {
    let world = AgentWorld::new(pool).await;
    let request = world.ask("A letter", "Write to the court.", vec![]).await;
    let juno = agent(&world).await;
    costs::commands::set_limit(&world.db, &world.operator, Subject::Agent(juno), "2.50").await.unwrap();
    let hand = world.work(Arc::new(Spends));
    let asked = open(&world).await;
    assert!(asked.question.contains("$2.50 limit"), "{}", asked.question);
    assert!(!delivered(&world, &request).await);
    let spent: i64 =
        sqlx::query_scalar("SELECT sum(micros)::bigint FROM spend").fetch_one(&world.pool).await.unwrap();
    assert_eq!(spent, 2_000_000, "a third step would pass it");
    approvals::commands::answer(&world.db, &world.operator, asked.id, "raise").await.unwrap();
    world.until(&request, in_review).await;
    let parts = world.parts(request.session_stream).await;
    let steps = parts.iter().filter(|part| matches!(part, Part::DataStep { .. })).count();
    assert_eq!(steps, 3, "none is done twice");
    let told = format!("{parts:?}");
    assert!(!told.contains("limit") && !told.contains('$'), "{told}");
    hand.leave().await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_limit_that_is_not_raised_ends_the_work(pool: PgPool) {
    let world = AgentWorld::new(pool).await;
    let request = world.ask("A letter", "Write to the court.", vec![]).await;
    let juno = agent(&world).await;
    costs::commands::set_limit(&world.db, &world.operator, Subject::Agent(juno), "1").await.unwrap();
    let hand = world.work(Arc::new(Spends));
    let asked = open(&world).await;
    approvals::commands::answer(&world.db, &world.operator, asked.id, "stop").await.unwrap();
    let failed = |event: &domain::session::Event| match &event.part {
        Part::DataRun { state: RunState::Failed, failure, .. } => failure.clone(),
        _ => None,
    };
    let words = world.until(&request, failed).await;
    assert!(words.starts_with("We’ve put this work on hold") && !words.contains('$'), "{words}");
    hand.leave().await;
}
