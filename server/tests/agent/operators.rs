//! What operators alone are asked reaches the agent at work, whoever waits for it by then; also a limit of costs.

use std::sync::Arc;

use domain::{
    approvals::{self, Approval, Audience, Question},
    costs::{self, Spent, Subject},
    ids::AgentId,
    requests::Detail,
    session::{Choice, Part, RunState},
};
use server::agents::{Brain, End, Failure, Workbench};
use sqlx::PgPool;
use uuid::Uuid;

use super::{model::in_review, support::World};

/// Asks the operators once, and delivers what they said.
struct Asks;

#[async_trait::async_trait]
impl Brain for Asks {
    async fn work(&self, bench: &mut Workbench) -> Result<End, Failure> {
        let choice = |key: &str, label: &str| Choice { key: key.into(), label: label.into() };
        let question = Question {
            question: "May I write to the court?".into(),
            detail: String::new(),
            options: vec![choice("y", "Write to it"), choice("n", "Do not")],
            open_for: 3_600,
            audience: Audience::Operator,
        };
        let settled = bench.ask(question).await?;
        let said = format!("{} by {}", settled.label.unwrap_or_default(), settled.by);
        bench.deliver("Answer", &said).await?.unwrap();
        Ok(End::Review)
    }
}

/// Uses a dollar a step, three steps in all, and goes on where an earlier attempt was.
struct Spends;

#[async_trait::async_trait]
impl Brain for Spends {
    async fn work(&self, bench: &mut Workbench) -> Result<End, Failure> {
        for step in ["one", "two", "three"] {
            if bench.past().has_done(step) {
                continue;
            }
            bench.step(step, step, "", domain::session::StepState::Done).await?;
            let spent = Spent { key: step.into(), micros: Some(1_000_000), ..Spent::default() };
            bench.spent(&spent).await?;
        }
        bench.deliver("Answer", "All three.").await?.unwrap();
        Ok(End::Review)
    }
}

async fn open(world: &World) -> Approval {
    loop {
        if let Some(found) = approvals::open_for(&world.db, &world.operator).await.unwrap().pop() {
            return found;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
}

async fn agent(world: &World) -> AgentId {
    AgentId(
        sqlx::query_scalar::<_, Uuid>("SELECT agent_id FROM run LIMIT 1")
            .fetch_one(&world.root)
            .await
            .unwrap(),
    )
}

async fn delivered(world: &World, request: &Detail) -> bool {
    world.parts(request).await.iter().any(|part| matches!(part, Part::DataDeliverable { .. }))
}

#[sqlx::test(migrations = "../migrations")]
async fn the_operators_answer_reaches_the_agent(pool: PgPool) {
    let world = World::new(pool).await;
    let request = world.ask("A letter", "Write to the court.", vec![]).await;
    let hand = world.work(Arc::new(Asks));
    let asked = open(&world).await;
    approvals::answer(&world.db, &world.operator, asked.id, "y").await.unwrap();
    world.until(&request, in_review).await;
    assert!(world.everything().await.contains("Write to it by "), "{}", world.everything().await);
    hand.leave().await;
}

/// The worker dies while the question is open; the next one has the answer and does not ask again.
#[sqlx::test(migrations = "../migrations")]
async fn the_operators_answer_survives_the_worker(pool: PgPool) {
    let world = World::new(pool).await;
    let request = world.ask("A letter", "Write to the court.", vec![]).await;
    let hand = world.work(Arc::new(Asks));
    let asked = open(&world).await;
    hand.kill().await;
    approvals::answer(&world.db, &world.operator, asked.id, "n").await.unwrap();
    assert!(world.lease_runs_out().await);
    let hand = world.work(Arc::new(Asks));
    world.until(&request, in_review).await;
    let asked: i64 =
        sqlx::query_scalar("SELECT count(*) FROM approval").fetch_one(&world.root).await.unwrap();
    assert_eq!(asked, 1);
    assert!(world.everything().await.contains("Do not by "));
    hand.leave().await;
}

/// The work stands before the limit is passed, goes on where it was when the limit is raised, and the client's
/// conversation says nothing of money.
#[sqlx::test(migrations = "../migrations")]
async fn a_limit_stops_the_work_until_it_is_raised(pool: PgPool) {
    let world = World::new(pool).await;
    let request = world.ask("A letter", "Write to the court.", vec![]).await;
    let juno = agent(&world).await;
    costs::set_limit(&world.db, &world.operator, Subject::Agent(juno), "2.50").await.unwrap();
    let hand = world.work(Arc::new(Spends));
    let asked = open(&world).await;
    assert!(asked.question.contains("limit of $2.50"), "{}", asked.question);
    assert!(!delivered(&world, &request).await);
    let spent: i64 =
        sqlx::query_scalar("SELECT sum(micros)::bigint FROM spend").fetch_one(&world.root).await.unwrap();
    assert_eq!(spent, 2_000_000, "a third step would pass it");
    approvals::answer(&world.db, &world.operator, asked.id, "raise").await.unwrap();
    world.until(&request, in_review).await;
    let parts = world.parts(&request).await;
    let steps = parts.iter().filter(|part| matches!(part, Part::DataStep { .. })).count();
    assert_eq!(steps, 3, "none is done twice");
    let told = format!("{parts:?}");
    assert!(!told.contains("limit") && !told.contains('$'), "{told}");
    hand.leave().await;
}

#[sqlx::test(migrations = "../migrations")]
async fn a_limit_that_is_not_raised_ends_the_work(pool: PgPool) {
    let world = World::new(pool).await;
    let request = world.ask("A letter", "Write to the court.", vec![]).await;
    let juno = agent(&world).await;
    costs::set_limit(&world.db, &world.operator, Subject::Agent(juno), "1").await.unwrap();
    let hand = world.work(Arc::new(Spends));
    let asked = open(&world).await;
    approvals::answer(&world.db, &world.operator, asked.id, "stop").await.unwrap();
    let failed = |event: &domain::session::Event| match &event.part {
        Part::DataRun { state: RunState::Failed, failure, .. } => failure.clone(),
        _ => None,
    };
    let words = world.until(&request, failed).await;
    assert!(words.starts_with("We have put this work aside") && !words.contains('$'), "{words}");
    hand.leave().await;
}
