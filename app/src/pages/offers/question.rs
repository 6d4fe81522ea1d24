//! The editor of the intake form: a part of the offer's form, whose buttons post the whole of it back.

use domain::offers::{IntakeKind, OfferForm};
use leptos::prelude::*;

use crate::{
    components::field::{Field, checkbox},
    web::Form,
};

/// Every question, and the button for another one.
pub fn questions(form: &Form, typed: &OfferForm, action: &str) -> AnyView {
    let count = typed.intake.len();
    let error = form.errors.of("intake").map(str::to_owned);
    let all: Vec<_> = (0..count).map(|place| question(form, place, count, action)).collect();
    let added = format!("{action}#field-{count}");
    view! {
        <fieldset id="intake">
            <legend>"Sign-up questions"</legend>
            <p class="hint">"Answers show on the client’s page, and agents read them before they start."</p>
            {error.map(|error| view! { <p class="field-error">{error}</p> })}
            {all}
            <div class="button-row">
                <button class="button" name="do" value="add" formaction=added>"Add question"</button>
            </div>
        </fieldset>
    }
    .into_any()
}

fn question(form: &Form, place: usize, count: usize, action: &str) -> AnyView {
    let name = |part: &str| format!("field-{place}-{part}");
    let kinds = IntakeKind::ALL.map(|kind| (kind.as_str().to_owned(), kind.label().to_owned()));
    let key = form.values.raw(&name("key")).to_owned();
    let required = form.values.has(&name("required"));
    view! {
        <fieldset class="question-edit" id=format!("field-{place}")>
            <legend>{format!("Question {}", place + 1)}</legend>
            <input type="hidden" name=name("key") value=key />
            {Field::text(form, &name("label"), "Question").required().max(200).show()}
            <div class="form-row">
                {Field::select(form, &name("kind"), "Answer type", kinds.to_vec()).required().show()}
                {Field::text(form, &name("hint"), "Hint").max(300).show()}
            </div>
            <div class="question-options">
                {Field::area(form, &name("options"), "Choices", 3).hint("One per line.").required().show()}
            </div>
            {checkbox(name("required"), None, required, "Required")}
            {moves(place, count, action)}
        </fieldset>
    }
    .into_any()
}

fn moves(place: usize, count: usize, action: &str) -> AnyView {
    let number = place + 1;
    let up = (place > 0).then(|| {
        let to = format!("{action}#field-{}", place - 1);
        view! { <button class="button quiet" name="do" value=format!("up-{place}") formaction=to aria-label=format!("Move question {number} up")>"Up"</button> }
    });
    let down = (number < count).then(|| {
        let to = format!("{action}#field-{number}");
        view! { <button class="button quiet" name="do" value=format!("down-{place}") formaction=to aria-label=format!("Move question {number} down")>"Down"</button> }
    });
    let gone = format!("{action}#intake");
    view! {
        <div class="button-row">
            {up}{down}
            <button class="button quiet" name="do" value=format!("remove-{place}") formaction=gone aria-label=format!("Remove question {number}")>"Remove"</button>
        </div>
    }
    .into_any()
}
