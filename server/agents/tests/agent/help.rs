//! An agent has others help: at once, in one session, each under its own name.

use std::sync::Arc;

use ::agents::{AgentBackend, AttemptContext, AttemptEnd, AttemptFailure};
use domain::{
    agents::{self, NewAgent},
    controls, deliverables,
    requests::Detail,
    session::{Body, Event, Part, RunState},
};
use serde_json::json;
use sqlx::PgPool;
use tokio::sync::Barrier;

use super::{
    model::in_review,
    scripted::{Piece, Reply, Scripted, calls, hands_in, words_reply},
    support::AgentWorld,
};

/// A backend for Juno, and one for everyone else.
struct HelpingBackends {
    juno: Arc<dyn AgentBackend>,
    others: Arc<dyn AgentBackend>,
}

#[async_trait::async_trait]
impl AgentBackend for HelpingBackends {
    async fn work(&self, context: &mut AttemptContext) -> Result<AttemptEnd, AttemptFailure> {
        let backend = if context.agent() == "Juno" { &self.juno } else { &self.others };
        backend.work(context).await
    }
}

/// Helps once as many are at it as the barrier wants.
struct Together(Arc<Barrier>);

#[async_trait::async_trait]
impl AgentBackend for Together {
    async fn work(&self, context: &mut AttemptContext) -> Result<AttemptEnd, AttemptFailure> {
        let (id, delta) = ("t".to_owned(), format!("{} begins. ", context.agent()));
        context
            .append(vec![Part::TextStart { id: id.clone() }, Part::TextDelta { id: id.clone(), delta }])
            .await?;
        self.0.wait().await;
        let delta = format!("{} is done.", context.agent());
        context.append(vec![Part::TextDelta { id: id.clone(), delta }, Part::TextEnd { id }]).await?;
        Ok(AttemptEnd::Answer(format!("{}: nothing wrong.", context.task().expect("a task").words)))
    }
}

/// Never comes to an end by itself.
struct Endless;

#[async_trait::async_trait]
impl AgentBackend for Endless {
    async fn work(&self, context: &mut AttemptContext) -> Result<AttemptEnd, AttemptFailure> {
        context.step("look", "Looking", "", domain::session::StepState::Working).await?;
        std::future::pending().await
    }
}

async fn hire(world: &AgentWorld, name: &str, persona: &str) {
    let new = NewAgent { name: name.into(), persona: persona.into(), client: None };
    agents::commands::create(&world.db, &world.operator, new).await.unwrap();
}

fn delegates() -> Reply {
    let tasks = json!([{ "agent": "Otto", "task": "Check the dates" }, { "agent": "Ada", "task": "Check the names" }]);
    Reply::Stream(vec![
        Piece::Words("I have two things checked."),
        Piece::Call("delegate", json!({ "tasks": tasks })),
        Piece::End("tool_calls"),
    ])
}

/// Who said what, as it reads in the end.
async fn list_words(world: &AgentWorld, request: &Detail) -> Vec<(String, String)> {
    let read = world.conversation(request.session_stream).await;
    let words = read.entries.into_iter().filter_map(|entry| match entry.body {
        Body::Words { text, writing } => {
            assert!(!writing, "nothing is left open");
            Some((entry.author.name, text))
        }
        _ => None,
    });
    let mut words: Vec<_> = words.collect();
    words.sort();
    words
}

#[sqlx::test(migrations = "../../migrations")]
async fn two_help_at_once_under_their_own_names(pg: PgPool) {
    let world = AgentWorld::new(pg).await;
    hire(&world, "Otto", "Knows calendars.").await;
    hire(&world, "Ada", "").await;
    let model = Scripted::new(vec![delegates(), hands_in("# The letter\n\nChecked.")]).await;
    let crew =
        HelpingBackends { juno: model.backend(), others: Arc::new(Together(Arc::new(Barrier::new(2)))) };
    let request = world.ask("A letter", "Write a letter.", vec![]).await;
    // Two places: Juno gives hers back while she waits.
    let hand = world.work_on(Arc::new(crew), 2);
    world.until(&request, in_review).await;
    hand.leave().await;

    let system = model.asked()[0]["messages"][0]["content"].as_str().unwrap().to_owned();
    assert!(system.contains("Otto (Knows calendars.); Ada"), "{system}");
    let told = model.texts_of_call(1);
    assert!(
        told.contains("Check the dates: nothing wrong.") && told.contains("Check the names: nothing wrong.")
    );
    let expected = [
        ("Ada", "Ada begins. Ada is done."),
        ("Juno", "I have two things checked."),
        ("Otto", "Otto begins. Otto is done."),
    ];
    assert_eq!(
        list_words(&world, &request).await,
        expected.map(|(who, what)| (who.to_owned(), what.to_owned()))
    );
    let read = world.conversation(request.session_stream).await;
    assert_eq!(read.run.unwrap().agent, "Juno");
    assert!(read.subs.iter().all(|sub| sub.state == RunState::Completed));
    assert!(read.entries.iter().all(|entry| entry.second == ["Otto", "Ada"].contains(&&*entry.author.name)));
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_model_that_helps_answers_and_hands_nothing_over(pg: PgPool) {
    let world = AgentWorld::new(pg).await;
    hire(&world, "Otto", "").await;
    let juno = Scripted::new(vec![
        Reply::Stream(vec![
            Piece::Call(
                "delegate",
                json!({ "tasks": [{ "agent": "otto", "task": "Check </material> the dates" }] }),
            ),
            Piece::End("tool_calls"),
        ]),
        hands_in("# The letter"),
    ])
    .await;
    let otto = Scripted::new(vec![hands_in("# Mine"), words_reply("The second of May is a Saturday.")]).await;
    let crew = HelpingBackends { juno: juno.backend(), others: otto.backend() };
    let request = world.ask("A letter", "Write a letter.", vec![]).await;
    let hand = world.work(Arc::new(crew));
    world.until(&request, in_review).await;
    hand.leave().await;

    let asked = &otto.asked()[0];
    let tools: Vec<&str> = asked["tools"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|tool| tool["function"]["name"].as_str())
        .collect();
    for not_his in ["deliver", "finish", "ask_client", "make_plan", "delegate"] {
        assert!(!tools.contains(&not_his), "{tools:?}");
    }
    let told = otto.texts_of_call(0);
    assert!(told.contains("You help Juno") && told.contains("Check (/material> the dates"), "{told}");
    assert!(otto.texts_of_call(1).contains("there is no tool deliver"));
    assert!(juno.texts_of_call(1).contains("The second of May is a Saturday."));
    let delivered = world.see(request.card.number).await.deliverables;
    assert_eq!(delivered.len(), 1);
    let version = deliverables::queries::version(&world.db, &world.owner, delivered[0].id, 1).await.unwrap();
    assert_eq!(version.body.as_deref(), Some("# The letter"));
}

/// Once there are two of these, one of each who helps.
fn both(wanted: impl Fn(&Part) -> bool) -> impl FnMut(&Event) -> Option<()> {
    let mut seen = 0;
    move |event| {
        seen += usize::from(wanted(&event.part));
        (seen == 2).then_some(())
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn when_everybodys_worker_dies_all_go_on_and_nobody_begins_anew(pg: PgPool) {
    let world = AgentWorld::new(pg).await;
    hire(&world, "Otto", "").await;
    hire(&world, "Ada", "").await;
    let model = Scripted::new(vec![delegates(), delegates(), hands_in("# The letter")]).await;
    let request = world.ask("A letter", "Write a letter.", vec![]).await;
    let first = world.work(Arc::new(HelpingBackends { juno: model.backend(), others: Arc::new(Endless) }));
    world.until(&request, both(|part| matches!(part, Part::DataStep { .. }))).await;
    first.kill().await;
    world.lease_runs_out().await;

    let others = Arc::new(Together(Arc::new(Barrier::new(2))));
    let second = world.work(Arc::new(HelpingBackends { juno: model.backend(), others }));
    world.until(&request, in_review).await;
    second.leave().await;
    let runs: Vec<(String, i32)> = sqlx::query_as("SELECT state, attempt FROM run ORDER BY queued_at, id")
        .fetch_all(&world.pool)
        .await
        .unwrap();
    assert_eq!(runs, vec![("completed".to_owned(), 2); 3]);
    assert!(model.texts_of_call(2).contains("Check the dates: nothing wrong."));
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_stop_reaches_everyone(pg: PgPool) {
    let world = AgentWorld::new(pg).await;
    hire(&world, "Otto", "").await;
    hire(&world, "Ada", "").await;
    let model = Scripted::new(vec![delegates()]).await;
    let request = world.ask("A letter", "Write a letter.", vec![]).await;
    let hand = world.work(Arc::new(HelpingBackends { juno: model.backend(), others: Arc::new(Endless) }));
    world.until(&request, both(|part| matches!(part, Part::DataStep { .. }))).await;
    controls::commands::stop(&world.db, &world.owner, request.card.id).await.unwrap();
    let is_off = |part: &Part| matches!(part, Part::DataSubRun { state: RunState::Cancelled, .. });
    world.until(&request, both(is_off)).await;
    // The workers hear of it, and let go of what they did.
    hand.leave().await;
    let living: i64 = sqlx::query_scalar("SELECT count(*) FROM run WHERE ended_at IS NULL")
        .fetch_one(&world.pool)
        .await
        .unwrap();
    assert_eq!(living, 0);
    assert!(
        world.conversation(request.session_stream).await.entries.iter().all(|entry| !matches!(
            &entry.body,
            Body::Step { state: domain::session::StepState::Working, .. }
        ))
    );
}

#[sqlx::test(migrations = "../../migrations")]
async fn what_is_said_meanwhile_waits_and_is_read(pg: PgPool) {
    let world = AgentWorld::new(pg).await;
    hire(&world, "Otto", "").await;
    let tasks = json!([{ "agent": "Otto", "task": "Check the dates" }]);
    let model =
        Scripted::new(vec![calls("delegate", json!({ "tasks": tasks })), hands_in("# The letter")]).await;
    let gate = Arc::new(Barrier::new(2));
    let crew = HelpingBackends { juno: model.backend(), others: Arc::new(Together(Arc::clone(&gate))) };
    let request = world.ask("A letter", "Write a letter.", vec![]).await;
    let hand = world.work(Arc::new(crew));
    let begins = |event: &Event| (event.author.name == "Otto" && is_words(event)).then_some(());
    world.until(&request, begins).await;
    let said = controls::commands::steer(&world.db, &world.owner, request.card.id, "Mention the car park")
        .await
        .unwrap();
    let outcome = |event: &Event| match &event.part {
        Part::DataOutcome { control, reason, .. } if *control == said.control => Some(reason.clone()),
        _ => None,
    };
    let told = world.until(&request, outcome).await;
    assert!(told.contains("as soon as my helpers are done"), "{told}");
    gate.wait().await;
    world.until(&request, in_review).await;
    hand.leave().await;
    assert!(model.texts_of_call(1).contains("Mention the car park"));
}

fn is_words(event: &Event) -> bool {
    matches!(event.part, Part::TextDelta { .. })
}
