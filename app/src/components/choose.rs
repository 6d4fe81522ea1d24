//! Fields in which one chooses instead of writing: radios and boxes under a legend, with hint and error tied to them.

use leptos::prelude::*;

use crate::web::Form;

/// One of the choices: its value, its words, and a small line below them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChoiceOption {
    pub value: String,
    pub label: String,
    pub hint: String,
}

impl ChoiceOption {
    /// A choice whose value is what it says.
    pub fn of(label: &str) -> Self {
        Self::new(label, label)
    }

    pub fn new(value: &str, label: &str) -> Self {
        Self { value: value.to_owned(), label: label.to_owned(), hint: String::new() }
    }

    pub fn hint(mut self, hint: &str) -> Self {
        self.hint = hint.to_owned();
        self
    }
}

/// What stands around the choices.
#[derive(Clone, Debug, Default)]
pub struct ChoiceGroup {
    pub name: String,
    pub legend: String,
    pub hint: String,
    pub required: bool,
    /// The browser may hold a form back in which it is missing.
    pub held: bool,
}

/// One of several.
pub fn radios(form: &Form, question: ChoiceGroup, options: &[ChoiceOption]) -> AnyView {
    group(form, question, options, "radio")
}

/// Any of several.
pub fn boxes(form: &Form, question: ChoiceGroup, options: &[ChoiceOption]) -> AnyView {
    group(form, question, options, "checkbox")
}

fn group(form: &Form, question: ChoiceGroup, options: &[ChoiceOption], kind: &'static str) -> AnyView {
    let ChoiceGroup { name, legend, hint, required, held } = question;
    let error = form.errors.of(&name).map(str::to_owned);
    let (hint_id, error_id) = (format!("{name}-hint"), format!("{name}-error"));
    let described: Vec<&str> = [(!hint.is_empty(), &hint_id), (error.is_some(), &error_id)]
        .into_iter()
        .filter(|(there, _)| *there)
        .map(|(_, id)| id.as_str())
        .collect();
    let described = (!described.is_empty()).then(|| described.join(" "));
    let invalid = error.is_some().then_some("true");
    let chosen: Vec<String> = form.values.all(&name).map(str::to_owned).collect();
    let options: Vec<_> = options
        .iter()
        .cloned()
        .map(|option| {
            let checked = chosen.contains(&option.value);
            let hint = (!option.hint.is_empty()).then(|| view! { <small class="hint">{option.hint}</small> });
            // A browser can hold a radio to be chosen, not a box among several.
            let required = required && held && kind == "radio";
            view! {
                <label class="check">
                    <input type=kind name=name.clone() value=option.value checked=checked required=required aria-invalid=invalid />
                    <span dir="auto">{option.label}{hint}</span>
                </label>
            }
        })
        .collect();
    view! {
        <fieldset class="field" id=name.clone() aria-describedby=described>
            <legend>{legend}{(!required).then(|| view! { <span class="optional">" optional"</span> })}</legend>
            {(!hint.is_empty()).then(|| view! { <p class="hint" id=hint_id>{hint}</p> })}
            <div class="choices">{options}</div>
            {error.map(|error| view! { <p class="field-error" id=error_id>{error}</p> })}
        </fieldset>
    }
    .into_any()
}
