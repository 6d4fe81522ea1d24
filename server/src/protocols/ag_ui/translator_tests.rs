//! The order that the protocol wants, whatever comes, and that whoever resumes hears what those heard who stayed.

use domain::{
    ids::{ApprovalId, ControlId, RunId},
    session::{Author, AuthorKind, Choice, Deletable, Part},
};
use uuid::Uuid;

use super::*;

fn juno() -> Author {
    Author { kind: AuthorKind::Agent, id: "juno".into(), name: "Juno".into() }
}

fn rosa() -> Author {
    Author { kind: AuthorKind::Person, id: "rosa".into(), name: "Rosa".into() }
}

fn by(author: Author, part: Part) -> session::Event {
    session::Event { id: "e".into(), run: None, attempt: None, author, at: 0, part }
}

fn of(part: Part) -> session::Event {
    by(juno(), part).of_run(RunId(Uuid::from_u128(1)), 1)
}

fn state(state: RunState) -> session::Event {
    of(Part::DataRun { state, failure: None, rehearsal: false })
}

fn words(text: &str) -> session::Event {
    of(Part::TextDelta { id: "a".into(), delta: text.into() })
}

fn step(state: StepState) -> session::Event {
    of(Part::DataStep {
        id: "s".into(),
        title: "Read".into(),
        result: String::new(),
        detail: String::new(),
        state,
    })
}

fn comment(text: &str) -> session::Event {
    by(rosa(), Part::DataComment { text: text.into() })
}

fn short(event: &AgUiEvent) -> String {
    match event {
        AgUiEvent::RunStarted { run_id, .. } => {
            format!("run {}", run_id.trim_end_matches(char::is_alphanumeric))
        }
        AgUiEvent::RunFinished { outcome, .. } => format!("end {}", outcome["type"].as_str().unwrap()),
        AgUiEvent::RunError { message } => format!("error {message}"),
        AgUiEvent::MessagesSnapshot { messages } => {
            let said: Vec<_> = messages.iter().map(|message| message.content.as_str()).collect();
            format!("said {}", said.join("|"))
        }
        AgUiEvent::TextMessageStart { name, .. } => format!("{name}("),
        AgUiEvent::TextMessageContent { delta, .. } => delta.clone(),
        AgUiEvent::TextMessageEnd { .. } => ")".into(),
        AgUiEvent::StepStarted { step_name } => format!("+{step_name}"),
        AgUiEvent::StepFinished { step_name } => format!("-{step_name}"),
        AgUiEvent::Custom { name, .. } => (*name).to_owned(),
    }
}

fn shorts(events: &[AgUiEvent]) -> Vec<String> {
    events.iter().map(short).collect()
}

/// What whoever comes after `late` events is told at first, and then.
fn sent(log: &[session::Event], late: usize) -> (Vec<String>, Vec<String>) {
    let (mut translator, first) =
        Translator::new("t".into(), Conversation::read(&log[..late]), late as u64, false);
    let then: Vec<AgUiEvent> = log[late..].iter().flat_map(|event| translator.apply(event)).collect();
    (shorts(&first), shorts(&then))
}

fn day() -> Vec<session::Event> {
    let control = ControlId(Uuid::from_u128(7));
    let approval = ApprovalId(Uuid::from_u128(9));
    let options = vec![Choice { key: "yes".into(), label: "Yes".into() }];
    let question = Part::DataApproval {
        approval,
        question: "May I?".into(),
        detail: String::new(),
        options,
        expires: 0,
    };
    vec![
        by(rosa(), Part::DataAsked { title: "A".into(), brief: "B".into() }),
        state(RunState::Queued),
        state(RunState::Working),
        step(StepState::Working),
        words("Dear "),
        words("Ms."),
        by(rosa(), Part::DataSteer { control, text: "Shorter".into() }),
        step(StepState::Done),
        of(question),
        state(RunState::Suspended),
        comment("Hm"),
        by(rosa(), Part::DataAnswer { approval, label: Some("Yes".into()), expired: false }),
        state(RunState::Working),
        words(" Osei"),
        of(Part::TextEnd { id: "a".into() }),
        state(RunState::Completed),
        comment("Thanks"),
    ]
}

#[test]
fn everything_is_said_within_a_run() {
    let (first, then) = sent(&day(), 1);
    assert_eq!(first, ["run read-", "said A\n\nB", "end success"]);
    assert_eq!(
        then,
        [
            "run run_",
            "+Read",
            "step",
            "Juno(",
            "Dear ",
            "Ms.",
            "Rosa(",
            "Shorter",
            ")",
            "steer",
            "-Read",
            "step",
            "approval",
            ")",
            "end interrupt",
            "run aside-",
            "Rosa(",
            "Hm",
            ")",
            "end success",
            "run aside-",
            "approval",
            "end success",
            "run run_",
            "Juno(",
            " Osei",
            ")",
            "end success",
            "run aside-",
            "Rosa(",
            "Thanks",
            ")",
            "end success"
        ]
    );
}

#[test]
fn whoever_comes_late_reads_what_was_said_and_hears_the_rest() {
    let (first, then) = sent(&day(), 5);
    assert_eq!(first, ["run run_", "said A\n\nB|Dear ", "+Read", "step", "Juno("]);
    assert_eq!(then[..2], ["Ms.", "Rosa("]);
}

#[test]
fn whoever_resumes_hears_what_those_heard_who_stayed() {
    let log = day();
    for at in 1..log.len() {
        let (mut stayed, _) = Translator::new("t".into(), Conversation::read(&log[..1]), 1, false);
        log[1..at].iter().for_each(|event| drop(stayed.apply(event)));
        let mut resumed = Translator::resumed("t".into(), Conversation::read(&log[..at]));
        for event in &log[at..] {
            let (one, other) = (shorts(&stayed.apply(event)), shorts(&resumed.apply(event)));
            assert_eq!(one, other, "resumed at {at}");
        }
    }
}

#[test]
fn a_run_that_breaks_off_leaves_nothing_open() {
    for (how, last) in
        [(RunState::Failed, "error We couldn’t finish this."), (RunState::Cancelled, "end cancelled")]
    {
        let log = [state(RunState::Working), step(StepState::Working), words("Half"), state(how)];
        let (_, then) = sent(&log, 1);
        // What was being done is not done any more, and says so.
        assert_eq!(then[..4], ["+Read", "step", "Juno(", "Half"]);
        assert_eq!(then.last().unwrap(), last);
        for (opened, closed) in [("+Read", "-Read"), ("Juno(", ")")] {
            let count = |word: &str| then.iter().filter(|told| *told == word).count();
            assert_eq!(count(opened), count(closed), "{then:?}");
        }
    }
    let (mut once, _) = Translator::new("t".into(), Conversation::read(&[state(RunState::Working)]), 1, true);
    once.apply(&state(RunState::Completed));
    assert!(once.has_ended());
    assert!(once.apply(&comment("More")).is_empty());
}

#[test]
fn what_was_deleted_is_blanked_for_who_has_it_and_never_told_to_who_comes_late() {
    let deletion = by(rosa(), Part::DataDeletion { of: "e".into(), what: Deletable::Comment });
    let tombstone = by(rosa(), Part::DataTombstone { what: Deletable::Comment, deleted: 0 });
    let (_, then) = sent(&[comment("Secret"), deletion.clone()], 1);
    assert_eq!(then, ["run aside-", "comment", "end success"]);
    let (mut translator, _) = Translator::new("t".into(), Conversation::read(&[comment("Secret")]), 1, false);
    let blank = translator.apply(&deletion);
    let AgUiEvent::Custom { value, .. } = &blank[1] else { panic!("{blank:?}") };
    assert_eq!((&value["id"], &value["text"], &value["deleted"]), (&json!("e"), &json!(""), &json!(0)));
    let (first, _) = sent(&[tombstone, deletion], 2);
    assert_eq!(first, ["run read-", "said ", "comment", "end success"]);
}
