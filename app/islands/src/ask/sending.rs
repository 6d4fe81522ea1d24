//! Sends the form without losing the draft before it has arrived.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

use leptos::{prelude::*, task::spawn_local};
use serde::Deserialize;
use wasm_bindgen::JsCast;
use web_sys::{Element, FormData, HtmlElement, HtmlFormElement, SubmitEvent};

use super::draft::Draft;
use crate::{dom, send};

/// The part of the answer that says where the request is now.
#[derive(Default, Deserialize)]
struct CreatedRequest {
    #[serde(default)]
    path: String,
}

pub struct Sending {
    form: Element,
    draft: Rc<Draft>,
    said: RwSignal<String>,
    /// Files on their way.
    files: Cell<u32>,
    /// Pressed while files were on their way: sent when the last of them is here.
    pressed: RefCell<Option<HtmlElement>>,
    /// The browser itself sends it now, and shows what is to be mended.
    plain: Cell<bool>,
}

impl Sending {
    pub fn new(form: Element, draft: Rc<Draft>, said: RwSignal<String>) -> Rc<Self> {
        Rc::new(Self {
            form,
            draft,
            said,
            files: Cell::new(0),
            pressed: RefCell::new(None),
            plain: Cell::new(false),
        })
    }

    /// Another file is on its way.
    pub fn begin_file(&self) {
        self.files.set(self.files.get() + 1);
    }

    /// It is here, or is not coming.
    pub fn end_file(&self) {
        self.files.set(self.files.get().saturating_sub(1));
        if self.files.get() == 0
            && let Some(button) = self.pressed.take()
        {
            drop(button.remove_attribute("aria-busy"));
            self.press(&button);
        }
    }

    fn press(&self, button: &HtmlElement) {
        if let Some(form) = self.form.dyn_ref::<HtmlFormElement>() {
            drop(form.request_submit_with_submitter(Some(button)));
        }
    }

    async fn send(self: Rc<Self>, button: HtmlElement) {
        let Some((address, body)) = self.letter(&button) else { return };
        match send::post_whole(&address, &body).await {
            Some((true, text)) => {
                self.draft.done();
                let made = serde_json::from_str::<CreatedRequest>(&text).unwrap_or_default();
                drop(window().location().set_href(if made.path.is_empty() {
                    "/portal/requests"
                } else {
                    &made.path
                }));
            }
            Some((false, _)) => {
                drop(button.remove_attribute("aria-busy"));
                self.plain.set(true);
                self.press(&button);
            }
            None => {
                drop(button.remove_attribute("aria-busy"));
                self.unreachable();
            }
        }
    }

    /// What the form holds, the pressed button with it.
    fn letter(&self, button: &HtmlElement) -> Option<(String, FormData)> {
        let form = self.form.dyn_ref::<HtmlFormElement>()?;
        let body = FormData::new_with_form(form).ok()?;
        drop(body.append_with_str(&button.get_attribute("name")?, &button.get_attribute("value")?));
        Some((form.get_attribute("action")?, body))
    }

    fn unreachable(&self) {
        let words = "You’re offline. Your draft is saved here. Try sending again in a moment.";
        if let Some(place) = self.notice() {
            place.set_text_content(Some(words));
        }
        self.said.set(words.to_owned());
    }

    /// The line below the buttons that says what is in the way.
    fn notice(&self) -> Option<Element> {
        if let Some(there) = dom::by_id("ask-notice") {
            return Some(there);
        }
        let line = document().create_element("p").ok()?;
        line.set_id("ask-notice");
        line.set_class_name("field-error");
        self.form.append_child(&line).ok()?;
        Some(line)
    }
}

/// Listens for as long as the island lives.
pub fn listen(sending: &Rc<Sending>) {
    let own = sending.clone();
    dom::listen(&sending.form, "submit", move |event: SubmitEvent| submit(&own, &event));
}

fn submit(sending: &Rc<Sending>, event: &SubmitEvent) {
    if event.default_prevented() || sending.plain.replace(false) {
        return;
    }
    let Some(button) = event.submitter() else { return };
    // A file is taken out by whoever looks after them.
    if button.get_attribute("name").as_deref() != Some("do") {
        return;
    }
    event.prevent_default();
    let busy = dom::all(&sending.form, "[aria-busy=true]");
    if !busy.is_empty() {
        return;
    }
    drop(button.set_attribute("aria-busy", "true"));
    if sending.files.get() > 0 {
        sending.said.set("Files are still uploading. Your request will send when they’re done.".to_owned());
        *sending.pressed.borrow_mut() = Some(button);
        return;
    }
    spawn_local(sending.clone().send(button));
}
