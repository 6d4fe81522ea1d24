//! Agents with a model of their own, over each wire: the whole way, and every way in which it fails.

use domain::{
    agents::Backend,
    approvals, controls, deliverables, runs,
    session::{Body, Event, Part, StepState},
};
use safe_http::Admitted;
use serde_json::json;
use sqlx::PgPool;

use super::{
    model::{failed, in_review},
    scripted::{KEY, Piece, Reply, Scripted, USED, calls, hands_in, models, words_reply},
    support::{AgentWorld, logs},
};

async fn goes_the_whole_way(pg: PgPool, backend: Backend) {
    logs::capture();
    let world = AgentWorld::new(pg).await;
    let model = Scripted::new(vec![
        Reply::Stream(vec![
            Piece::Words("I read your "),
            Piece::Words("brief."),
            Piece::Call("make_plan", json!({ "steps": ["Read the fees", "Write the letter"] })),
            Piece::End("tool_calls"),
        ]),
        calls("read_file", json!({ "name": "fees.csv" })),
        calls("ask_client", json!({ "question": "Formal or warm?", "options": ["Warm", "Formal"] })),
        Reply::Stream(vec![Piece::Words("I write it now"), Piece::Hang]),
        Reply::Stream(vec![Piece::Words("With the car park, "), Piece::End("length")]),
        hands_in("# The letter\n\nDear client, the car park is free."),
    ])
    .await;
    world.reach_by(backend, model.address(), "scripted", KEY).await;
    let fees = world.file("fees.csv", "text/csv", true, b"Service,Fee\nWills,250\n").await;
    let request = world.ask("New fees", "Write a letter.", vec![fees]).await;
    let hand = world.work(models(Admitted::private()));

    let asked = |event: &Event| match &event.part {
        Part::DataApproval { approval, .. } => Some(*approval),
        _ => None,
    };
    let approval = world.until(&request, asked).await;
    approvals::commands::answer(&world.db, &world.member, approval, "2").await.unwrap();
    let begun =
        |event: &Event| matches!(&event.part, Part::TextDelta { delta, .. } if delta == "I write it now");
    world.until(&request, |event| begun(event).then_some(())).await;
    let steer = controls::commands::steer(&world.db, &world.owner, request.card.id, "Mention the car park")
        .await
        .unwrap();
    let heard = |event: &Event| match &event.part {
        Part::DataOutcome { control, outcome, .. } if *control == steer.control => Some(outcome.clone()),
        _ => None,
    };
    assert_eq!(world.until(&request, heard).await, "done");
    world.until(&request, in_review).await;

    assert!(
        model.texts_of_call(0).contains("You are Juno")
            || model.asked()[0]["system"].to_string().contains("You are Juno")
    );
    assert_eq!(model.asked()[0]["tools"].as_array().unwrap().len(), 10);
    assert!(model.texts_of_call(2).contains("Service,Fee\\nWills,250"), "the file's contents come back");
    assert!(model.texts_of_call(3).contains("Theo Hale answered: Formal"));
    assert!(
        model.texts_of_call(4).contains("I write it now")
            && model.texts_of_call(4).contains("Mention the car park")
    );
    assert!(model.texts_of_call(5).contains("Go on exactly where you stopped"));

    let said = world.conversation(request.session_stream).await;
    let words = said.entries.iter().filter_map(|entry| match &entry.body {
        Body::Words { text, .. } => Some(text.as_str()),
        _ => None,
    });
    assert_eq!(words.collect::<Vec<_>>(), ["I read your brief.", "I write it now", "With the car park, "]);
    assert!(said.entries.iter().any(|entry| matches!(&entry.body, Body::Plan { steps } if steps.iter().all(|step| step.state == StepState::Done))));
    let delivered = world.see(request.card.number).await.deliverables.remove(0);
    let version = deliverables::queries::version(&world.db, &world.owner, delivered.id, 1).await.unwrap();
    assert_eq!(version.body.as_deref(), Some("# The letter\n\nDear client, the car park is free."));

    let spent: Vec<(String, i64, i64, i64)> =
        sqlx::query_as("SELECT model, input_tokens, cached_tokens, output_tokens FROM spend")
            .fetch_all(&world.pool)
            .await
            .unwrap();
    let whole = spent.iter().filter(|row| (row.1, row.2, row.3) == USED && row.0 == "scripted");
    assert_eq!(whole.count(), 5, "{spent:?}");
    hand.leave().await;
    let everything = world.everything().await + &logs::captured();
    assert!(!everything.contains(KEY), "the key is nowhere");
}

#[sqlx::test(migrations = "../../migrations")]
async fn chat_goes_the_whole_way(pg: PgPool) {
    goes_the_whole_way(pg, Backend::OpenaiChat).await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn responses_goes_the_whole_way(pg: PgPool) {
    goes_the_whole_way(pg, Backend::OpenaiResponses).await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn anthropic_goes_the_whole_way(pg: PgPool) {
    goes_the_whole_way(pg, Backend::Anthropic).await;
}

/// One failure after another on the same request, each started again, until it works: what the client reads, and what
/// the operators.
async fn fails_in_every_way(pg: PgPool, backend: Backend) {
    logs::capture();
    let world = AgentWorld::new(pg).await;
    let refused = format!(r#"{{"error":{{"message":"Incorrect API key provided: {KEY}"}}}}"#);
    let thrice = |reply: fn() -> Reply| (0..3).map(move |_| reply()).collect::<Vec<_>>();
    let cases: Vec<(Vec<Reply>, &str, &str)> = vec![
        (vec![Reply::Status(401, None, refused)], "denied access", "refused with 401"),
        (vec![Reply::Status(404, None, "no such model".into())], "isn’t set up correctly", "no such model"),
        (vec![Reply::Status(429, Some("3600"), String::new())], "is very busy", "busy for 3600 s"),
        (
            thrice(|| Reply::Status(529, None, "overloaded".into())),
            "didn’t respond",
            "failed with 529: overloaded",
        ),
        (thrice(|| Reply::Stream(vec![Piece::Words("Dear")])), "the connection dropped", "no end was said"),
        (
            thrice(|| Reply::Stream(vec![Piece::Words(" "), Piece::End("stop")])),
            "something unusable",
            "an empty response",
        ),
        (
            thrice(|| Reply::Stream(vec![Piece::Raw("data: <html>\n\n".into())])),
            "something unusable",
            "invalid response: <html>",
        ),
    ];
    let (mut replies, mut wanted) = (Vec::new(), Vec::new());
    for (more, words, reason) in cases {
        replies.extend(more);
        wanted.push((words, reason));
    }
    replies.push(Reply::Status(429, Some("0"), String::new()));
    replies.push(words_reply("Dear client, done."));
    let model = Scripted::new(replies).await;
    world.reach_by(backend, model.address(), "scripted", KEY).await;
    let request = world.ask("A letter", "Write a letter.", vec![]).await;
    let hand = world.work(models(Admitted::private()));
    for (i, (words, reason)) in wanted.into_iter().enumerate() {
        let mut failures = 0;
        let nth = |event: &Event| {
            let words = failed(event)?;
            failures += 1;
            (failures == i + 1).then_some(words)
        };
        let said = world.until(&request, nth).await;
        assert!(said.starts_with("Juno couldn’t finish") && said.contains(words), "{said}");
        let backstage = world.events(request.backstage_stream.unwrap()).await;
        let told = backstage.iter().rev().find_map(|event| match &event.part {
            Part::DataComment { text } => Some(text.clone()),
            _ => None,
        });
        assert!(told.as_ref().is_some_and(|told| told.contains(reason)), "{reason}: {told:?}");
        runs::commands::retry(&world.db, &world.owner, request.card.id).await.unwrap();
    }
    world.until(&request, in_review).await;
    hand.leave().await;
    let everything = world.everything().await + &logs::captured();
    assert!(!everything.contains(KEY), "the key is nowhere");
}

#[sqlx::test(migrations = "../../migrations")]
async fn chat_fails_in_every_way(pg: PgPool) {
    fails_in_every_way(pg, Backend::OpenaiChat).await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn responses_fails_in_every_way(pg: PgPool) {
    fails_in_every_way(pg, Backend::OpenaiResponses).await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn anthropic_fails_in_every_way(pg: PgPool) {
    fails_in_every_way(pg, Backend::Anthropic).await;
}

/// Nobody listens there; and where inner addresses are not let through, nobody is asked.
#[sqlx::test(migrations = "../../migrations")]
async fn an_address_that_leads_nowhere_is_told(pg: PgPool) {
    let world = AgentWorld::new(pg).await;
    world.reach_by(Backend::Anthropic, "http://127.0.0.1:9/v1", "m", KEY).await;
    let request = world.ask("A letter", "Write a letter.", vec![]).await;
    let hand = world.work(models(Admitted::private()));
    let said = world.until(&request, failed).await;
    assert!(said.contains("didn’t respond"), "{said}");
    hand.leave().await;

    let model = Scripted::new(vec![]).await;
    world.reach_by(Backend::Anthropic, model.address(), "m", KEY).await;
    let request = world.ask("Another letter", "Write a letter.", vec![]).await;
    let hand = world.work(models(Admitted::default()));
    let said = world.until(&request, failed).await;
    assert!(said.contains("set up yet"), "{said}");
    let backstage = world.everything().await;
    assert!(backstage.contains("This points to 127.0.0.1") && model.asked().is_empty());
    hand.leave().await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_stop_cuts_its_words_off(pg: PgPool) {
    let world = AgentWorld::new(pg).await;
    let model = Scripted::new(vec![Reply::Stream(vec![Piece::Words("I begin"), Piece::Hang])]).await;
    world.reach_by(Backend::Anthropic, model.address(), "scripted", KEY).await;
    let request = world.ask("A letter", "Write a letter.", vec![]).await;
    let hand = world.work(models(Admitted::private()));
    world.until(&request, |event| matches!(event.part, Part::TextDelta { .. }).then_some(())).await;
    let stop = controls::commands::stop(&world.db, &world.owner, request.card.id).await.unwrap();
    let outcome = |event: &Event| match &event.part {
        Part::DataOutcome { control, outcome, .. } if *control == stop.control => Some(outcome.clone()),
        _ => None,
    };
    assert_eq!(world.until(&request, outcome).await, "done");
    assert_eq!(world.run_state(request.card.id).await, "cancelled");
    hand.leave().await;
}

/// What is not on the agent's list is not offered, and not done when it is called all the same.
#[sqlx::test(migrations = "../../migrations")]
async fn a_tool_that_is_not_on_its_list_is_not_there(pg: PgPool) {
    let world = AgentWorld::new(pg).await;
    let ask = json!({ "question": "Formal or warm?", "options": ["Warm", "Formal"] });
    let model = Scripted::new(vec![calls("ask_client", ask), hands_in("Dear client.")]).await;
    world.reach_by(Backend::OpenaiResponses, model.address(), "scripted", KEY).await;
    sqlx::query("UPDATE agent SET tools = '{deliver,finish}'").execute(&world.pool).await.unwrap();
    let request = world.ask("A letter", "Write a letter.", vec![]).await;
    let hand = world.work(models(Admitted::private()));
    world.until(&request, in_review).await;
    assert_eq!(model.asked()[0]["tools"].as_array().unwrap().len(), 2);
    assert!(model.texts_of_call(1).contains("there is no tool ask_client"));
    assert!(
        !world
            .parts(request.session_stream)
            .await
            .iter()
            .any(|part| matches!(part, Part::DataApproval { .. }))
    );
    hand.leave().await;
}

/// It looks up what is known of the client, and keeps what it learned for whoever comes next.
#[sqlx::test(migrations = "../../migrations")]
async fn it_reads_and_writes_the_clients_notes(pg: PgPool) {
    let world = AgentWorld::new(pg).await;
    let wrote = json!({ "path": "Style.md", "markdown": "They want it **warm**." });
    let again = json!({ "path": "Style.md", "markdown": "Warm and short.", "version": 1 });
    let model = Scripted::new(vec![
        calls("search_notes", json!({ "words": "warm" })),
        calls("write_note", wrote.clone()),
        calls("write_note", wrote),
        calls("write_note", again),
        calls("read_note", json!({ "path": "style.md" })),
        hands_in("Dear client."),
    ])
    .await;
    world.reach_by(Backend::OpenaiChat, model.address(), "scripted", KEY).await;
    let request = world.ask("A letter", "Write a letter.", vec![]).await;
    let hand = world.work(models(Admitted::private()));
    world.until(&request, in_review).await;
    assert!(model.texts_of_call(1).contains("There is no such note"));
    assert!(model.texts_of_call(2).contains("Kept as version 1"));
    assert!(model.texts_of_call(3).contains("Error: "), "a note that is there is not written over unread");
    assert!(model.texts_of_call(4).contains("Kept as version 2"));
    assert!(
        model.texts_of_call(5).contains("Version 2:") && model.texts_of_call(5).contains("Warm and short.")
    );
    hand.leave().await;
}
