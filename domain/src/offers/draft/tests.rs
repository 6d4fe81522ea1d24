use super::*;
use crate::{
    Error,
    money::{Currency, Money},
    offers::{IntakeKind, Interval, Starts},
};

fn typed() -> OfferForm {
    OfferForm {
        name: " Two at a time ".into(),
        points: "A weekly report\n\n Pause when you like ".into(),
        price: "5,000.50".into(),
        interval: "quarter".into(),
        active_limit: "2".into(),
        cycle_hours: "48".into(),
        revisions: "3".into(),
        starts: "on_payment".into(),
        intake: vec![
            FieldForm {
                label: "What do you do?".into(),
                kind: "long".into(),
                required: true,
                ..FieldForm::default()
            },
            FieldForm {
                label: "Tone".into(),
                kind: "choice".into(),
                options: "Plain\nFormal".into(),
                ..FieldForm::default()
            },
        ],
        ..OfferForm::default()
    }
}

fn errors(typed: &OfferForm) -> FieldErrors {
    match typed.read(Currency::USD) {
        Err(Error::Fields(errors)) => errors,
        other => panic!("not refused: {other:?}"),
    }
}

#[test]
fn what_is_typed_is_read_and_shown_again() {
    let draft = typed().read(Currency::USD).unwrap();
    assert_eq!(draft.name, "Two at a time");
    assert_eq!(draft.points, ["A weekly report", "Pause when you like"]);
    assert_eq!(draft.terms.price, Money::new(500_050, Currency::USD));
    assert_eq!((draft.terms.interval, draft.terms.starts), (Interval::Quarter, Starts::OnPayment));
    assert_eq!(draft.terms.revisions, Some(3));
    let keys: Vec<&str> = draft.intake.iter().map(|field| field.key.as_str()).collect();
    assert_eq!(keys, ["what_do_you_do", "tone"]);
    assert_eq!(draft.intake[1].kind, IntakeKind::Choice);
    assert_eq!(OfferForm::from(&draft).read(Currency::USD).unwrap(), draft);
}

#[test]
fn a_renamed_question_keeps_its_key() {
    let mut typed = OfferForm::from(&typed().read(Currency::USD).unwrap());
    typed.intake[1].label = "Which tone?".into();
    typed.intake.push(FieldForm { label: "Tone".into(), ..FieldForm::default() });
    let keys: Vec<String> =
        typed.read(Currency::USD).unwrap().intake.into_iter().map(|field| field.key).collect();
    assert_eq!(keys, ["what_do_you_do", "tone", "tone_2"]);
}

#[test]
fn everything_wrong_is_told_at_once() {
    let mut typed = typed();
    typed.name.clear();
    typed.price = "5.000".into();
    typed.active_limit = "0".into();
    typed.cycle_hours = "many".into();
    typed.revisions = "100".into();
    typed.intake[0].label.clear();
    typed.intake[1].options = "Plain".into();
    let errors = errors(&typed);
    let fields: Vec<&str> = errors.iter().map(|(field, _)| field).collect();
    let expected =
        ["price", "cycle_hours", "name", "active_limit", "revisions", "field-0-label", "field-1-options"];
    assert_eq!(fields, expected);
    assert_eq!(errors.of("active_limit"), Some("Enter a number from 1 to 20 requests."));
    assert_eq!(errors.of("field-0-label"), Some("Fill in question 1 or remove it."));
}

#[test]
fn unlimited_revisions_need_no_number() {
    let mut typed = typed();
    typed.unlimited = true;
    typed.revisions = "x".into();
    assert_eq!(typed.read(Currency::USD).unwrap().terms.revisions, None);
}

#[test]
fn a_form_of_absurd_size_is_refused() {
    let mut typed = typed();
    typed.points = vec!["a point"; 13].join("\n");
    typed.intake = vec![FieldForm { label: "Why?".into(), ..FieldForm::default() }; 31];
    typed.summary = "x".repeat(301);
    let errors = errors(&typed);
    assert!(errors.of("points").is_some() && errors.of("intake").is_some() && errors.of("summary").is_some());
}
