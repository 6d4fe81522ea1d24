//! Sends forms without leaving the page: every `form[data-send]`. A form with `data-draft` keeps what was typed in it
//! until it has arrived.

use leptos::{ev, prelude::*, task::spawn_local};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, FormData, HtmlElement, HtmlFormElement, HtmlInputElement, HtmlTextAreaElement};

use super::send::{self, Sent};

const UNREACHABLE: &str = "You’re offline. Your message is saved here. Send it when you’re back online.";
/// How long a refusal stands that belongs to no field.
const TOAST: std::time::Duration = std::time::Duration::from_secs(9);

/// Sends the page's forms from now on; `sent` hears of each that arrived.
pub fn on_sent(sent: impl Fn() + Clone + 'static) {
    let _ = window_event_listener(ev::submit, move |event| {
        let form = event.target().and_then(|target| target.dyn_into::<HtmlFormElement>().ok());
        let Some(form) = form.filter(|form| form.has_attribute("data-send")) else { return };
        event.prevent_default();
        if !form.has_attribute("aria-busy") {
            spawn_local(send(form, event.submitter(), sent.clone()));
        }
    });
    let _ = window_event_listener(ev::keydown, |event| {
        if event.key() == "Enter" && (event.ctrl_key() || event.meta_key()) {
            let form = event
                .target()
                .and_then(|target| target.dyn_into::<HtmlTextAreaElement>().ok())
                .and_then(|area| area.form());
            if let Some(form) = form {
                drop(form.request_submit());
            }
        }
    });
    let _ = window_event_listener(ev::input, |event| {
        if let Some((key, area)) = event.target().and_then(|target| target.dyn_into().ok()).and_then(drafted)
        {
            keep(&key, &area.value());
        }
    });
    let _ = window_event_listener(ev::change, |event| {
        // Files go as soon as they are chosen.
        let input = event.target().and_then(|target| target.dyn_into::<HtmlInputElement>().ok());
        let form = input.filter(|input| input.type_() == "file").and_then(|input| input.form());
        if let Some(form) = form.filter(|form| form.has_attribute("data-send")) {
            drop(form.request_submit());
        }
    });
    let _ = window_event_listener(ev::click, |event| {
        let at = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        let opener = at.and_then(|at| at.closest("[data-opens]").ok().flatten());
        let opened =
            opener.and_then(|opener| document().get_element_by_id(&opener.get_attribute("data-opens")?));
        if let Some(opened) = opened.and_then(|opened| opened.dyn_into::<HtmlElement>().ok()) {
            opened.click();
        }
    });
    restore();
}

/// The field of a form that keeps its draft, and the draft's name.
fn drafted(area: HtmlTextAreaElement) -> Option<(String, HtmlTextAreaElement)> {
    let key = area.form()?.get_attribute("data-draft")?;
    Some((format!("draft {key}"), area))
}

fn keep(key: &str, words: &str) {
    if let Ok(Some(storage)) = window().session_storage() {
        // A full or forbidden storage loses nothing that stands in the field.
        drop(storage.set_item(key, words));
    }
}

/// What was typed here before and not sent, or not received.
fn restore() {
    let area = document().query_selector("form[data-draft] textarea").ok().flatten();
    let Some((key, area)) = area.and_then(|area| area.dyn_into().ok()).and_then(drafted) else { return };
    let draft =
        window().session_storage().ok().flatten().and_then(|storage| storage.get_item(&key).ok().flatten());
    if let Some(draft) = draft.filter(|_| area.value().is_empty()) {
        area.set_value(&draft);
    }
}

async fn send(form: HtmlFormElement, submitter: Option<HtmlElement>, sent: impl Fn()) {
    let own_address = submitter.as_ref().and_then(|button| button.get_attribute("formaction"));
    let Some(address) = own_address.clone().or_else(|| form.get_attribute("action")) else { return };
    let Ok(data) = FormData::new_with_form(&form) else { return };
    if let Some((name, value)) =
        submitter.and_then(|button| Some((button.get_attribute("name")?, button.get_attribute("value")?)))
    {
        drop(data.append_with_str(&name, &value));
    }
    let field = form
        .query_selector("textarea")
        .ok()
        .flatten()
        .and_then(|area| area.dyn_into::<HtmlTextAreaElement>().ok());
    let said = field.as_ref().map(HtmlTextAreaElement::value);
    drop(form.set_attribute("aria-busy", "true"));
    answer(&form, "", "hint");
    let came = post(&address, &form, &data).await;
    drop(form.remove_attribute("aria-busy"));
    match came {
        Sent::Done(note) => {
            if own_address.is_none() {
                clear(&form, field.clone(), said);
            }
            answer(&form, &note, "hint");
            sent();
        }
        // What is refused without a field is said over the page: the form itself may be drawn anew.
        Sent::Refused(reason) if field.is_none() => {
            toast(&reason);
            sent();
        }
        Sent::Refused(reason) => answer(&form, &reason, "field-error"),
        Sent::Unreachable => answer(&form, UNREACHABLE, "field-error"),
    }
}

/// Empties what has arrived, but not what was typed meanwhile.
fn clear(form: &HtmlFormElement, field: Option<HtmlTextAreaElement>, said: Option<String>) {
    match field {
        Some(field) if Some(field.value()) == said => {
            field.set_value("");
            if let Some((key, _)) = drafted(field) {
                keep(&key, "");
            }
        }
        Some(_) => {}
        None => form.reset(),
    }
}

/// Says over the page why something was refused.
fn toast(reason: &str) {
    let Some(toasts) = document().query_selector(".toasts").ok().flatten() else { return };
    let (Ok(toast), Ok(words)) = (document().create_element("div"), document().create_element("p")) else {
        return;
    };
    toast.set_class_name("toast refused");
    words.set_text_content(Some(reason));
    drop(toast.append_child(&words));
    drop(toasts.append_child(&toast));
    set_timeout(move || toast.remove(), TOAST);
}

/// Says in the form what came of it.
fn answer(form: &HtmlFormElement, words: &str, class: &str) {
    let shown = form.query_selector("[role=status]").ok().flatten();
    let Some(place) = shown.or_else(|| document().create_element("p").ok()) else { return };
    if words.is_empty() {
        return place.remove();
    }
    place.set_class_name(class);
    drop(place.set_attribute("role", "status"));
    place.set_text_content(Some(words));
    drop(form.append_child(&place));
}

async fn post(address: &str, form: &HtmlFormElement, data: &FormData) -> Sent {
    if form.enctype().starts_with("multipart") {
        let answer = send::post_whole(address, data).await;
        return answer.map_or(Sent::Unreachable, |(ok, text)| send::understand(ok, &text));
    }
    let fields = texts(data);
    let fields: Vec<(&str, &str)> =
        fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    send::post(address, &fields).await
}

fn texts(data: &FormData) -> Vec<(String, String)> {
    let pairs = js_sys::try_iter(data).ok().flatten().into_iter().flatten().flatten();
    let text = |value: JsValue| value.as_string().unwrap_or_default();
    pairs
        .map(|pair| pair.unchecked_into::<js_sys::Array>())
        .map(|pair| (text(pair.get(0)), text(pair.get(1))))
        .collect()
}
