//! Keeps what is written in this browser, against a lost tab.

use std::{cell::Cell, rc::Rc, time::Duration};

use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use wasm_bindgen::JsCast;
use web_sys::{Element, Event, HtmlInputElement, HtmlTextAreaElement, Storage};

use crate::dom;

/// After so long without a key it is kept.
const PAUSE: Duration = Duration::from_millis(400);
/// Nobody looks for older ones, in milliseconds.
const OLD: f64 = 14.0 * 24.0 * 3_600_000.0;

#[derive(Serialize, Deserialize)]
struct SavedDraft {
    title: String,
    brief: String,
    at: f64,
}

pub struct Draft {
    form: Element,
    name: String,
    /// About to be kept.
    due: Cell<bool>,
    /// Sent: there is nothing to keep any more.
    over: Cell<bool>,
}

impl Draft {
    pub fn new(form: Element, name: String) -> Self {
        Self { form, name, due: Cell::new(false), over: Cell::new(false) }
    }

    /// Fills in what was kept, where the form is empty. Answers whether it did.
    pub fn restore(&self) -> bool {
        let Some((title, brief)) = self.fields() else { return false };
        let kept = store().and_then(|store| store.get_item(&self.name).ok().flatten());
        let Some(kept) = kept.and_then(|kept| serde_json::from_str::<SavedDraft>(&kept).ok()) else {
            return false;
        };
        let empty = title.value().is_empty() && brief.value().is_empty();
        if !empty || js_sys::Date::now() - kept.at > OLD {
            return false;
        }
        title.set_value(&kept.title);
        brief.set_value(&kept.brief);
        true
    }

    /// Empties the form and forgets what was kept.
    pub fn start_afresh(&self) {
        self.forget();
        if let Some((title, brief)) = self.fields() {
            title.set_value("");
            brief.set_value("");
            dom::focus(&title);
        }
    }

    /// It arrived: nothing is kept any more.
    pub fn done(&self) {
        self.over.set(true);
        self.forget();
    }

    fn forget(&self) {
        if let Some(store) = store() {
            drop(store.remove_item(&self.name));
        }
    }

    fn soon(self: &Rc<Self>) {
        if !self.due.replace(true) {
            let draft = self.clone();
            set_timeout(move || draft.keep(), PAUSE);
        }
    }

    fn keep(&self) {
        self.due.set(false);
        let Some((title, brief)) = self.fields().filter(|_| !self.over.get()) else { return };
        let written = SavedDraft { title: title.value(), brief: brief.value(), at: js_sys::Date::now() };
        if written.title.trim().is_empty() && written.brief.trim().is_empty() {
            return self.forget();
        }
        if let (Some(store), Ok(text)) = (store(), serde_json::to_string(&written)) {
            // A full store keeps less; nothing else depends on it.
            drop(store.set_item(&self.name, &text));
        }
    }

    fn fields(&self) -> Option<(HtmlInputElement, HtmlTextAreaElement)> {
        let field = |name: &str| self.form.query_selector(name).ok().flatten();
        Some((field("[name=title]")?.dyn_into().ok()?, field("[name=brief]")?.dyn_into().ok()?))
    }
}

/// Listens for as long as the island lives.
pub fn listen(draft: &Rc<Draft>) {
    let typed = draft.clone();
    dom::listen(&draft.form, "input", move |_: Event| typed.soon());
    let leaving = draft.clone();
    let left = window_event_listener_untyped("pagehide", move |_| leaving.keep());
    on_cleanup(move || left.remove());
}

/// None where a browser keeps nothing for pages.
fn store() -> Option<Storage> {
    window().local_storage().ok().flatten()
}
