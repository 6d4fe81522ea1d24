//! A form of a page, from its token to its buttons.

use leptos::prelude::*;

use super::field::{summary, token};
use crate::web::{Cx, Form};

/// A form that posts to one address, built up from that: its token, what is wrong with all of it, its fields and its buttons.
pub struct PostForm {
    class: &'static str,
    action: String,
    novalidate: bool,
    head: AnyView,
    fields: AnyView,
    buttons: Buttons,
}

enum Buttons {
    Row(AnyView),
    Wide(String),
}

impl PostForm {
    /// `form`: what was typed, and what is wrong with it.
    pub fn new(cx: &Cx, action: impl Into<String>, form: &Form) -> Self {
        Self {
            class: "form",
            action: action.into(),
            novalidate: true,
            head: view! { {token(cx)}{summary(form)} }.into_any(),
            fields: ().into_any(),
            buttons: Buttons::Row(().into_any()),
        }
    }

    /// The browser looks at what is typed before it is sent.
    pub fn checked_by_browser(self) -> Self {
        Self { novalidate: false, ..self }
    }

    /// Other classes than that of every form.
    pub fn class(self, class: &'static str) -> Self {
        Self { class, ..self }
    }

    /// What is typed.
    pub fn fields(self, fields: impl IntoView + 'static) -> Self {
        Self { fields: fields.into_any(), ..self }
    }

    /// The button that sends it, where it is what the page is for.
    pub fn submit(self, word: impl Into<String>) -> Self {
        let word: String = word.into();
        self.buttons(view! { <button class="button primary">{word}</button> })
    }

    /// The same with a way out.
    pub fn submit_or_leave(
        self,
        word: impl Into<String>,
        leave: &'static str,
        href: impl Into<String>,
    ) -> Self {
        let (word, href): (String, String) = (word.into(), href.into());
        self.buttons(view! {
            <button class="button primary">{word}</button>
            <a class="button quiet" href=href>{leave}</a>
        })
    }

    /// The button of one form among several of a page.
    pub fn save(self, word: impl Into<String>) -> Self {
        let word: String = word.into();
        self.buttons(view! { <button class="button">{word}</button> })
    }

    /// The one button of a narrow page.
    pub fn wide_submit(self, word: impl Into<String>) -> Self {
        Self { buttons: Buttons::Wide(word.into()), ..self }
    }

    /// Buttons of its own, in their row.
    pub fn buttons(self, buttons: impl IntoView + 'static) -> Self {
        Self { buttons: Buttons::Row(buttons.into_any()), ..self }
    }

    pub fn show(self) -> AnyView {
        let Self { class, action, novalidate, head, fields, buttons } = self;
        let buttons = match buttons {
            Buttons::Row(buttons) => view! { <div class="button-row">{buttons}</div> }.into_any(),
            Buttons::Wide(word) => view! { <button class="button primary wide">{word}</button> }.into_any(),
        };
        view! {
            <form class=class method="post" action=action novalidate=novalidate>
                {head}
                {fields}
                {buttons}
            </form>
        }
        .into_any()
    }
}
