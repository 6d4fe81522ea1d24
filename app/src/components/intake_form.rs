//! The questions that an offer asks, as fields of a form: at sign-up, and as the operator's preview.

use domain::offers::{IntakeField, IntakeKind};
use leptos::prelude::*;

use super::{
    choose::{Choice, Question, boxes, radios},
    field::Field,
};
use crate::web::Form;

/// Every question with what was answered so far; the names are those that `offers::intake::check` tells errors at.
pub fn intake_fields(fields: &[IntakeField], form: &Form) -> AnyView {
    fields.iter().map(|field| question(field, form)).collect::<Vec<_>>().into_any()
}

fn question(field: &IntakeField, form: &Form) -> AnyView {
    let name = field.name();
    let longest = u32::try_from(field.kind.longest()).unwrap_or(u32::MAX);
    match field.kind {
        IntakeKind::Text => written(Field::text(form, &name, &field.label).max(longest), field),
        IntakeKind::Long => written(Field::prose(form, &name, &field.label, 4).max(longest), field),
        IntakeKind::Choice => radios(form, asked(field, name), &options(field)),
        IntakeKind::Choices => boxes(form, asked(field, name), &options(field)),
        IntakeKind::YesNo => {
            radios(form, asked(field, name), &[Choice::new("yes", "Yes"), Choice::new("no", "No")])
        }
    }
}

fn written(mut control: Field, field: &IntakeField) -> AnyView {
    if !field.hint.is_empty() {
        control = control.hint(field.hint.clone());
    }
    if field.required {
        control = control.required();
    }
    control.show()
}

fn asked(field: &IntakeField, name: String) -> Question {
    Question { name, legend: field.label.clone(), hint: field.hint.clone(), required: field.required }
}

fn options(field: &IntakeField) -> Vec<Choice> {
    field.options.iter().map(|option| Choice::of(option)).collect()
}
