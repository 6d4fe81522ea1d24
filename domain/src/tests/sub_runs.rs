//! Several agents at once in one session: who helps, what comes of it, and that nobody is left behind.

use std::sync::Arc;

use chrono::TimeDelta;
use sqlx::PgPool;
use tokio::task::JoinSet;

use super::world::{LEASE, World};
use crate::testing::TestClient;
use crate::{
    Error,
    agents::{self, NewAgent},
    approvals::{self, Audience, Question},
    controls,
    deliverables::{self, Content},
    requests::Column,
    runs::{self, ClaimedRun, LeaseState},
    session::{Choice, Conversation, Event, Part, RunState},
};

async fn hire(world: &World, name: &str) {
    let new = NewAgent { name: name.into(), persona: String::new(), client: None };
    agents::commands::create(&world.db, &world.operator, new).await.unwrap();
}

fn words(id: &str, text: &str) -> Vec<Part> {
    let id = id.to_owned();
    vec![
        Part::TextStart { id: id.clone() },
        Part::TextDelta { id: id.clone(), delta: text.to_owned() },
        Part::TextEnd { id },
    ]
}

/// Mina at work, with Otto and Ada beside her.
async fn at_work(pool: PgPool) -> (World, TestClient, ClaimedRun) {
    let world = World::new(pool).await;
    let house = world.client("Harbor & Pine Law", 1).await;
    hire(&world, "Otto").await;
    hire(&world, "Ada").await;
    world.ask(&house, "Draft a lease").await;
    let mina = world.claim().await;
    assert_eq!(mina.agent_name, "Mina");
    (world, house, mina)
}

/// Has two help, and takes both tasks up.
async fn two_help(world: &World, mina: &ClaimedRun) -> (ClaimedRun, ClaimedRun) {
    runs::commands::delegate(&world.db, mina, "otto", "Check the dates.").await.unwrap();
    runs::commands::delegate(&world.db, mina, "Ada", "Check the names.").await.unwrap();
    let (first, second) = (world.claim().await, world.claim().await);
    assert_eq!((first.agent_name.as_str(), second.agent_name.as_str()), ("Otto", "Ada"));
    assert_eq!((first.parent, second.parent), (Some(mina.run), Some(mina.run)));
    (first, second)
}

#[sqlx::test(migrations = "../migrations")]
async fn three_agents_write_into_one_session_each_under_its_own_name(pool: PgPool) {
    let (world, house, mina) = at_work(pool).await;
    let (otto, ada) = two_help(&world, &mina).await;
    let task = runs::queries::assignment(&world.db, &otto).await.unwrap().task.expect("a task");
    assert_eq!((task.by.as_str(), task.words.as_str()), ("Mina", "Check the dates."));

    let world = Arc::new(world);
    let mut tasks = JoinSet::new();
    for claimed in [mina.clone(), otto.clone(), ada.clone()] {
        let world = Arc::clone(&world);
        tasks.spawn(async move {
            for n in 0..20 {
                let text = format!("{} {n}", claimed.agent_name);
                runs::commands::append_events(&world.db, &claimed, words(&format!("t{n}"), &text))
                    .await
                    .unwrap();
            }
        });
    }
    tasks.join_all().await;
    let session = world.request(house.id, 1).await.session_stream;
    let read = Conversation::read(&world.events(session).await);
    for name in ["Mina", "Otto", "Ada"] {
        let said: Vec<String> = read
            .entries
            .iter()
            .filter(|entry| entry.author.name == name)
            .filter_map(|entry| match &entry.body {
                crate::session::Body::Words { text, writing: false } => Some(text.clone()),
                _ => None,
            })
            .collect();
        let expected: Vec<String> = (0..20).map(|n| format!("{name} {n}")).collect();
        assert_eq!(said, expected);
    }
    assert!(read.entries.iter().all(|entry| entry.second == ["Otto", "Ada"].contains(&&*entry.author.name)));
    assert_eq!(read.run.as_ref().map(|run| (run.id, run.state)), Some((mina.run, RunState::Working)));

    runs::commands::answer(&world.db, &otto, "The dates are right.").await.unwrap();
    runs::commands::fail(&world.db, &ada, "It broke.").await.unwrap();
    let found = runs::queries::sub_runs(&world.db, &mina).await.unwrap();
    assert_eq!(
        (found[0].state, found[0].result.as_deref()),
        (RunState::Completed, Some("The dates are right."))
    );
    assert_eq!((found[1].state, found[1].failure.as_deref()), (RunState::Failed, Some("It broke.")));
    assert_eq!(
        world.count("SELECT count(*) FROM mail WHERE subject LIKE 'Work failed%'").await,
        0,
        "nobody is told but Mina"
    );

    // Mina goes on, and the card shows her work alone.
    assert_eq!(runs::commands::heartbeat(&world.db, &mina, LEASE).await.unwrap(), LeaseState::Hold);
    let card = world.request(house.id, 1).await.card;
    assert_eq!(card.run.map(|run| run.id), Some(mina.run));
    deliverables::commands::put(&world.db, &mina, "Lease", Content::Body("Text.".into())).await.unwrap();
    deliverables::commands::submit_for_review(&world.db, &mina).await.unwrap();
    assert_eq!(world.request(house.id, 1).await.card.column, Column::Review);
}

#[sqlx::test(migrations = "../migrations")]
async fn who_helps_neither_delivers_nor_asks_the_client_nor_has_others_help(pool: PgPool) {
    let (world, _, mina) = at_work(pool).await;
    let (otto, _) = two_help(&world, &mina).await;
    let question = |audience| Question {
        question: "May I?".into(),
        detail: String::new(),
        options: vec![Choice { key: "y".into(), label: "Yes".into() }],
        open_for: 3_600,
        audience,
    };
    let plan = vec![Part::DataPlan { steps: Vec::new() }];
    let body = Content::Body("Text.".into());
    let refused = [
        deliverables::commands::put(&world.db, &otto, "Lease", body).await.map(drop),
        deliverables::commands::submit_for_review(&world.db, &otto).await,
        approvals::commands::ask(&world.db, &otto, question(Audience::Client)).await.map(drop),
        runs::commands::delegate(&world.db, &otto, "Ada", "Check it.").await.map(drop),
        runs::commands::append_events(&world.db, &otto, plan).await,
        runs::commands::answer(&world.db, &mina, "Done.").await,
        runs::commands::answer(&world.db, &otto, " ").await,
    ];
    for (n, outcome) in refused.into_iter().enumerate() {
        assert!(matches!(outcome, Err(Error::Refused(_))), "{n}: {outcome:?}");
    }
    assert!(runs::queries::helpers(&world.db, &otto).await.unwrap().is_empty());

    // What it may not do itself it asks the operators.
    let asked = approvals::commands::ask(&world.db, &otto, question(Audience::Operator)).await.unwrap();
    assert_eq!(runs::commands::heartbeat(&world.db, &otto, LEASE).await.unwrap(), LeaseState::Suspended);
    assert_eq!(runs::commands::heartbeat(&world.db, &mina, LEASE).await.unwrap(), LeaseState::Hold);
    approvals::commands::answer(&world.db, &world.operator, asked, "y").await.unwrap();
    assert_eq!(runs::commands::heartbeat(&world.db, &otto, LEASE).await.unwrap(), LeaseState::Hold);
}

#[sqlx::test(migrations = "../migrations")]
async fn a_task_is_given_once_to_somebody_who_is_there(pool: PgPool) {
    let (world, _, mina) = at_work(pool).await;
    let first = runs::commands::delegate(&world.db, &mina, "Otto", "Check the dates.").await.unwrap();
    let again = runs::commands::delegate(&world.db, &mina, " OTTO ", "Check the dates.\n").await.unwrap();
    assert_eq!(first, again);
    for (agent, task, field) in
        [("Nemo", "Do it.", "agent"), ("Mina", "Do it.", "agent"), ("Ada", " ", "task")]
    {
        let wrong = runs::commands::delegate(&world.db, &mina, agent, task).await.unwrap_err();
        assert!(matches!(&wrong, Error::Fields(errors) if errors.of(field).is_some()), "{agent}: {wrong:?}");
    }
    for n in 0..5 {
        runs::commands::delegate(&world.db, &mina, "Ada", &format!("Part {n}.")).await.unwrap();
    }
    let many = runs::commands::delegate(&world.db, &mina, "Ada", "Part 5.").await;
    assert!(matches!(many, Err(Error::Refused(_))), "{many:?}");

    // One that failed is begun anew.
    let otto = world.claim().await;
    runs::commands::fail(&world.db, &otto, "It broke.").await.unwrap();
    let anew = runs::commands::delegate(&world.db, &mina, "Otto", "Check the dates.").await.unwrap();
    assert_ne!(anew, first);
}

#[sqlx::test(migrations = "../migrations")]
async fn a_stop_takes_everyone_off(pool: PgPool) {
    let (world, house, mina) = at_work(pool).await;
    let (otto, ada) = two_help(&world, &mina).await;
    runs::commands::delegate(&world.db, &mina, "Otto", "Check the rent.").await.unwrap();
    let question = Question {
        question: "May I?".into(),
        detail: String::new(),
        options: vec![Choice { key: "y".into(), label: "Yes".into() }],
        open_for: 3_600,
        audience: Audience::Operator,
    };
    let asked = approvals::commands::ask(&world.db, &ada, question).await.unwrap();
    let stop = controls::commands::stop(&world.db, &house.owner, mina.request).await.unwrap();
    assert_eq!(stop.settled, None, "it is Mina's to answer");
    controls::commands::settle(&world.db, &mina.scope, stop.control, controls::Outcome::Done, "")
        .await
        .unwrap();
    for claimed in [&mina, &otto, &ada] {
        assert_eq!(runs::commands::heartbeat(&world.db, claimed, LEASE).await.unwrap(), LeaseState::Lost);
        let late =
            runs::commands::append_events(&world.db, claimed, words("late", "Late.")).await.unwrap_err();
        assert!(runs::is_lost(&late), "{late:?}");
    }
    assert!(
        runs::commands::claim_due(&world.db, "worker", LEASE).await.unwrap().is_none(),
        "the queued one is off, too"
    );
    assert_eq!(world.count("SELECT count(*) FROM run WHERE ended_at IS NULL").await, 0);
    let taken_back = approvals::queries::get(&world.db, &world.operator, asked).await.unwrap();
    assert_eq!(taken_back.state, approvals::ApprovalState::Withdrawn);
    let read = Conversation::read(&world.events(world.request(house.id, 1).await.session_stream).await);
    assert!(read.subs.iter().all(|sub| sub.state == RunState::Cancelled) && read.subs.len() == 3);
}

#[sqlx::test(migrations = "../migrations")]
async fn who_helps_outlives_an_attempt_but_not_the_run(pool: PgPool) {
    let (world, house, mina) = at_work(pool).await;
    let (otto, ada) = two_help(&world, &mina).await;
    // Otto's and Mina's workers are gone; Ada's is not.
    world.wait(TimeDelta::seconds(20));
    runs::commands::heartbeat(&world.db, &ada, LEASE).await.unwrap();
    world.wait(TimeDelta::seconds(20));
    assert_eq!(runs::commands::reap(&world.db).await.unwrap(), 2);
    world.wait(TimeDelta::seconds(6));
    let (one, other) = (world.claim().await, world.claim().await);
    let (mina, otto_again) = if one.run == mina.run { (one, other) } else { (other, one) };
    assert_eq!((mina.attempt, otto_again.run, otto_again.attempt), (2, otto.run, 2));
    assert!(runs::is_lost(&runs::commands::answer(&world.db, &otto, "Late.").await.unwrap_err()));

    // The second attempt finds what the first one began.
    let known = runs::commands::delegate(&world.db, &mina, "Otto", "Check the dates.").await.unwrap();
    assert_eq!(known, otto.run);
    runs::commands::answer(&world.db, &otto_again, "Right.").await.unwrap();
    deliverables::commands::put(&world.db, &mina, "Lease", Content::Body("Text.".into())).await.unwrap();
    deliverables::commands::submit_for_review(&world.db, &mina).await.unwrap();
    assert_eq!(runs::commands::heartbeat(&world.db, &ada, LEASE).await.unwrap(), LeaseState::Lost);
    let states: Vec<String> = sqlx::query_scalar("SELECT state FROM run ORDER BY queued_at, id")
        .fetch_all(&world.pool)
        .await
        .unwrap();
    assert_eq!(states, ["completed", "completed", "cancelled"]);

    // Nobody reads of Ada's being taken off as the end of the work.
    let log: Vec<Event> = world.events(world.request(house.id, 1).await.session_stream).await;
    let ended = |event: &&Event| matches!(event.part, Part::DataRun { state: RunState::Cancelled, .. });
    assert!(log.iter().find(ended).is_none());
}

#[sqlx::test(migrations = "../migrations")]
async fn help_that_nobody_comes_for_is_given_up(pool: PgPool) {
    let (world, _, mina) = at_work(pool).await;
    let otto = agents::queries::list(&world.db, &world.operator).await.unwrap().remove(1);
    assert_eq!(otto.name, "Otto");
    let (waits, taken) = (
        runs::commands::delegate(&world.db, &mina, "Otto", "Check the dates.").await.unwrap(),
        runs::commands::delegate(&world.db, &mina, "Ada", "Check the names.").await.unwrap(),
    );
    agents::commands::set_ready(&world.db, &world.operator, otto.id, false).await.unwrap();
    let ada = world.claim().await;
    assert_eq!(ada.run, taken);
    world.wait(TimeDelta::minutes(29));
    assert_eq!(runs::commands::give_up(&world.db).await.unwrap(), 0);
    world.wait(TimeDelta::minutes(2));
    assert_eq!(runs::commands::give_up(&world.db).await.unwrap(), 1);
    let found = runs::queries::sub_runs(&world.db, &mina).await.unwrap();
    assert_eq!((found[0].run, found[0].state), (waits, RunState::Cancelled));
    assert_eq!(found[0].failure.as_deref(), Some("Otto wasn’t available in time."));
    assert_eq!(found[1].state, RunState::Working, "who has begun is left to its lease");
}

#[sqlx::test(migrations = "../migrations")]
async fn an_agent_of_another_client_or_workspace_is_not_asked(pool: PgPool) {
    let (world, _, mina) = at_work(pool).await;
    let other = world.client("Blue Door Homes", 1).await;
    let new = NewAgent { name: "Theirs".into(), persona: String::new(), client: Some(other.id) };
    agents::commands::create(&world.db, &world.operator, new).await.unwrap();
    let beside = world.beside().await;
    hire(&beside, "Stranger").await;
    let names: Vec<String> = runs::queries::helpers(&world.db, &mina)
        .await
        .unwrap()
        .into_iter()
        .map(|helper| helper.name)
        .collect();
    assert_eq!(names, ["Otto", "Ada"]);
    for name in ["Theirs", "Stranger"] {
        assert!(matches!(
            runs::commands::delegate(&world.db, &mina, name, "Do it.").await,
            Err(Error::Fields(_))
        ));
    }
}
