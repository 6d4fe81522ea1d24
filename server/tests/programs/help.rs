//! A program that the server starts has another agent help, by the portal's tools.

use std::sync::Arc;

use ::agents::{
    AgentBackend, AttemptContext, AttemptEnd, AttemptFailure,
    built_in::{Rehearsal, RehearsalPace},
};
use domain::{
    agents::{self, NewAgent},
    session::{Body, Event, Part, RunState},
};
use serde_json::json;
use sqlx::PgPool;

use super::{
    desk::in_review,
    hermes::LETTER,
    script::{calls, words_turn},
    started::start,
};

/// Juno is the program, everyone else rehearses.
struct HelpingBackends(Arc<dyn AgentBackend>);

#[async_trait::async_trait]
impl AgentBackend for HelpingBackends {
    async fn work(&self, context: &mut AttemptContext) -> Result<AttemptEnd, AttemptFailure> {
        match context.agent() {
            "Juno" => self.0.work(context).await,
            _ => Rehearsal::new(RehearsalPace::Instant).work(context).await,
        }
    }
}

#[sqlx::test(migrations = "../migrations")]
#[ignore = "needs real programs: make test-agents"]
async fn claude_code_has_another_agent_help(pg: PgPool) {
    let task = json!({ "agent": "Otto", "task": "Check the dates of the new fees." });
    let script = vec![
        calls("I have the dates checked.", "mcp__throughline__delegate", task),
        calls(
            "Meanwhile I read the fees of last year, line by line.",
            "mcp__throughline__get_delegated",
            json!({}),
        ),
        words_turn(LETTER),
    ];
    let (model, Some(mut program)) = start("claude_code", script).await else { return };
    let world = program.world(pg).await;
    let otto = NewAgent { name: "Otto".into(), persona: String::new(), client: None };
    agents::commands::create(&world.db, &world.operator, otto).await.unwrap();
    let request = world.ask("New fees", "Write a letter.", vec![]).await;
    model.stand_at("Meanwhile I");
    let hand = world.work(Arc::new(HelpingBackends(program.backend())));
    let helped = |event: &Event| {
        matches!(&event.part, Part::DataSubRun { state: RunState::Completed, .. }).then_some(())
    };
    world.until(&request, helped).await;
    model.go_on();
    world.until(&request, in_review).await;
    hand.leave().await;

    model.is_content();
    let told = model.asked().last().unwrap()["messages"].to_string();
    assert!(told.contains("This was a rehearsal") && told.contains("Check the dates"), "{told}");
    let read = world.conversation(request.session_stream).await;
    let help = read.entries.iter().find(|entry| matches!(entry.body, Body::Words { .. }) && entry.second);
    assert_eq!(help.map(|entry| entry.author.name.as_str()), Some("Otto"));
    assert_eq!(read.run.map(|run| (run.agent, run.state)), Some(("Juno".to_owned(), RunState::Completed)));
}
