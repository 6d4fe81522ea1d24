//! What a reader sees, event by event, and that it is the same however the events arrive.

use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::{
    ids::{ApprovalId, ControlId, RunId},
    requests::Column,
    session::{Author, Choice, Deletable, PlanStep, StepState},
};

fn person(name: &str) -> Author {
    Author { kind: AuthorKind::Person, id: name.to_lowercase(), name: name.to_owned() }
}

fn juno() -> Author {
    Author { kind: AuthorKind::Agent, id: "juno".to_owned(), name: "Juno".to_owned() }
}

/// An event of Juno's first run; `n` names and times it.
fn of_attempt(n: i64, attempt: u32, part: Part) -> Event {
    let event = Event { id: format!("e{n}"), run: None, attempt: None, author: juno(), at: n * 1000, part };
    event.of_run(RunId(Uuid::from_u128(1)), attempt)
}

fn by(n: i64, author: Author, part: Part) -> Event {
    Event { id: format!("e{n}"), run: None, attempt: None, author, at: n * 1000, part }
}

fn state(state: RunState) -> Part {
    Part::DataRun { state, failure: None, rehearsal: false }
}

fn delta(text: &str) -> Part {
    Part::TextDelta { id: "t".to_owned(), delta: text.to_owned() }
}

fn start() -> Part {
    Part::TextStart { id: "t".to_owned() }
}

fn deletion(of: i64) -> Part {
    Part::DataDeletion { of: format!("e{of}"), what: Deletable::Comment }
}

fn tombstone(n: i64) -> Part {
    Part::DataTombstone { what: Deletable::Comment, deleted: n * 1000 }
}

/// The line as a reader would tell it, one entry a row.
fn lines_of(conversation: &Conversation) -> Vec<String> {
    conversation
        .entries
        .iter()
        .map(|entry| format!("{}: {}", entry.author.name, fold_events(&entry.body)))
        .collect()
}

fn fold_events(body: &Body) -> String {
    match body {
        Body::Words { text, writing: true } => format!("{text}|"),
        Body::Words { text, writing: false } => text.clone(),
        Body::Plan { steps } => {
            steps.iter().map(|step| format!("[{:?}] {}", step.state, step.title)).collect()
        }
        Body::Approval { question, settled, .. } => match settled {
            Some(settled) => format!("{question} {}: {:?}", settled.by, settled.label),
            None => question.clone(),
        },
        Body::Stop { outcome, .. } => format!("stop {:?}", outcome.as_ref().map(|o| o.outcome.as_str())),
        Body::Failed { reason } => format!("failed: {reason}"),
        other => format!("{other:?}"),
    }
}

fn read(events: Vec<Event>) -> Conversation {
    Conversation::read(&events)
}

#[test]
fn words_grow_until_they_end() {
    let mut conversation = read(vec![
        of_attempt(1, 1, start()),
        of_attempt(2, 1, delta("Dear Ms. ")),
        of_attempt(3, 1, delta("Osei")),
    ]);
    assert_eq!(lines_of(&conversation), ["Juno: Dear Ms. Osei|"]);
    conversation.apply(&of_attempt(4, 1, Part::TextEnd { id: "t".to_owned() }));
    assert!(conversation.apply(&of_attempt(5, 1, delta(", late"))).is_empty());
    assert_eq!(lines_of(&conversation), ["Juno: Dear Ms. Osei"]);
}

#[test]
fn words_whose_beginning_is_missing_are_shown_and_a_second_beginning_is_not() {
    let conversation =
        read(vec![of_attempt(1, 1, delta("late")), of_attempt(2, 1, start()), of_attempt(3, 1, delta("r"))]);
    assert_eq!(lines_of(&conversation), ["Juno: later|"]);
}

#[test]
fn a_new_attempt_ends_what_the_last_one_was_writing() {
    let mut conversation = read(vec![
        of_attempt(1, 1, state(RunState::Working)),
        of_attempt(2, 1, delta("Draft one, and th")),
        of_attempt(3, 1, state(RunState::Queued)),
    ]);
    assert_eq!(lines_of(&conversation), ["Juno: Draft one, and th"]);
    conversation.apply(&of_attempt(4, 2, state(RunState::Working)));
    conversation.apply(&of_attempt(5, 2, delta("Draft one.")));
    assert_eq!(lines_of(&conversation), ["Juno: Draft one, and th", "Juno: Draft one.|"]);
    assert_eq!(conversation.run.as_ref().map(|run| (run.attempt, run.state)), Some((2, RunState::Working)));
}

#[test]
fn a_question_suspends_without_ending_the_words_of_the_attempt() {
    let conversation = read(vec![
        of_attempt(1, 1, state(RunState::Working)),
        of_attempt(2, 1, delta("I have ")),
        of_attempt(3, 1, state(RunState::Suspended)),
        of_attempt(4, 1, state(RunState::Working)),
        of_attempt(5, 1, delta("a question")),
    ]);
    assert_eq!(lines_of(&conversation), ["Juno: I have a question|"]);
}

#[test]
fn a_plan_is_replaced_where_it_stands() {
    let plan = |state| Part::DataPlan { steps: vec![PlanStep { title: "Read".to_owned(), state }] };
    let conversation = read(vec![
        of_attempt(1, 1, plan(StepState::Working)),
        by(2, person("Rosa"), Part::DataComment { text: "Thanks".to_owned() }),
        of_attempt(3, 1, plan(StepState::Done)),
    ]);
    assert_eq!(lines_of(&conversation), ["Juno: [Done] Read", "Rosa: Comment { text: \"Thanks\" }"]);
    assert_eq!(conversation.entries[0].at, 1000);
}

/// Who was there when it was deleted reads what they read who come later; nothing but comments and files is blanked.
#[test]
fn what_was_deleted_reads_the_same_before_and_after() {
    let said = |part| {
        vec![by(1, person("Rosa"), part), of_attempt(2, 1, delta("Dear")), by(3, person("Rosa"), deletion(1))]
    };
    let comment = Part::DataComment { text: "Secret".to_owned() };
    let heard = read(said(comment));
    assert_eq!(heard, read(said(tombstone(3))));
    assert_eq!((heard.entries.len(), heard.entries[0].at), (2, 1000));
    assert_eq!(heard.entries[0].body, Body::Deleted { what: Deletable::Comment, deleted: 3000 });
    let asked = Part::DataAsked { title: "Lease".to_owned(), brief: "Soon.".to_owned() };
    let kept = Event { id: "asked".to_owned(), ..by(1, person("Rosa"), asked) };
    let of_it = Part::DataDeletion { of: "asked".to_owned(), what: Deletable::Comment };
    assert_eq!(read(vec![kept.clone(), by(2, person("Rosa"), of_it)]), read(vec![kept]));
}

#[test]
fn the_answer_stands_with_its_question() {
    let approval = ApprovalId(Uuid::from_u128(9));
    let answer = Part::DataAnswer { approval, label: Some("Leave it out".to_owned()), expired: false };
    let conversation = read(vec![of_attempt(1, 1, question()), by(2, person("Tom"), answer)]);
    assert_eq!(lines_of(&conversation), ["Juno: May I? Tom: Some(\"Leave it out\")"]);
}

#[test]
fn a_stop_tells_what_came_of_it() {
    let control = ControlId(Uuid::from_u128(3));
    let outcome = Part::DataOutcome { control, outcome: "done".to_owned(), reason: String::new() };
    let conversation = read(vec![
        of_attempt(1, 1, delta("Now the")),
        by(2, person("Rosa"), Part::DataStop { control }),
        of_attempt(3, 1, outcome),
        of_attempt(4, 1, state(RunState::Cancelled)),
    ]);
    assert_eq!(lines_of(&conversation), ["Juno: Now the", "Rosa: stop Some(\"done\")"]);
}

#[test]
fn a_run_that_fails_says_why() {
    let failed = Part::DataRun {
        state: RunState::Failed,
        failure: Some("Nobody answered".to_owned()),
        rehearsal: false,
    };
    let conversation = read(vec![of_attempt(1, 1, delta("Half")), of_attempt(2, 1, failed)]);
    assert_eq!(lines_of(&conversation), ["Juno: Half", "Juno: failed: Nobody answered"]);
}

#[test]
fn nothing_is_being_done_once_the_work_has_ended() {
    let steps = vec![PlanStep { title: "Read".to_owned(), state: StepState::Working }];
    let conversation =
        read(vec![of_attempt(1, 1, Part::DataPlan { steps }), of_attempt(2, 1, state(RunState::Completed))]);
    assert_eq!(lines_of(&conversation), ["Juno: [Open] Read"]);
}

#[test]
fn a_rehearsal_stays_one_and_keeps_its_name() {
    let conversation = read(vec![
        of_attempt(1, 1, Part::DataRun { state: RunState::Working, failure: None, rehearsal: true }),
        Event { author: Author::system(), ..of_attempt(2, 1, state(RunState::Completed)) },
    ]);
    let run = conversation.run.expect("a run");
    assert_eq!((run.agent.as_str(), run.rehearsal, run.state), ("Juno", true, RunState::Completed));
}

#[test]
fn what_is_unknown_or_broken_counts_and_says_nothing() {
    let known = by(1, person("Rosa"), Part::DataComment { text: "Hello".to_owned() }).to_json();
    let unknown = known.replace("data-comment", "data-weather");
    let mut reading = Reading::default();
    assert!(reading.take(0, [unknown.as_str(), "{", known.as_str()]));
    assert_eq!((reading.next, lines_of(&reading.conversation).len()), (3, 1));
}

#[test]
fn a_gap_is_refused() {
    let text = by(1, person("Rosa"), Part::DataComment { text: "Hello".to_owned() }).to_json();
    let mut reading = Reading::default();
    assert!(!reading.take(1, [text.as_str()]));
    assert_eq!(reading, Reading::default());
}

#[test]
fn another_agent_in_a_run_is_the_second_one() {
    let otto = Author { kind: AuthorKind::Agent, id: "otto".to_owned(), name: "Otto".to_owned() };
    let step = |id: &str| Part::DataStep {
        id: id.to_owned(),
        title: id.to_owned(),
        result: String::new(),
        detail: String::new(),
        state: StepState::Done,
    };
    let conversation = read(vec![
        of_attempt(1, 1, state(RunState::Working)),
        of_attempt(2, 1, step("a")),
        Event { author: otto, ..of_attempt(3, 1, step("b")) },
        of_attempt(4, 1, step("c")),
        by(5, person("Rosa"), Part::DataComment { text: "Hello".to_owned() }),
    ]);
    assert_eq!(
        conversation.entries.iter().map(|entry| entry.second).collect::<Vec<_>>(),
        [false, true, false, false]
    );
}

#[test]
fn who_helps_ends_without_ending_anything_else() {
    let otto = Author { kind: AuthorKind::Agent, id: "otto".to_owned(), name: "Otto".to_owned() };
    let helps = |n, part| {
        let author = otto.clone();
        Event { id: format!("e{n}"), run: None, attempt: None, author, at: n, part }
            .of_run(RunId(Uuid::from_u128(2)), 1)
    };
    let mut log = vec![
        of_attempt(1, 1, state(RunState::Working)),
        of_attempt(2, 1, start()),
        of_attempt(3, 1, delta("Dear")),
        helps(4, sub_state(RunState::Working)),
        helps(5, start()),
        helps(6, delta("Dates")),
    ];
    let read_so = |log: &[Event]| {
        let conversation = Conversation::read(log);
        let second: Vec<bool> = conversation.entries.iter().map(|entry| entry.second).collect();
        assert_eq!(second, [false, true]);
        assert_eq!(conversation.subs[0].agent, "Otto");
        (lines_of(&conversation), conversation.run.unwrap().state, conversation.subs[0].state)
    };
    let both = vec!["Juno: Dear|".to_owned(), "Otto: Dates|".to_owned()];
    assert_eq!(read_so(&log), (both.clone(), RunState::Working, RunState::Working));

    // Juno's next attempt leaves what Otto writes alone.
    log.push(of_attempt(7, 2, state(RunState::Working)));
    let juno_broke_off = vec!["Juno: Dear".to_owned(), "Otto: Dates|".to_owned()];
    assert_eq!(read_so(&log), (juno_broke_off, RunState::Working, RunState::Working));

    log.push(helps(8, sub_state(RunState::Completed)));
    let done = vec!["Juno: Dear".to_owned(), "Otto: Dates".to_owned()];
    assert_eq!(read_so(&log), (done, RunState::Working, RunState::Completed));
}

fn sub_state(state: RunState) -> Part {
    let parent = RunId(Uuid::from_u128(1));
    Part::DataSubRun { parent, agent: "Otto".to_owned(), state, failure: None }
}

fn question() -> Part {
    let choice = Choice { key: "1".to_owned(), label: "Leave it out".to_owned() };
    Part::DataApproval {
        approval: ApprovalId(Uuid::from_u128(9)),
        question: "May I?".to_owned(),
        detail: String::new(),
        options: vec![choice],
        expires: 0,
    }
}

/// Any event, of few texts, runs and attempts, so that they meet.
fn any_part() -> impl Strategy<Value = Part> {
    let id = prop::sample::select(vec!["a", "b"]).prop_map(str::to_owned);
    let states = prop::sample::select(vec![
        RunState::Queued,
        RunState::Working,
        RunState::Suspended,
        RunState::Completed,
        RunState::Failed,
    ]);
    let step = prop::sample::select(vec![StepState::Open, StepState::Working, StepState::Done]);
    prop_oneof![
        id.clone().prop_map(|id| Part::TextStart { id }),
        (id.clone(), "[a-z ]{0,6}").prop_map(|(id, delta)| Part::TextDelta { id, delta }),
        id.clone().prop_map(|id| Part::TextEnd { id }),
        "[a-z]{1,6}".prop_map(|text| Part::DataComment { text }),
        (1_i64..60).prop_map(deletion),
        Just(tombstone(7)),
        states.clone().prop_map(state),
        states.prop_map(sub_state),
        (id, step).prop_map(|(id, state)| Part::DataStep {
            title: id.clone(),
            id,
            result: String::new(),
            detail: String::new(),
            state
        }),
        Just(Part::DataStop { control: ControlId(Uuid::from_u128(5)) }),
        Just(Part::DataOutcome {
            control: ControlId(Uuid::from_u128(5)),
            outcome: "done".to_owned(),
            reason: "\0".to_owned()
        }),
        Just(question()),
        prop::option::of("[a-z]{1,4}").prop_map(|label| Part::DataAnswer {
            approval: ApprovalId(Uuid::from_u128(9)),
            expired: label.is_none(),
            label
        }),
        Just(Part::DataPlan {
            steps: vec![PlanStep { title: "Read".to_owned(), state: StepState::Working }]
        }),
        Just(Part::DataAsked { title: "Lease".to_owned(), brief: "Soon.".to_owned() }),
        Just(Part::DataMoved { from: Column::UpNext, to: Column::InProgress }),
        Just(Part::Unknown),
    ]
}

fn any_log() -> impl Strategy<Value = Vec<Event>> {
    prop::collection::vec((any_part(), 1_u32..3, any::<bool>()), 0..60).prop_map(|parts| {
        let number = 1_i64..;
        let event = |(n, (part, attempt, helps))| {
            let event = of_attempt(n, attempt, part);
            if helps { event.of_run(RunId(Uuid::from_u128(2)), attempt) } else { event }
        };
        number.zip(parts).map(event).collect()
    })
}

proptest! {
    /// Whoever comes late, in pieces, with repeats, reads what somebody read who was there from the beginning.
    #[test]
    fn reads_the_same_however_it_arrives(log in any_log(), pieces in prop::collection::vec((0_usize..60, 0_usize..9), 0..20)) {
        let whole = Conversation::read(&log);
        let texts: Vec<String> = log.iter().map(Event::to_json).collect();
        let mut reading = Reading::default();
        for (from, length) in pieces.into_iter().chain([(0, texts.len())]) {
            let from = from.min(texts.len());
            let to = (from + length).min(texts.len());
            let gap = from as u64 > reading.next;
            let taken = reading.take(from as u64, texts[from..to].iter().map(String::as_str));
            prop_assert_eq!(taken, !gap);
        }
        prop_assert_eq!(reading.next, texts.len() as u64);
        prop_assert_eq!(reading.changed.len(), whole.entries.len());
        prop_assert_eq!(reading.conversation, whole);
    }

    /// What is stored stands for the events before it, wherever the log is cut.
    #[test]
    fn a_fold_and_the_rest_are_the_whole(log in any_log(), cut in 0_usize..60) {
        let texts: Vec<String> = log.iter().map(Event::to_json).collect();
        let cut = cut.min(texts.len());
        let mut whole = Reading::default();
        whole.take(0, texts.iter().map(String::as_str));
        let mut before = Reading::default();
        before.take(0, texts[..cut].iter().map(String::as_str));
        let stored = serde_json::to_string(&before).unwrap();
        let mut reading: Reading = serde_json::from_str(&stored).unwrap();
        prop_assert_eq!(&reading, &before);
        prop_assert!(reading.take(cut as u64, texts[cut..].iter().map(String::as_str)));
        prop_assert_eq!(reading, whole);
    }

    /// Words that are put together read as the words one by one, and stand for them all.
    #[test]
    fn words_put_together_read_the_same(log in any_log(), wordy in 0_usize..60) {
        // So that there are texts that go on for a while.
        let mut log = log;
        for event in log.iter_mut().skip(wordy).take(20) {
            event.part = delta(&event.id);
            event.attempt = Some(1);
        }
        let texts: Vec<String> = log.iter().map(Event::to_json).collect();
        let joined = crate::session::join(texts.iter().map(String::as_str));
        prop_assert_eq!(joined.iter().map(|one| one.count).sum::<usize>(), texts.len());
        let events: Vec<Event> = joined.iter().map(|one| Event::from_json(&one.text).unwrap()).collect();
        prop_assert_eq!(Conversation::read(&events), Conversation::read(&log));
        // And it goes on from any point in the same way.
        let mut place = 0;
        let mut conversation = Conversation::default();
        for (one, event) in joined.iter().zip(&events) {
            conversation.apply(event);
            place += one.count;
            prop_assert_eq!(&conversation, &Conversation::read(&log[..place]));
        }
    }

    /// A page that redraws only what it is told was touched shows what is there.
    #[test]
    fn tells_everything_that_changed(log in any_log()) {
        let mut conversation = Conversation::default();
        let mut shown: Vec<Entry> = Vec::new();
        for event in &log {
            for place in conversation.apply(event) {
                let entry = conversation.entries[place].clone();
                if place == shown.len() { shown.push(entry) } else { shown[place] = entry }
            }
            prop_assert_eq!(&shown, &conversation.entries);
        }
    }

    /// Keys tell entries apart for ever.
    #[test]
    fn no_two_entries_share_a_key(log in any_log()) {
        let conversation = Conversation::read(&log);
        let mut keys: Vec<&str> = conversation.entries.iter().map(|entry| entry.key.as_str()).collect();
        keys.sort_unstable();
        keys.dedup();
        prop_assert_eq!(keys.len(), conversation.entries.len());
    }
}

/// A request that is done leaves nothing to be done in its plan; one that was dropped stays so.
#[test]
fn a_plan_is_ticked_with_its_request() {
    let step = |title: &str, state| PlanStep { title: title.to_owned(), state };
    let steps = vec![
        step("Read", StepState::Done),
        step("Ask", StepState::Failed),
        step("Write", StepState::Working),
        step("Check", StepState::Open),
    ];
    let mut conversation = read(vec![
        of_attempt(1, 1, state(RunState::Working)),
        of_attempt(2, 1, Part::DataPlan { steps }),
        of_attempt(3, 1, state(RunState::Completed)),
        by(4, juno(), Part::DataMoved { from: Column::InProgress, to: Column::Review }),
    ]);
    assert_eq!(lines_of(&conversation)[0], "Juno: [Done] Read[Failed] Ask[Open] Write[Open] Check");
    let done = by(5, person("Rosa"), Part::DataMoved { from: Column::Review, to: Column::Done });
    assert_eq!(conversation.apply(&done), [0, 2], "the plan reads differently");
    assert_eq!(lines_of(&conversation)[0], "Juno: [Done] Read[Failed] Ask[Done] Write[Done] Check");
}
