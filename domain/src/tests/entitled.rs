//! Nothing is worked on for a subscription that is not active, whatever path asks for it.

use chrono::TimeDelta;
use sqlx::PgPool;

use super::world::{LEASE, World};
use crate::testing::TestClient;
use crate::{
    Error,
    approvals::{self, AnswerOutcome, Audience, Question},
    billing::{
        Subscription, SubscriptionState,
        commands::{PauseOutcome, end_now, pause, resume},
        queries,
    },
    controls,
    deliverables::{self, Content},
    ids::ApprovalId,
    requests::{Column, commands},
    runs::{self, ClaimedRun, LeaseState},
    session::Choice,
};

async fn held(world: &World, house: &TestClient) -> Subscription {
    queries::find_subscription(&world.db, &world.operator, house.id).await.unwrap().unwrap()
}

async fn due(world: &World) -> Option<ClaimedRun> {
    runs::commands::claim_due(&world.db, "worker", LEASE).await.unwrap()
}

async fn ask(world: &World, claimed: &ClaimedRun) -> ApprovalId {
    let question = Question {
        question: "Send it?".into(),
        detail: String::new(),
        options: vec![Choice { key: "yes".into(), label: "Send it".into() }],
        open_for: 86_400,
        audience: Audience::Client,
    };
    approvals::commands::ask(&world.db, claimed, question).await.unwrap()
}

async fn deliver(world: &World, claimed: &ClaimedRun) -> crate::Result<()> {
    deliverables::commands::put(&world.db, claimed, "Lease", Content::Body("Done.".into())).await?;
    deliverables::commands::submit_for_review(&world.db, claimed).await
}

#[sqlx::test(migrations = "../migrations")]
async fn a_pause_waits_for_the_work_in_hand_and_the_time_goes_on(pool: PgPool) {
    let world = World::new(pool).await;
    let house = world.client("Harbor & Pine Law", 2).await;
    world.ask(&house, "Draft a lease").await;
    let claimed = world.claim().await;
    world.ask(&house, "Answer the court").await;
    let subscription = held(&world, &house).await;
    let (_, end) = subscription.period.unwrap();
    world.wait(TimeDelta::hours(1));
    let begins = pause(&world.db, &house.billing, subscription.id).await.unwrap();
    assert_eq!(begins, PauseOutcome::AfterWork);
    let waiting = held(&world, &house).await;
    assert_eq!((waiting.state, waiting.pausing), (SubscriptionState::Active, true));
    assert!(due(&world).await.is_none(), "nothing new is begun");
    world.wait(TimeDelta::hours(2));
    runs::commands::heartbeat(&world.db, &claimed, LEASE).await.unwrap();
    deliver(&world, &claimed).await.unwrap();
    let paused = held(&world, &house).await;
    assert_eq!((paused.state, paused.pausing), (SubscriptionState::Paused, false));
    assert_eq!(paused.banked_seconds, (end - world.db.now()).num_seconds(), "both hours were spent");
    assert!(due(&world).await.is_none());
    resume(&world.db, &house.owner, subscription.id).await.unwrap();
    assert!(due(&world).await.is_some(), "the second one goes on");
}

#[sqlx::test(migrations = "../migrations")]
async fn a_pause_that_waits_can_be_taken_back(pool: PgPool) {
    let world = World::new(pool).await;
    let house = world.client("Harbor & Pine Law", 2).await;
    world.ask(&house, "Draft a lease").await;
    let claimed = world.claim().await;
    let subscription = held(&world, &house).await;
    pause(&world.db, &house.owner, subscription.id).await.unwrap();
    world.ask(&house, "Answer the court").await;
    resume(&world.db, &house.owner, subscription.id).await.unwrap();
    assert!(due(&world).await.is_some(), "what waited for the pause begins");
    deliver(&world, &claimed).await.unwrap();
    let now = held(&world, &house).await;
    assert_eq!((now.state, now.period), (SubscriptionState::Active, subscription.period));
}

#[sqlx::test(migrations = "../migrations")]
async fn an_answer_is_kept_while_paused_and_worked_on_afterwards(pool: PgPool) {
    let world = World::new(pool).await;
    let house = world.client("Harbor & Pine Law", 1).await;
    let request = world.ask(&house, "Draft a lease").await.card.id;
    let claimed = world.claim().await;
    let approval = ask(&world, &claimed).await;
    let subscription = held(&world, &house).await.id;
    assert_eq!(pause(&world.db, &house.owner, subscription).await.unwrap(), PauseOutcome::Now);
    let answered = approvals::commands::answer(&world.db, &house.owner, approval, "yes").await.unwrap();
    let AnswerOutcome::Kept { label, goes_on } = answered else { panic!("{answered:?}") };
    assert_eq!(label, "Send it");
    assert_eq!(goes_on, "Work continues when the subscription is resumed.");
    assert_eq!(world.run_state(request).await, "queued");
    // The worker who waited for the answer delivers nothing with it.
    assert_eq!(runs::commands::heartbeat(&world.db, &claimed, LEASE).await.unwrap(), LeaseState::Lost);
    assert!(runs::is_lost(&deliver(&world, &claimed).await.unwrap_err()));
    let said = runs::commands::append_events(
        &world.db,
        &claimed,
        vec![crate::session::Part::TextStart { id: "a".into() }],
    )
    .await;
    assert!(runs::is_lost(&said.unwrap_err()));
    assert!(due(&world).await.is_none());
    resume(&world.db, &house.owner, subscription).await.unwrap();
    let next = due(&world).await.expect("the run, with its answer");
    assert_eq!((next.run, next.attempt), (claimed.run, 2));
    deliver(&world, &next).await.unwrap();
}

#[sqlx::test(migrations = "../migrations")]
async fn a_question_that_expires_while_paused_starts_nothing(pool: PgPool) {
    let world = World::new(pool).await;
    let house = world.client("Harbor & Pine Law", 1).await;
    let request = world.ask(&house, "Draft a lease").await.card.id;
    let claimed = world.claim().await;
    ask(&world, &claimed).await;
    pause(&world.db, &house.owner, held(&world, &house).await.id).await.unwrap();
    world.wait(TimeDelta::days(2));
    assert_eq!(approvals::commands::expire(&world.db).await.unwrap(), 1);
    assert_eq!(world.run_state(request).await, "queued");
    assert!(due(&world).await.is_none());
}

#[sqlx::test(migrations = "../migrations")]
async fn an_end_takes_the_work_from_whoever_is_at_it(pool: PgPool) {
    let world = World::new(pool).await;
    let house = world.client("Harbor & Pine Law", 2).await;
    let asked = world.ask(&house, "Draft a lease").await.card.id;
    world.ask(&house, "Answer the court").await;
    let (working, asking) = (world.claim().await, world.claim().await);
    let approval = ask(&world, &asking).await;
    end_now(&world.db, &world.operator, held(&world, &house).await.id).await.unwrap();
    assert_eq!(world.run_state(working.request).await, "queued");
    assert!(runs::is_lost(&deliver(&world, &working).await.unwrap_err()));
    let answered = approvals::commands::answer(&world.db, &house.member, approval, "yes").await.unwrap();
    let AnswerOutcome::Kept { goes_on, .. } = answered else { panic!("{answered:?}") };
    assert_eq!(goes_on, "Work continues when a new subscription starts.");
    assert!(due(&world).await.is_none());
    // Nor by hand, by a retry, or by what is said to nobody.
    let stopped = controls::commands::stop(&world.db, &world.operator, asked).await;
    assert!(stopped.is_ok());
    for refused in [
        runs::commands::retry(&world.db, &world.operator, asked).await,
        commands::move_to(&world.db, &world.operator, asked, Column::Waiting, None).await.map(|_| ()),
        commands::move_to(&world.db, &world.operator, asked, Column::InProgress, None).await.map(|_| ()),
    ] {
        if let Err(error) = refused {
            assert!(matches!(error, Error::Refused(_)), "{error:?}");
        }
    }
    controls::commands::steer(&world.db, &house.owner, asked, "Please go on.").await.unwrap();
    assert!(due(&world).await.is_none());
    assert_eq!(world.count("SELECT count(*) FROM run WHERE state = 'working'").await, 0);
}

#[sqlx::test(migrations = "../migrations")]
async fn a_program_that_rests_its_client_past_the_rule_delivers_nothing(pool: PgPool) {
    let world = World::new(pool).await;
    let house = world.client("Harbor & Pine Law", 1).await;
    world.ask(&house, "Draft a lease").await;
    let claimed = world.claim().await;
    for state in ["paused", "awaiting_payment", "ended"] {
        world.subscription_is(&house, state).await;
        assert!(runs::is_lost(&deliver(&world, &claimed).await.unwrap_err()), "{state}");
        assert!(runs::is_lost(&runs::commands::complete(&world.db, &claimed).await.unwrap_err()), "{state}");
    }
}

#[sqlx::test(migrations = "../migrations")]
async fn the_database_has_the_last_word(pool: PgPool) {
    let world = World::new(pool).await;
    let house = world.client("Harbor & Pine Law", 1).await;
    world.ask(&house, "Draft a lease").await;
    for state in ["paused", "awaiting_payment", "ended"] {
        world.subscription_is(&house, state).await;
        for from in ["queued", "suspended"] {
            sqlx::query("UPDATE run SET state = $1").bind(from).execute(&world.pool).await.unwrap();
            let taken = sqlx::query("UPDATE run SET state = 'working', lease_until = now()")
                .execute(&world.pool)
                .await
                .unwrap_err();
            let constraint = taken.as_database_error().and_then(|error| error.constraint());
            assert_eq!(constraint, Some("run_needs_subscription"), "{from} while {state}");
            sqlx::query("UPDATE run SET state = 'queued'").execute(&world.pool).await.ok();
            sqlx::query("ALTER TABLE run DISABLE TRIGGER run_arrows").execute(&world.pool).await.unwrap();
        }
    }
}
