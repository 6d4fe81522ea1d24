//! The questions that an offer asks, as fields of a form: at sign-up, and as the operator's preview.

use domain::offers::{IntakeField, IntakeKind};
use leptos::prelude::*;

use super::{
    choose::{ChoiceGroup, ChoiceOption, boxes, radios},
    field::Field,
};
use crate::web::Form;

/// A question with what was answered so far. `name`: of its field in the form, at which its errors are told. `held`: the
/// browser may hold a form back in which a required answer is missing.
pub fn intake_field(field: &IntakeField, name: &str, form: &Form, held: bool) -> AnyView {
    let longest = u32::try_from(field.kind.longest()).unwrap_or(u32::MAX);
    match field.kind {
        IntakeKind::Text => written(Field::text(form, name, &field.label).max(longest), field, held),
        IntakeKind::Long => written(Field::prose(form, name, &field.label, 4).max(longest), field, held),
        IntakeKind::Choice => radios(form, choice_group(field, name, held), &choices(field)),
        IntakeKind::Choices => boxes(form, choice_group(field, name, held), &choices(field)),
        IntakeKind::YesNo => radios(
            form,
            choice_group(field, name, held),
            &[ChoiceOption::new("yes", "Yes"), ChoiceOption::new("no", "No")],
        ),
    }
}

fn written(mut control: Field, field: &IntakeField, held: bool) -> AnyView {
    if !field.hint.is_empty() {
        control = control.hint(field.hint.clone());
    }
    match (field.required, held) {
        (true, true) => control.required().show(),
        (true, false) => control.asked().show(),
        (false, _) => control.show(),
    }
}

fn choice_group(field: &IntakeField, name: &str, held: bool) -> ChoiceGroup {
    let required = field.required;
    ChoiceGroup {
        name: name.to_owned(),
        legend: field.label.clone(),
        hint: field.hint.clone(),
        required,
        held,
    }
}

fn choices(field: &IntakeField) -> Vec<ChoiceOption> {
    field.options.iter().map(|option| ChoiceOption::of(option)).collect()
}
