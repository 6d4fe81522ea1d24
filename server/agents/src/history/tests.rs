use domain::{
    ids::{ApprovalId, ControlId, RunId},
    session::{Author, AuthorKind, Choice, Conversation, Event, Part, RunState, StepState},
};
use uuid::Uuid;

use super::History;

fn by(kind: AuthorKind, name: &str, run: Option<u128>, part: Part) -> Event {
    let author = Author { kind, id: String::new(), name: name.to_owned() };
    let run = run.map(|run| RunId(Uuid::from_u128(run)));
    Event { id: part_name(&part), run, attempt: run.map(|_| 1), author, at: 1, part }
}

fn part_name(part: &Part) -> String {
    format!("{part:?}")
}

fn state(run: u128, state: RunState) -> Event {
    by(AuthorKind::Agent, "Juno", Some(run), Part::DataRun { state, failure: None, rehearsal: false })
}

fn comment(text: &str) -> Event {
    by(AuthorKind::Person, "Rosa", None, Part::DataComment { text: text.to_owned() })
}

fn asked(n: u128) -> Event {
    let options = vec![Choice { key: "y".to_owned(), label: "Yes".to_owned() }];
    let (approval, question) = (ApprovalId(Uuid::from_u128(n)), format!("Question {n}?"));
    let detail = String::new();
    by(
        AuthorKind::Agent,
        "Juno",
        Some(1),
        Part::DataApproval { approval, question, detail, options, expires: 0 },
    )
}

fn session() -> Vec<Event> {
    let answer = Part::DataAnswer {
        approval: ApprovalId(Uuid::from_u128(8)),
        label: Some("Yes".to_owned()),
        expired: false,
    };
    let steer = |n| Part::DataSteer { control: ControlId(Uuid::from_u128(n)), text: format!("Steer {n}") };
    let change = Part::DataReview { approved: false, reason: "Shorter.".to_owned() };
    let step = Part::DataStep {
        id: "s".to_owned(),
        title: "Read".to_owned(),
        result: String::new(),
        detail: String::new(),
        state: StepState::Done,
    };
    vec![
        by(
            AuthorKind::Person,
            "Rosa",
            None,
            Part::DataAsked { title: "Lease".to_owned(), brief: "Soon.".to_owned() },
        ),
        comment("Before."),
        state(1, RunState::Working),
        asked(8),
        by(AuthorKind::Person, "Tom", None, answer),
        asked(9),
        by(AuthorKind::Person, "Rosa", None, steer(1)),
        state(1, RunState::Completed),
        by(AuthorKind::Person, "Rosa", None, change),
        comment("Between."),
        state(2, RunState::Queued),
        by(AuthorKind::Person, "Tom", None, steer(2)),
        by(AuthorKind::Agent, "Juno", Some(2), step),
        comment("After."),
    ]
}

/// Whatever was dropped, an agent knows what it would have known.
#[test]
fn it_knows_the_same_from_the_fold() {
    let run = Some(RunId(Uuid::from_u128(2)));
    let events = session();
    let whole = History { events: events.clone(), run, ..History::default() };
    assert_eq!(whole.comments(), [("Rosa", "Before."), ("Rosa", "Between.")]);
    assert_eq!(whole.change_asked(), Some(("Shorter.", "Rosa")));
    assert_eq!(whole.questions().len(), 2);
    assert!(whole.has_done("s"));
    let open = [ControlId(Uuid::from_u128(2))];
    for cut in [2, 8, 9, 10] {
        let before = Conversation::read(&events[..cut]);
        let history = History { before, events: events[cut..].to_vec(), run, ..History::default() };
        assert_eq!(history.conversation(), whole.conversation(), "{cut}");
        assert_eq!(history.comments(), whole.comments(), "{cut}");
        assert_eq!(history.questions(), whole.questions(), "{cut}");
        assert_eq!(history.settlement("Question 8?"), whole.settlement("Question 8?"), "{cut}");
        assert_eq!(history.settlement("Question 9?"), None, "{cut}");
        assert_eq!(history.change_asked(), whole.change_asked(), "{cut}");
        assert_eq!(history.steers(&open), whole.steers(&open), "{cut}");
        assert_eq!(history.requester(), Some("Rosa"), "{cut}");
        assert_eq!(history.has_done("s"), whole.has_done("s"), "{cut}");
    }
}
