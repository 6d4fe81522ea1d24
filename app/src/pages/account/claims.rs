//! The companies that somebody signed up with an address: whoever reads its mail says which are theirs.

use domain::accounts::commands::claims::Claim;
use leptos::prelude::*;

use crate::{
    components::{
        choose::{ChoiceGroup, ChoiceOption, radios},
        time::Times,
    },
    web::{Cx, Fields, Form},
};

/// What a form says of a claim, by the name of its field.
pub(super) fn answer(fields: &Fields, name: &str) -> Option<bool> {
    match fields.text(name) {
        "yes" => Some(true),
        "no" => Some(false),
        _ => None,
    }
}

/// A question for each claim; nothing without any.
pub(super) fn questions(cx: &Cx, form: &Form, claims: &[Claim]) -> Option<AnyView> {
    if claims.is_empty() {
        return None;
    }
    let times = Times::of(cx);
    let questions: Vec<_> = claims.iter().map(|claim| question(form, claim, &times.ago(claim.at))).collect();
    let words =
        "Anybody can type an address. What was signed up with yours and is not yours loses the address.";
    Some(view! { <p class="soft">{words}</p> {questions} }.into_any())
}

fn question(form: &Form, claim: &Claim, ago: &str) -> AnyView {
    let others = match claim.colleagues.as_slice() {
        [] => String::new(),
        others => format!(". Also in it: {}", others.join(", ")),
    };
    let question = ChoiceGroup {
        name: claim.field(),
        legend: format!("Is {} yours?", claim.company),
        hint: format!("Signed up with your address {ago}{others}"),
        required: true,
        held: true,
    };
    radios(
        form,
        question,
        &[ChoiceOption::new("yes", "It is mine"), ChoiceOption::new("no", "It is not mine")],
    )
}
