//! The worker dies, leaves, is slow or is taken for dead: another attempt goes on, and nothing is missing or said twice.

use std::{sync::Arc, time::Duration};

use agents::{
    AgentBackend, AttemptContext, AttemptEnd, AttemptFailure,
    built_in::{Rehearsal, RehearsalPace},
};
use chrono::TimeDelta;
use domain::{
    approvals, controls,
    requests::Detail,
    runs,
    session::{Body, Event, Part},
};
use sqlx::PgPool;
use tokio::sync::Notify;

use super::{
    model::in_review,
    scripted::{Piece, Reply, Scripted, hands_in},
    support::{AgentWorld, PATIENCE},
};

const BRIEF: &str = "- Write a letter to all clients\n- Put the office hours on one page";
const LEASE: Duration = Duration::from_secs(30);

fn rehearsal() -> Arc<Rehearsal> {
    Arc::new(Rehearsal::new(RehearsalPace::Instant))
}

/// Answers the question as soon as it is asked.
async fn answer(world: &AgentWorld, request: &Detail) {
    let asked = |event: &Event| match &event.part {
        Part::DataApproval { approval, .. } => Some(*approval),
        _ => None,
    };
    let approval = world.until(request, asked).await;
    approvals::commands::answer(&world.db, &world.member, approval, "order-2").await.unwrap();
}

/// What the agent said and did, as a reader has it in the end.
async fn story(world: &AgentWorld, request: &Detail) -> (String, Vec<String>) {
    let said = world.conversation(request.session_stream).await;
    let words = said.entries.iter().filter_map(|entry| match &entry.body {
        Body::Words { text, writing } => {
            assert!(!writing, "nothing is left open");
            Some(text.as_str())
        }
        _ => None,
    });
    let rest = said.entries.iter().filter_map(|entry| match &entry.body {
        Body::Step { title, state, .. } => Some(format!("{title} {state:?}")),
        Body::Plan { steps } => Some(format!("{steps:?}")),
        Body::Approval { question, settled, .. } => {
            Some(format!("{question} {:?}", settled.as_ref().map(|s| &s.label)))
        }
        Body::Deliverable { title, version, .. } => Some(format!("{title} {version}")),
        _ => None,
    });
    (words.collect(), rest.collect())
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_worker_may_die_anywhere(pg: PgPool) {
    let world = AgentWorld::new(pg).await;
    let whole = world.ask("Whole", BRIEF, vec![]).await;
    let hand = world.work(rehearsal());
    answer(&world, &whole).await;
    world.until(&whole, in_review).await;
    hand.kill().await;
    let wanted = story(&world, &whole).await;
    let events = world.events(whole.session_stream).await.iter().filter(|event| event.run.is_some()).count();
    domain::reviews::commands::approve(&world.db, &world.owner, whole.card.id).await.unwrap();

    assert!(events > 40, "{events}");
    for after in (1..events - 2).step_by(7) {
        let request = world.ask("Whole", BRIEF, vec![]).await;
        let dies = async {
            let (hand, mut seen) = (world.work(rehearsal()), 0);
            let enough = |event: &Event| {
                seen += usize::from(event.run.is_some());
                (seen > after).then_some(())
            };
            world.until(&request, enough).await;
            hand.kill().await;
            take_back(&world, &request).await;
            let hand = world.work(rehearsal());
            world.until(&request, in_review).await;
            hand.kill().await;
        };
        tokio::join!(dies, answer(&world, &request));
        let told = story(&world, &request).await;
        assert_eq!(told, wanted, "killed after {after} events");
        domain::reviews::commands::approve(&world.db, &world.owner, request.card.id).await.unwrap();
    }
}

/// Takes a dead worker's run back: at once if it was at work, once it is answered if it waited.
async fn take_back(world: &AgentWorld, request: &Detail) {
    let answered = |event: &Event| matches!(event.part, Part::DataAnswer { .. }).then_some(());
    loop {
        match world.run_state(request.card.id).await.as_str() {
            "working" if world.lease_runs_out().await => return,
            // Its last breath was a question.
            "working" => {}
            "suspended" => world.until(request, answered).await,
            _ => return,
        }
    }
}

/// Connections break at any moment for a while: what was sent may have been stored or not.
#[sqlx::test(migrations = "../../migrations")]
async fn the_database_may_hang_up_again_and_again(pg: PgPool) {
    let world = AgentWorld::new(pg).await;
    let calm = world.ask("Whole", BRIEF, vec![]).await;
    let hand = world.work(rehearsal());
    answer(&world, &calm).await;
    world.until(&calm, in_review).await;
    hand.leave().await;
    let wanted = story(&world, &calm).await;

    let request = world.ask("Whole", BRIEF, vec![]).await;
    let hand = world.work(rehearsal());
    let hang_up = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
                   WHERE datname = current_database() AND pid <> pg_backend_pid()";
    for _ in 0..6 {
        let _ = sqlx::query(hang_up).execute(&world.pool).await;
        tokio::time::sleep(Duration::from_millis(120)).await;
    }
    // What the server's own jobs do: take back what nobody holds.
    let jobs = async {
        loop {
            world.db.clock().advance(TimeDelta::seconds(1));
            let _ = runs::commands::reap(&world.db).await;
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    let way = async {
        answer(&world, &request).await;
        world.until(&request, in_review).await;
    };
    tokio::select! {
        () = way => {}
        () = jobs => {}
    }
    assert_eq!(story(&world, &request).await, wanted);
    hand.leave().await;
}

/// Two requests and one place: the one that waits for an answer does not keep the other waiting.
#[sqlx::test(migrations = "../../migrations")]
async fn who_waits_takes_nobodys_place(pg: PgPool) {
    let world = AgentWorld::new(pg).await;
    let requests = [world.ask("One", BRIEF, vec![]).await, world.ask("Two", BRIEF, vec![]).await];
    let hand = world.work_on(rehearsal(), 1);
    let asked = |event: &Event| match &event.part {
        Part::DataApproval { approval, .. } => Some(*approval),
        _ => None,
    };
    let approvals = [world.until(&requests[0], asked).await, world.until(&requests[1], asked).await];
    for (request, approval) in requests.iter().zip(approvals).rev() {
        approvals::commands::answer(&world.db, &world.owner, approval, "order-1").await.unwrap();
        world.until(request, in_review).await;
    }
    hand.leave().await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_server_that_leaves_gives_its_work_back(pg: PgPool) {
    let world = AgentWorld::new(pg).await;
    let request = world.ask("Fees", BRIEF, vec![]).await;
    let hand = world.work(Arc::new(Rehearsal::new(RehearsalPace::Reading)));
    world.until(&request, |event| matches!(event.part, Part::TextDelta { .. }).then_some(())).await;
    hand.leave().await;
    assert_eq!(world.run_state(request.card.id).await, "queued");
    let left: i32 =
        sqlx::query_scalar("SELECT max_attempts - attempt FROM run").fetch_one(&world.pool).await.unwrap();
    assert_eq!(left, 3, "the attempt that was given back does not count");
    let hand = world.work(rehearsal());
    answer(&world, &request).await;
    world.until(&request, in_review).await;
    hand.leave().await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_model_goes_on_where_the_last_attempt_broke_off(pg: PgPool) {
    let world = AgentWorld::new(pg).await;
    let model = Scripted::new(vec![
        Reply::Stream(vec![Piece::Words("I have read the fees."), Piece::Hang]),
        hands_in("Dear client."),
    ])
    .await;
    let request = world.ask("Fees", "Write a letter.", vec![]).await;
    let hand = world.work(model.backend());
    world.until(&request, |event| matches!(event.part, Part::TextDelta { .. }).then_some(())).await;
    hand.kill().await;
    assert!(world.lease_runs_out().await);
    let hand = world.work(model.backend());
    world.until(&request, in_review).await;
    assert!(model.texts_of_call(1).contains("Juno: I have read the fees."));
    let (words, _) = story(&world, &request).await;
    assert_eq!(words, "I have read the fees.");
    hand.leave().await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn who_lost_the_lease_is_refused(pg: PgPool) {
    let world = AgentWorld::new(pg).await;
    let request = world.ask("Fees", BRIEF, vec![]).await;
    let zombie = runs::commands::claim_due(&world.db, "zombie", LEASE).await.unwrap().unwrap();
    assert!(world.lease_runs_out().await);
    let heir = runs::commands::claim_due(&world.db, "heir", LEASE).await.unwrap().unwrap();
    let words = |id: &str| vec![Part::TextDelta { id: id.into(), delta: "Boo".into() }];
    assert!(runs::is_lost(&runs::commands::append_events(&world.db, &zombie, words("z")).await.unwrap_err()));
    assert!(runs::is_lost(
        &runs::commands::append_backstage(&world.db, &zombie, words("z")).await.unwrap_err()
    ));
    let deliver = domain::deliverables::Content::Body("Boo".into());
    assert!(runs::is_lost(
        &domain::deliverables::commands::put(&world.db, &zombie, "Boo", deliver).await.unwrap_err()
    ));
    runs::commands::append_events(&world.db, &heir, words("h")).await.unwrap();
    let said = world.parts(request.session_stream).await;
    assert_eq!(said.iter().filter(|part| matches!(part, Part::TextDelta { .. })).count(), 1);
}

/// A backend that does nothing, and says when it is left.
struct Sleeper(Arc<Notify>);

struct Left(Arc<Notify>);

impl Drop for Left {
    fn drop(&mut self) {
        self.0.notify_one();
    }
}

#[async_trait::async_trait]
impl AgentBackend for Sleeper {
    async fn work(&self, context: &mut AttemptContext) -> Result<AttemptEnd, AttemptFailure> {
        let _left = Left(Arc::clone(&self.0));
        context.append(vec![Part::TextStart { id: "s".into() }]).await?;
        std::future::pending().await
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn what_is_taken_away_is_left_at_once(pg: PgPool) {
    let world = AgentWorld::new(pg).await;
    let request = world.ask("Fees", BRIEF, vec![]).await;
    let left = Arc::new(Notify::new());
    let hand = world.work(Arc::new(Sleeper(Arc::clone(&left))));
    world.until(&request, |event| matches!(event.part, Part::TextStart { .. }).then_some(())).await;
    domain::requests::commands::withdraw(&world.db, &world.owner, request.card.id).await.unwrap();
    tokio::time::timeout(PATIENCE, left.notified()).await.expect("it is left");
    assert_eq!(world.run_state(request.card.id).await, "cancelled");
    hand.leave().await;
}

struct Panicker;

#[async_trait::async_trait]
impl AgentBackend for Panicker {
    async fn work(&self, _: &mut AttemptContext) -> Result<AttemptEnd, AttemptFailure> {
        panic!("on purpose");
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_panic_ends_the_run_in_words(pg: PgPool) {
    let world = AgentWorld::new(pg).await;
    let request = world.ask("Fees", BRIEF, vec![]).await;
    let hand = world.work(Arc::new(Panicker));
    let words = world.until(&request, super::model::failed).await;
    assert!(words.contains("something went wrong on our end") && words.contains("try again"), "{words}");
    hand.leave().await;
}

/// Nobody hears the stop: the server answers for the agent.
#[sqlx::test(migrations = "../../migrations")]
async fn a_stop_that_nobody_hears_is_answered_all_the_same(pg: PgPool) {
    let world = AgentWorld::new(pg).await;
    let request = world.ask("Fees", BRIEF, vec![]).await;
    let deaf = runs::commands::claim_due(&world.db, "deaf", LEASE).await.unwrap().unwrap();
    let stop = controls::commands::stop(&world.db, &world.owner, request.card.id).await.unwrap();
    assert_eq!(stop.settled, None);
    world.db.clock().advance(TimeDelta::seconds(16));
    assert_eq!(controls::commands::expire(&world.db).await.unwrap(), 1);
    let outcome = |event: &Event| match &event.part {
        Part::DataOutcome { outcome, .. } => Some(outcome.clone()),
        _ => None,
    };
    assert_eq!(world.until(&request, outcome).await, "no_answer");
    assert_eq!(world.run_state(request.card.id).await, "cancelled");
    let late = runs::commands::append_events(&world.db, &deaf, vec![Part::TextEnd { id: "t".into() }])
        .await
        .unwrap_err();
    assert!(runs::is_lost(&late));
}
