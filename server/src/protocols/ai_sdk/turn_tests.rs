//! Chunks from conversations and events, and that a late reader's message is the one of who was there.

use domain::{
    ids::ControlId,
    session::{Author, AuthorKind, Deletable, Part, PlanStep, StepState},
};
use uuid::Uuid;

use super::*;

fn run(number: u128) -> RunId {
    RunId(Uuid::from_u128(number))
}

fn juno() -> Author {
    Author { kind: AuthorKind::Agent, id: "juno".into(), name: "Juno".into() }
}

fn rosa() -> Author {
    Author { kind: AuthorKind::Person, id: "rosa".into(), name: "Rosa".into() }
}

fn by(author: Author, part: Part) -> Event {
    Event { id: Uuid::now_v7().to_string(), run: None, attempt: None, author, at: 0, part }
}

fn of(number: u128, attempt: u32, part: Part) -> Event {
    by(juno(), part).of_run(run(number), attempt)
}

fn state(number: u128, attempt: u32, state: RunState) -> Event {
    of(number, attempt, Part::DataRun { state, failure: None, rehearsal: false })
}

fn words(attempt: u32, id: &str, text: &str) -> Event {
    of(1, attempt, Part::TextDelta { id: id.into(), delta: text.into() })
}

fn end(attempt: u32, id: &str) -> Event {
    of(1, attempt, Part::TextEnd { id: id.into() })
}

/// A chunk in a word.
fn short(chunk: &Chunk) -> String {
    match chunk {
        Chunk::Start { message_id, .. } => format!("start {}", &message_id[message_id.len() - 1..]),
        Chunk::MessageMetadata { message_metadata } => format!("now {}", message_metadata["state"]),
        Chunk::TextStart { .. } => "(".into(),
        Chunk::TextDelta { delta, .. } => delta.clone(),
        Chunk::TextEnd { .. } => ")".into(),
        Chunk::Finish { finish_reason, .. } => format!("finish {finish_reason}"),
        Chunk::Abort { .. } => "abort".into(),
        Chunk::Error { error_text } => format!("error {error_text}"),
        Chunk::SteeringMessage { parts, .. } => format!("steering {}", parts[0]["text"]),
        Chunk::Data { kind, data, .. } => match kind.as_str() {
            "data-steer" => format!("{kind} {}", data["outcome"]["outcome"]),
            "data-outcome" => format!("{kind} {}", data["outcome"]),
            _ => kind.clone(),
        },
    }
}

/// What whoever was there from `late` events on is told, the replay first.
fn sent(log: &[Event], late: usize, version: Version) -> (Vec<String>, Vec<String>) {
    let (mut turn, first) = Turn::new(Conversation::read(&log[..late]), version).expect("a run");
    let then: Vec<Chunk> = log[late..].iter().flat_map(|event| turn.apply(event)).collect();
    (first.iter().map(short).collect(), then.iter().map(short).collect())
}

fn plan(state: StepState) -> Event {
    of(1, 1, Part::DataPlan { steps: vec![PlanStep { title: "Read".into(), state }] })
}

#[test]
fn a_run_is_told_as_it_comes() {
    let log = [
        by(rosa(), Part::DataAsked { title: "A".into(), brief: "B".into() }),
        state(1, 0, RunState::Queued),
        state(1, 1, RunState::Working),
        plan(StepState::Working),
        of(1, 1, Part::TextStart { id: "a".into() }),
        words(1, "a", "Dear "),
        words(1, "a", "Ms. Osei"),
        by(rosa(), Part::DataComment { text: "Thanks".into() }),
        end(1, "a"),
        state(1, 1, RunState::Completed),
        by(rosa(), Part::DataComment { text: "After".into() }),
    ];
    let (first, then) = sent(&log, 2, Version::Six);
    assert_eq!(first, ["start 1"]);
    assert_eq!(
        then,
        [
            "now \"working\"",
            "data-plan",
            "(",
            "Dear ",
            "Ms. Osei",
            "data-comment",
            ")",
            "data-plan",
            "finish stop"
        ]
    );
    let (first, then) = sent(&log, 7, Version::Six);
    assert_eq!(first, ["start 1", "data-plan", "(", "Dear Ms. Osei"], "each text in one piece so far");
    assert_eq!(then, ["data-comment", ")", "data-plan", "finish stop"]);
}

#[test]
fn who_helps_is_told_in_the_same_message_by_its_name() {
    let otto = |part| {
        let author = Author { kind: AuthorKind::Agent, id: "otto".into(), name: "Otto".into() };
        by(author, part).of_run(run(2), 1)
    };
    let helps = |state| otto(Part::DataSubRun { parent: run(1), agent: "Otto".into(), state, failure: None });
    let log = [
        state(1, 1, RunState::Working),
        words(1, "a", "Dear "),
        helps(RunState::Queued),
        helps(RunState::Working),
        otto(Part::TextDelta { id: "a".into(), delta: "Dates".into() }),
        words(1, "a", "Ms. Osei"),
        helps(RunState::Completed),
        end(1, "a"),
        state(1, 1, RunState::Completed),
    ];
    let (_, then) = sent(&log, 1, Version::Six);
    assert_eq!(then, ["(", "Dear ", "(", "Dates", "Ms. Osei", ")", ")", "finish stop"]);
    let (first, _) = sent(&log, 9, Version::Six);
    assert_eq!(first, ["start 1", "(", "Dear Ms. Osei", ")", "(", "Dates", ")", "finish stop"]);
    let (_, chunks) = Turn::new(Conversation::read(&log), Version::Six).unwrap();
    let starts: Vec<Value> = chunks
        .iter()
        .filter(|chunk| matches!(chunk, Chunk::TextStart { .. }))
        .map(|chunk| serde_json::to_value(chunk).unwrap()["providerMetadata"].clone())
        .collect();
    assert_eq!(starts, [Value::Null, json!({ "throughline": { "author": "Otto" } })]);
    // A run of before is not this one's helper.
    let other = by(juno(), Part::TextDelta { id: "z".into(), delta: "Old".into() }).of_run(run(9), 1);
    let (mut turn, _) = Turn::new(Conversation::read(&log[..5]), Version::Six).unwrap();
    assert!(turn.apply(&other).is_empty());
}

#[test]
fn open_words_end_before_the_message_does() {
    for (how, last) in [
        (RunState::Cancelled, "abort"),
        (RunState::Failed, "error We couldn’t finish this."),
        (RunState::Suspended, "finish other"),
    ] {
        let log = [state(1, 1, RunState::Working), words(1, "a", "Half"), state(1, 1, how)];
        let (_, then) = sent(&log, 1, Version::Six);
        assert_eq!(then, ["(", "Half", ")", last]);
        let (first, _) = sent(&log, 3, Version::Six);
        assert_eq!(first, ["start 1", "(", "Half", ")", last], "the same to whoever comes late");
    }
    let why =
        Part::DataRun { state: RunState::Failed, failure: Some("Nobody answered.".into()), rehearsal: false };
    let (_, then) = sent(&[state(1, 1, RunState::Working), of(1, 1, why)], 1, Version::Six);
    assert_eq!(then, ["error Nobody answered."]);
}

#[test]
fn a_lost_attempt_leaves_its_words_and_the_next_begins_its_own() {
    let log = [
        state(1, 1, RunState::Working),
        words(1, "a", "Draft, and th"),
        state(1, 1, RunState::Queued),
        state(1, 2, RunState::Working),
        words(2, "a", "Draft."),
    ];
    let (_, then) = sent(&log, 1, Version::Six);
    assert_eq!(then, ["(", "Draft, and th", ")", "now \"queued\"", "now \"working\"", "(", "Draft."]);
    let (first, _) = sent(&log, 5, Version::Six);
    assert_eq!(first, ["start 1", "(", "Draft, and th", ")", "(", "Draft."]);
}

#[test]
fn an_earlier_run_is_another_message() {
    let log = [
        state(2, 1, RunState::Working),
        of(2, 1, Part::TextDelta { id: "a".into(), delta: "Before".into() }),
        state(2, 1, RunState::Cancelled),
        state(1, 1, RunState::Working),
        words(1, "a", "Now"),
    ];
    assert_eq!(sent(&log, 5, Version::Six).0, ["start 1", "(", "Now"]);
    assert!(Turn::new(Conversation::default(), Version::Six).is_none());
}

#[test]
fn version_7_alone_reads_of_steering_in_its_own_words() {
    let control = ControlId(Uuid::from_u128(7));
    let came = Part::DataOutcome { control, outcome: "done".into(), reason: String::new() };
    let log = [
        state(1, 1, RunState::Working),
        words(1, "a", "Dear"),
        by(rosa(), Part::DataSteer { control, text: "Shorter".into() }),
        of(1, 1, came),
    ];
    assert_eq!(sent(&log, 2, Version::Six).1, ["data-steer null", "data-steer \"done\""]);
    assert_eq!(sent(&log, 2, Version::Seven).1, ["steering \"Shorter\"", "data-outcome \"done\""]);
    assert_eq!(
        sent(&log, 4, Version::Seven).0,
        ["start 1", "(", "Dear", "steering \"Shorter\"", "data-outcome \"done\""]
    );
    let six = sent(&log, 4, Version::Six).0;
    assert!(six.iter().all(|chunk| !chunk.starts_with("steering")), "{six:?}");
}

/// The part of the same type and id takes the place of the one that a reader has.
#[test]
fn what_was_deleted_takes_the_place_of_what_was_said() {
    let said = by(rosa(), Part::DataComment { text: "Secret".into() });
    let deletion = by(rosa(), Part::DataDeletion { of: said.id.clone(), what: Deletable::Comment });
    let log = [state(1, 1, RunState::Working), said, deletion.clone()];
    let (mut turn, first) = Turn::new(Conversation::read(&log[..2]), Version::Six).unwrap();
    let then = turn.apply(&deletion);
    let [before, after] = [&first[1], &then[0]].map(|chunk| serde_json::to_value(chunk).unwrap());
    assert_eq!((&before["type"], &before["id"]), (&after["type"], &after["id"]));
    assert_eq!((&before["data"]["text"], &after["data"]["text"]), (&json!("Secret"), &json!("")));
    assert_eq!(after["data"]["deleted"], 0);
}
