//! The cycle's clock: it runs while the request is in progress, and only then.

use chrono::{DateTime, TimeDelta, Utc};
use sqlx::PgPool;

use super::world::World;
use crate::testing::TestClient;
use crate::{
    approvals::{self, Audience, Question},
    cycle::{ClockState, SpanKind},
    deliverables::{self, Content},
    requests::{Column, clock, commands},
    reviews, runs,
    session::Choice,
};

const HOUR: i64 = 3_600;

fn at(text: &str) -> i64 {
    text.parse::<DateTime<Utc>>().unwrap().timestamp_millis()
}

async fn reads(world: &World, house: &TestClient) -> (ClockState, i64, Option<i64>) {
    let card = world.request(house.id, 1).await.card;
    (card.cycle.state, card.cycle.left / HOUR, card.due_at)
}

async fn ask(world: &World, claimed: &runs::ClaimedRun) -> crate::ids::ApprovalId {
    let question = Question {
        question: "Which one?".into(),
        detail: String::new(),
        options: vec![Choice { key: "a".into(), label: "The first".into() }],
        open_for: 30 * 86_400,
        audience: Audience::Client,
    };
    approvals::commands::ask(&world.db, claimed, question).await.unwrap()
}

/// From Monday eight o'clock UTC: 48 hours of working days.
#[sqlx::test(migrations = "../migrations")]
async fn stands_still_while_it_waits_on_the_client(pool: PgPool) {
    let world = World::new(pool).await;
    let house = world.client("Harbor & Pine Law", 1).await;
    let asked = world.ask(&house, "Draft a lease").await;
    assert_eq!(reads(&world, &house).await, (ClockState::Running, 48, Some(at("2026-11-25T08:00:00Z"))));

    world.wait(TimeDelta::hours(10));
    assert_eq!(reads(&world, &house).await, (ClockState::Running, 38, Some(at("2026-11-25T08:00:00Z"))));
    let claimed = world.claim().await;
    let approval = ask(&world, &claimed).await;
    world.wait(TimeDelta::hours(20));
    assert_eq!(reads(&world, &house).await, (ClockState::Waiting, 38, None));
    approvals::commands::answer(&world.db, &house.owner, approval, "a").await.unwrap();
    assert_eq!(reads(&world, &house).await, (ClockState::Running, 38, Some(at("2026-11-26T04:00:00Z"))));

    deliverables::commands::put(&world.db, &claimed, "Lease", Content::Body("Draft".into())).await.unwrap();
    deliverables::commands::submit_for_review(&world.db, &claimed).await.unwrap();
    world.wait(TimeDelta::days(7));
    assert_eq!(
        reads(&world, &house).await,
        (ClockState::Waiting, 38, None),
        "a review waits on the client too"
    );
    reviews::commands::ask_for_change(&world.db, &house.owner, asked.card.id, "Shorter").await.unwrap();
    assert_eq!(reads(&world, &house).await.0, ClockState::Running);
    world.wait(TimeDelta::hours(2));
    assert_eq!(reads(&world, &house).await.1, 36);
    let spans: Vec<SpanKind> =
        world.request(house.id, 1).await.spans.into_iter().map(|span| span.kind).collect();
    use SpanKind::{Running, Waiting};
    assert_eq!(spans, [Running, Waiting, Running, Waiting, Running]);
}

#[sqlx::test(migrations = "../migrations")]
async fn stands_still_while_the_subscription_is_paused(pool: PgPool) {
    let world = World::new(pool).await;
    let house = world.client("Harbor & Pine Law", 2).await;
    world.ask(&house, "Draft a lease").await;
    world.ask(&house, "Answer the court").await;
    let claimed = world.claim().await;
    let approval = ask(&world, &claimed).await;
    world.wait(TimeDelta::hours(8));
    let pause = async |state: &str| {
        world.subscription_is(&house, state).await;
        let mut tx = world.db.begin(&world.operator).await.unwrap();
        match state {
            "active" => clock::resume_all_in(&mut tx, &world.operator, house.id).await.unwrap(),
            _ => clock::pause_all_in(&mut tx, &world.operator, house.id).await.unwrap(),
        }
        tx.commit().await.unwrap();
    };
    pause("paused").await;
    let state = async |number: u64| world.request(house.id, number).await.card.cycle.state;
    assert_eq!((state(1).await, state(2).await), (ClockState::Paused, ClockState::Paused));
    // An answer during the pause moves the card, and not the clock.
    approvals::commands::answer(&world.db, &house.owner, approval, "a").await.unwrap();
    assert_eq!(reads(&world, &house).await, (ClockState::Paused, 48, None));
    world.wait(TimeDelta::days(30));
    pause("active").await;
    assert_eq!(reads(&world, &house).await.0, ClockState::Running);
    assert_eq!(
        reads(&world, &house).await.1,
        48,
        "what waited 8 hours and was paused for 30 days used nothing"
    );
    assert_eq!(world.request(house.id, 2).await.card.cycle.left / HOUR, 40);
    assert_eq!(world.count("SELECT count(*) FROM cycle_span WHERE to_at IS NULL").await, 2);
}

#[sqlx::test(migrations = "../migrations")]
async fn stops_when_it_is_parked_or_done_and_goes_on_where_it_was(pool: PgPool) {
    let world = World::new(pool).await;
    let house = world.client("Harbor & Pine Law", 1).await;
    let asked = world.ask(&house, "Draft a lease").await;
    world.wait(TimeDelta::hours(5));
    commands::move_to(&world.db, &world.operator, asked.card.id, Column::Backlog, None).await.unwrap();
    assert_eq!(reads(&world, &house).await, (ClockState::Stopped, 43, None));
    world.wait(TimeDelta::days(1));
    commands::move_to(&world.db, &world.operator, asked.card.id, Column::InProgress, None).await.unwrap();
    assert_eq!(reads(&world, &house).await, (ClockState::Running, 43, Some(at("2026-11-26T08:00:00Z"))));
    let claimed = world.claim().await;
    deliverables::commands::put(&world.db, &claimed, "Lease", Content::Body("Draft".into())).await.unwrap();
    deliverables::commands::submit_for_review(&world.db, &claimed).await.unwrap();
    reviews::commands::approve(&world.db, &house.owner, asked.card.id).await.unwrap();
    world.wait(TimeDelta::days(3));
    assert_eq!(reads(&world, &house).await, (ClockState::Stopped, 43, None));
    assert_eq!(world.count("SELECT count(*) FROM cycle_span WHERE to_at IS NULL").await, 0);
}

#[sqlx::test(migrations = "../migrations")]
async fn counts_by_the_workspaces_own_calendar(pool: PgPool) {
    let world = World::new(pool).await;
    let calendar = serde_json::json!({
        "zone": "Europe/Berlin",
        "days": [{"from": "09:00", "to": "17:00"}, {"from": "09:00", "to": "17:00"}, null, null, null, null, null],
        "holidays": ["2026-11-24"],
    });
    sqlx::query("UPDATE workspace SET calendar = $1").bind(calendar).execute(&world.pool).await.unwrap();
    let house = world.client("Harbor & Pine Law", 1).await;
    sqlx::query("UPDATE subscription SET cycle_hours = 10").execute(&world.pool).await.unwrap();
    world.ask(&house, "Draft a lease").await;
    // It is nine in Berlin: eight hours today, none on Tuesday's holiday, the last two on the next Monday.
    assert_eq!(reads(&world, &house).await, (ClockState::Running, 10, Some(at("2026-11-30T10:00:00Z"))));
}
