use domain::{
    ids::OfferId,
    offers::{IntakeField, IntakeKind, Offer},
};
use leptos::prelude::*;

use crate::{components::field::Field, web::Form};

/// The name of a question's field: two offers may ask under the same key.
pub(super) fn name(offer: OfferId, key: &str) -> String {
    // The end of a time-ordered id is its random part.
    let id = offer.0.simple().to_string();
    format!("q-{}-{key}", &id[id.len() - 8..])
}

/// An offer's questions. `alone`: no other offer's stand beside them, so the browser may hold a missing answer back.
pub(super) fn questions(form: &Form, offer: &Offer, alone: bool) -> Vec<AnyView> {
    offer.intake.iter().map(|question| one(form, offer.id, question, alone)).collect()
}

fn one(form: &Form, offer: OfferId, question: &IntakeField, alone: bool) -> AnyView {
    let name = name(offer, &question.key);
    let written = |field: Field| {
        let field = match (question.required, alone) {
            (true, true) => field.required(),
            (true, false) => field.asked(),
            (false, _) => field,
        };
        let field = if question.hint.is_empty() { field } else { field.hint(question.hint.clone()) };
        field.max(u32::try_from(question.kind.longest()).unwrap_or(u32::MAX)).show()
    };
    match question.kind {
        IntakeKind::Text => written(Field::text(form, &name, &question.label)),
        IntakeKind::Long => written(Field::area(form, &name, &question.label, 4)),
        IntakeKind::Choice => choices(form, &name, question, "radio", plain(&question.options)),
        IntakeKind::Choices => choices(form, &name, question, "checkbox", plain(&question.options)),
        IntakeKind::YesNo => choices(form, &name, question, "radio", vec![("yes".into(), "Yes".into()), ("no".into(), "No".into())]),
    }
}

/// Options whose value is their word.
fn plain(options: &[String]) -> Vec<(String, String)> {
    options.iter().map(|option| (option.clone(), option.clone())).collect()
}

fn choices(form: &Form, name: &str, question: &IntakeField, kind: &'static str, options: Vec<(String, String)>) -> AnyView {
    let given: Vec<&str> = form.values.all(name).collect();
    let boxes: Vec<_> = options
        .into_iter()
        .map(|(value, word)| {
            let checked = given.contains(&value.as_str());
            view! {
                <label class="check">
                    <input type=kind name=name.to_owned() value=value checked=checked />
                    <span>{word}</span>
                </label>
            }
        })
        .collect();
    let error = form.errors.of(name).map(str::to_owned);
    let (hint_id, error_id) = (format!("{name}-hint"), format!("{name}-error"));
    let hint = (!question.hint.is_empty()).then(|| question.hint.clone());
    let described = [hint.as_ref().map(|_| hint_id.clone()), error.as_ref().map(|_| error_id.clone())];
    let described = described.into_iter().flatten().collect::<Vec<_>>().join(" ");
    view! {
        <fieldset class="field" id=name.to_owned() aria-describedby=(!described.is_empty()).then_some(described)>
            <legend>{question.label.clone()} {(!question.required).then(|| view! { <span class="optional">" optional"</span> })}</legend>
            {hint.map(|hint| view! { <p class="hint" id=hint_id>{hint}</p> })}
            <div class="choices">{boxes}</div>
            {error.map(|error| view! { <p class="field-error" id=error_id>{error}</p> })}
        </fieldset>
    }
    .into_any()
}
