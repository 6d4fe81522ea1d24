//! The brief as it will read, without leaving the page; once opened it follows what is written.

use std::{cell::Cell, rc::Rc, time::Duration};

use leptos::{prelude::*, task::spawn_local};
use wasm_bindgen::JsCast;
use web_sys::{Element, Event, HtmlElement, HtmlTextAreaElement, SubmitEvent};

use crate::{dom, send};

const ADDRESS: &str = "/portal/markdown";
/// After so long without a key it is read again.
const PAUSE: Duration = Duration::from_millis(500);

/// Listens for as long as the island lives.
pub fn listen(form: &Element, said: RwSignal<String>) {
    let opened = form.clone();
    dom::listen(form, "submit", move |event: SubmitEvent| {
        let button = event.submitter().and_then(|button| button.dyn_into::<Element>().ok());
        if button.is_some_and(|button| button.get_attribute("value").as_deref() == Some("preview")) {
            event.prevent_default();
            event.stop_immediate_propagation();
            let form = opened.clone();
            spawn_local(async move {
                if show(&form).await {
                    said.set("Preview opened below.".to_owned());
                }
            });
        }
    });
    let (form, due) = (form.clone(), Rc::new(Cell::new(false)));
    let typed = form.clone();
    dom::listen(&typed, "input", move |event: Event| {
        let is_brief = dom::target(&event).is_some_and(|field| field.id() == "brief");
        if is_brief && is_open() && !due.replace(true) {
            let (form, due) = (form.clone(), due.clone());
            set_timeout(
                move || {
                    due.set(false);
                    spawn_local(async move {
                        show(&form).await;
                    });
                },
                PAUSE,
            );
        }
    });
}

fn sheet() -> Option<HtmlElement> {
    dom::by_id("preview")?.dyn_into().ok()
}

fn is_open() -> bool {
    sheet().is_some_and(|sheet| !sheet.hidden())
}

async fn show(form: &Element) -> bool {
    let Some(sheet) = sheet() else { return false };
    let Some(html) = read(form).await else { return false };
    sheet.set_inner_html(&html);
    sheet.set_hidden(false);
    true
}

async fn read(form: &Element) -> Option<String> {
    let brief: HtmlTextAreaElement = dom::by_id("brief")?.dyn_into().ok()?;
    let token = dom::value_of(form, "form_token");
    send::exchange(ADDRESS, &[("form_token", &token), ("brief", &brief.value())]).await
}
