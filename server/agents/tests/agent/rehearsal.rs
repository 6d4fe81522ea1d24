//! The rehearsal's whole way.

use std::sync::Arc;

use agents::built_in::{Rehearsal, RehearsalPace};
use domain::{
    approvals, controls, deliverables,
    requests::Column,
    reviews,
    session::{Body, ControlResult, Part, RunState, StepState, step_words},
};
use sqlx::PgPool;

use super::support::AgentWorld;

const BRIEF: &str = "Our fees change on 1 March.\n\n- Write a letter to all clients about the new fees\n- Put the office hours on one page\n- Say who answers questions";
const FEES: &str = "Service,Fee,From\nConveyancing,950,1 March\nWills,250,1 March\nProbate,1400,1 April\n";

fn instant() -> Arc<Rehearsal> {
    Arc::new(Rehearsal::new(RehearsalPace::Instant))
}

#[sqlx::test(migrations = "../../migrations")]
async fn goes_the_whole_way(pg: PgPool) {
    let world = AgentWorld::new(pg).await;
    let fees = world.file("fees.csv", "text/csv", true, FEES.as_bytes()).await;
    let scan = world.file("scan.pdf", "application/pdf", false, b"%PDF").await;
    let request = world.ask("New fees", BRIEF, vec![fees, scan]).await;
    let hand = world.work(instant());

    let (approval, options) = world
        .until(&request, |event| match &event.part {
            Part::DataApproval { approval, options, .. } => Some((*approval, options.clone())),
            _ => None,
        })
        .await;
    assert_eq!(options[1].label, "Put the office hours on one page");
    assert_eq!(world.see(request.card.number).await.card.column, Column::Waiting);
    approvals::commands::answer(&world.db, &world.member, approval, &options[1].key).await.unwrap();
    let review = |event: &domain::session::Event| {
        matches!(event.part, Part::DataMoved { to: Column::Review, .. }).then_some(())
    };
    world.until(&request, review).await;

    let said = world.conversation(request.session_stream).await;
    let run = said.run.clone().unwrap();
    assert!(run.rehearsal && run.state == RunState::Completed && run.agent == "Juno");
    let lines: Vec<String> = said
        .entries
        .iter()
        .filter_map(|entry| match &entry.body {
            Body::Words { text, writing } => {
                assert!(!writing);
                Some(text.clone())
            }
            Body::Step { title, result, state, .. } => {
                assert_eq!(*state, StepState::Done);
                Some(format!("· {}", step_words(title, result)))
            }
            Body::Plan { steps } => {
                assert!(
                    steps.len() == 5 && steps.iter().all(|step| step.state == StepState::Done),
                    "{steps:?}"
                );
                None
            }
            _ => None,
        })
        .collect();
    for wanted in [
        "· Read your request · 27 words",
        "· Checked your sign-up answers · 2 found",
        "· Read fees.csv · 3 rows",
        "· Set scan.pdf aside · File, 4 bytes",
    ] {
        assert!(lines.iter().any(|line| line == wanted), "{wanted}");
    }
    let first =
        lines.iter().position(|line| line.contains("“Put the office hours on one page”: I found")).unwrap();
    let second = lines
        .iter()
        .position(|line| line.contains("“Write a letter to all clients about the new fees”: I found"))
        .unwrap();
    assert!(first < second, "what was chosen comes first");

    let delivered = world.see(request.card.number).await.deliverables.remove(0);
    let body =
        deliverables::queries::version(&world.db, &world.owner, delivered.id, 1).await.unwrap().body.unwrap();
    for wanted in [
        "**Put the office hours on one page** (Theo Hale)",
        "Monday to Friday, 9 to 5",
        "| Conveyancing | 950 | 1 March |",
        "You skipped “Website” when you signed up",
        "What from scan.pdf belongs here?",
    ] {
        assert!(body.contains(wanted), "{wanted}");
    }

    reviews::commands::ask_for_change(
        &world.db,
        &world.owner,
        request.card.id,
        "Please add the opening hours in August. They are 10 to 3.",
    )
    .await
    .unwrap();
    let version = |event: &domain::session::Event| match &event.part {
        Part::DataDeliverable { version: 2, deliverable, .. } => Some(*deliverable),
        _ => None,
    };
    let second = world.until(&request, version).await;
    assert_eq!(second, delivered.id);
    let body =
        deliverables::queries::version(&world.db, &world.owner, second, 2).await.unwrap().body.unwrap();
    assert!(
        body.contains("## What changed since version 1")
            && body.contains("> Please add the opening hours in August.")
    );
    assert!(body.contains("- “They are 10 to 3.” (what Rosa Hale wrote)"));
    let asked = world
        .parts(request.session_stream)
        .await
        .iter()
        .filter(|part| matches!(part, Part::DataApproval { .. }))
        .count();
    assert_eq!(asked, 1, "it asks once");
    hand.leave().await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn takes_up_what_is_said_and_stops_at_once(pg: PgPool) {
    let world = AgentWorld::new(pg).await;
    let request = world.ask("New fees", BRIEF, vec![]).await;
    let hand = world.work(Arc::new(Rehearsal::new(RehearsalPace::Reading)));
    let writes = |event: &domain::session::Event| matches!(event.part, Part::TextDelta { .. }).then_some(());
    world.until(&request, writes).await;
    let asked = controls::commands::steer(&world.db, &world.owner, request.card.id, "Mention the car park")
        .await
        .unwrap();
    let outcome = |event: &domain::session::Event| match &event.part {
        Part::DataOutcome { control, outcome, .. } => Some((*control, outcome.clone())),
        _ => None,
    };
    assert_eq!(world.until(&request, outcome).await, (asked.control, "done".to_owned()));
    let planned = world.parts(request.session_stream).await.into_iter().any(|part| {
        matches!(part, Part::DataPlan { steps } if steps.iter().any(|step| step.title == "Also: Mention the car park"))
    });
    assert!(planned);

    let stop = controls::commands::stop(&world.db, &world.member, request.card.id).await.unwrap();
    let stopped = |event: &domain::session::Event| match &event.part {
        Part::DataOutcome { control, outcome, .. } if *control == stop.control => Some(outcome.clone()),
        _ => None,
    };
    assert!(stop.settled.is_some() || world.until(&request, stopped).await == "done");
    let handed_over = |part: &Part| matches!(part, Part::DataDeliverable { .. });
    assert!(!world.parts(request.session_stream).await.iter().any(handed_over), "it stops before it is done");
    assert_eq!(world.run_state(request.card.id).await, "cancelled");
    let said = world.conversation(request.session_stream).await;
    assert!(said.entries.iter().any(|entry| matches!(&entry.body, Body::Stop { outcome: Some(ControlResult { outcome, .. }), .. } if outcome == "done")));
    hand.leave().await;
}
