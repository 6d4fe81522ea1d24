//! Fields of a form: label, hint, control, and the error beside it, tied together for every reader.

use leptos::prelude::*;

use crate::web::{Bare, Cx, Form, textarea_text};

/// The hidden token that every form carries.
pub fn token(cx: &Cx) -> impl IntoView + use<> {
    bare_token(&cx.bare)
}

/// The same on a page that may come before there is a workspace.
pub fn bare_token(bare: &Bare) -> impl IntoView + use<> {
    let token = bare.token.0.clone();
    view! { <input type="hidden" name="form_token" value=token /> }
}

/// What is wrong with the whole form, on top of it, with the focus; links lead to the fields.
pub fn summary(form: &Form) -> AnyView {
    if !form.is_bad() {
        return ().into_any();
    }
    let refused = form.refused.clone();
    let errors: Vec<_> = form
        .errors
        .iter()
        .map(|(field, message)| {
            let (href, message) = (format!("#{field}"), message.to_owned());
            view! { <li><a href=href>{message}</a></li> }
        })
        .collect();
    let heading = refused.unwrap_or_else(|| "Please fix the following".to_owned());
    view! {
        <div class="form-error" role="alert" tabindex="-1" autofocus>
            <h2 dir="auto">{heading}</h2>
            {(!errors.is_empty()).then(|| view! { <ul>{errors}</ul> })}
        </div>
    }
    .into_any()
}

/// A box to tick, with its words beside it. `value`: what it sends, where that matters.
pub fn checkbox(
    name: impl Into<String>,
    value: Option<&str>,
    checked: bool,
    words: impl IntoView + 'static,
) -> AnyView {
    let (name, value): (String, _) = (name.into(), value.map(str::to_owned));
    view! {
        <label class="check">
            <input type="checkbox" name=name value=value checked=checked />
            <span>{words}</span>
        </label>
    }
    .into_any()
}

enum Control {
    Input { kind: &'static str },
    Area { rows: u32, class: &'static str },
    Select { options: Vec<(String, String)> },
}

/// One field, built up from its name and label.
pub struct Field {
    name: String,
    label: String,
    hint: Option<String>,
    value: String,
    error: Option<String>,
    required: bool,
    asked: bool,
    /// For what it is optional, where it is not for all.
    optional_for: Option<String>,
    min: Option<u32>,
    autocomplete: Option<&'static str>,
    max: Option<u32>,
    unit: Option<&'static str>,
    placeholder: Option<&'static str>,
    list: Option<&'static str>,
    control: Control,
}

impl Field {
    fn new(form: &Form, name: &str, label: &str, control: Control) -> Self {
        Self {
            name: name.to_owned(),
            label: label.to_owned(),
            hint: None,
            value: form.values.raw(name).to_owned(),
            error: form.errors.of(name).map(str::to_owned),
            required: false,
            asked: false,
            optional_for: None,
            min: None,
            autocomplete: None,
            max: None,
            unit: None,
            placeholder: None,
            list: None,
            control,
        }
    }

    /// A line of text.
    pub fn text(form: &Form, name: &str, label: &str) -> Self {
        Self::new(form, name, label, Control::Input { kind: "text" })
    }

    pub fn email(form: &Form, name: &str, label: &str) -> Self {
        Self::new(form, name, label, Control::Input { kind: "email" }).autocomplete("email")
    }

    /// A password: never filled in again by us.
    pub fn password(form: &Form, name: &str, label: &str) -> Self {
        let mut field = Self::new(form, name, label, Control::Input { kind: "password" });
        field.value.clear();
        field
    }

    pub fn number(form: &Form, name: &str, label: &str, unit: &'static str) -> Self {
        let mut field = Self::new(form, name, label, Control::Input { kind: "text" });
        field.unit = Some(unit);
        field
    }

    pub fn area(form: &Form, name: &str, label: &str, rows: u32) -> Self {
        Self::new(form, name, label, Control::Area { rows, class: "input" })
    }

    /// For prose of some length, in the reading face.
    pub fn prose(form: &Form, name: &str, label: &str, rows: u32) -> Self {
        Self::new(form, name, label, Control::Area { rows, class: "input writing-area" })
    }

    /// One of several; `options` are value and word.
    pub fn select(form: &Form, name: &str, label: &str, options: Vec<(String, String)>) -> Self {
        Self::new(form, name, label, Control::Select { options })
    }

    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    pub fn required(mut self) -> Self {
        self.required = true;
        self
    }

    /// Required, but not held back by the browser: it may stand where nobody sees it.
    pub fn asked(mut self) -> Self {
        self.asked = true;
        self
    }

    /// Optional for some alone, as the styles show by `data-for`, and needed for the rest.
    pub fn optional_for(mut self, some: String) -> Self {
        self.optional_for = Some(some);
        self
    }

    /// The fewest characters that the browser lets pass.
    pub fn min(mut self, characters: u32) -> Self {
        self.min = Some(characters);
        self
    }

    pub fn autocomplete(mut self, value: &'static str) -> Self {
        self.autocomplete = Some(value);
        self
    }

    pub fn placeholder(mut self, value: &'static str) -> Self {
        self.placeholder = Some(value);
        self
    }

    /// The id of a `<datalist>` to choose from.
    pub fn list(mut self, id: &'static str) -> Self {
        self.list = Some(id);
        self
    }

    /// The most characters that it takes.
    pub fn max(mut self, characters: u32) -> Self {
        self.max = Some(characters);
        self
    }

    pub fn show(self) -> AnyView {
        let id = self.name.clone();
        let hint_id = self.hint.as_ref().map(|_| format!("{id}-hint"));
        let error_id = self.error.as_ref().map(|_| format!("{id}-error"));
        let described =
            [hint_id.clone(), error_id.clone()].into_iter().flatten().collect::<Vec<_>>().join(" ");
        let described = (!described.is_empty()).then_some(described);
        let (label, hint, error) = (self.label.clone(), self.hint.clone(), self.error.clone());
        let (required, some) = (self.required || self.asked, self.optional_for.clone());
        view! {
            <div class="field">
                <label for=id.clone() dir="auto">{label} {(!required).then(|| view! { <span class="optional" data-for=some>" optional"</span> })}</label>
                {hint.map(|hint| view! { <p class="hint" id=hint_id>{hint}</p> })}
                {self.control_view(id, described)}
                {error.map(|error| view! { <p class="field-error" id=error_id>{error}</p> })}
            </div>
        }
        .into_any()
    }

    fn control_view(self, id: String, described: Option<String>) -> AnyView {
        let invalid = self.error.is_some().then_some("true");
        let asked = self.asked.then_some("true");
        let min = self.min.map(|min| min.to_string());
        let Self { name, value, required, autocomplete, max, unit, placeholder, list, control, .. } = self;
        let max = max.map(|max| max.to_string());
        match control {
            Control::Area { rows, class } => view! {
                <textarea dir="auto" class=class id=id name=name rows=rows required=required maxlength=max placeholder=placeholder
                    aria-required=asked aria-invalid=invalid aria-describedby=described>
                    {textarea_text(&value)}
                </textarea>
            }
            .into_any(),
            Control::Select { options } => {
                let options: Vec<_> = options
                    .into_iter()
                    .map(|(key, word)| {
                        let selected = key == value;
                        view! { <option value=key selected=selected>{word}</option> }
                    })
                    .collect();
                view! {
                    <select class="input" id=id name=name required=required aria-required=asked aria-invalid=invalid aria-describedby=described>
                        {options}
                    </select>
                }
                .into_any()
            }
            Control::Input { kind } => {
                let numeric = unit.map(|_| "numeric");
                let input = view! {
                    <input dir="auto" class="input" type=kind id=id name=name value=value required=required autocomplete=autocomplete
                        minlength=min maxlength=max inputmode=numeric placeholder=placeholder list=list aria-required=asked aria-invalid=invalid
                        aria-describedby=described />
                };
                match unit {
                    Some(unit) => view! { <div class="with-unit">{input}<span>{unit}</span></div> }.into_any(),
                    None => input.into_any(),
                }
            }
        }
    }
}
