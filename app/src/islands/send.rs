//! Sends forms without leaving the page: every `form[data-send]`. A form with `data-draft` keeps what was typed in it
//! until it has arrived.

use js_sys::{JSON, encode_uri_component};
use leptos::{ev, prelude::*, task::spawn_local};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Element, FormData, Headers, HtmlElement, HtmlFormElement, HtmlInputElement, HtmlTextAreaElement, RequestInit, Response};

use super::live::{get as field, text_of};

/// What came of it.
enum Sent {
    /// Done; what the server has to say about it.
    Done(String),
    /// Not done, and why, in words for the person.
    Refused(String),
    /// It did not get there.
    Unreachable,
}

const UNREACHABLE: &str = "No connection. What you wrote is kept here; send it when it is back.";

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
            let form = event.target().and_then(|target| target.dyn_into::<HtmlTextAreaElement>().ok()).and_then(|area| area.form());
            if let Some(form) = form {
                drop(form.request_submit());
            }
        }
    });
    let _ = window_event_listener(ev::input, |event| {
        if let Some((key, area)) = event.target().and_then(|target| target.dyn_into().ok()).and_then(drafted) {
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
        let opened = opener.and_then(|opener| document().get_element_by_id(&opener.get_attribute("data-opens")?));
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
    let draft = window().session_storage().ok().flatten().and_then(|storage| storage.get_item(&key).ok().flatten());
    if let Some(draft) = draft.filter(|_| area.value().is_empty()) {
        area.set_value(&draft);
    }
}

async fn send(form: HtmlFormElement, submitter: Option<HtmlElement>, sent: impl Fn()) {
    let own_address = submitter.as_ref().and_then(|button| button.get_attribute("formaction"));
    let Some(address) = own_address.clone().or_else(|| form.get_attribute("action")) else { return };
    let Ok(data) = FormData::new_with_form(&form) else { return };
    if let Some((name, value)) = submitter.and_then(|button| Some((button.get_attribute("name")?, button.get_attribute("value")?))) {
        drop(data.append_with_str(&name, &value));
    }
    let field = form.query_selector("textarea").ok().flatten().and_then(|area| area.dyn_into::<HtmlTextAreaElement>().ok());
    let said = field.as_ref().map(HtmlTextAreaElement::value);
    drop(form.set_attribute("aria-busy", "true"));
    answer(&form, "", "hint");
    let came = post(&address, &form, &data).await;
    drop(form.remove_attribute("aria-busy"));
    match came {
        Sent::Done(note) => {
            if own_address.is_none() {
                clear(&form, field, said);
            }
            answer(&form, &note, "hint");
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
    let init = RequestInit::new();
    init.set_method("POST");
    let headers = Headers::new().ok();
    if form.enctype().starts_with("multipart") {
        init.set_body(data);
    } else {
        init.set_body(&encoded(data).into());
        headers.iter().for_each(|headers| drop(headers.set("content-type", "application/x-www-form-urlencoded")));
    }
    match fetch(address, &init, headers, "application/json").await {
        Ok((ok, text)) => understand(ok, &text),
        Err(_) => Sent::Unreachable,
    }
}

fn encoded(data: &FormData) -> String {
    let pairs = js_sys::try_iter(data).ok().flatten().into_iter().flatten().flatten();
    let encode = |value: JsValue| String::from(encode_uri_component(&value.as_string().unwrap_or_default()));
    let pairs = pairs.map(|pair| {
        let pair: js_sys::Array = pair.unchecked_into();
        format!("{}={}", encode(pair.get(0)), encode(pair.get(1)))
    });
    pairs.collect::<Vec<_>>().join("&")
}

/// Gets a text; none when it could not be had.
pub async fn get(address: &str) -> Option<String> {
    match fetch(address, &RequestInit::new(), Headers::new().ok(), "text/html").await {
        Ok((true, text)) => Some(text),
        _ => None,
    }
}

async fn fetch(address: &str, init: &RequestInit, headers: Option<Headers>, kind: &str) -> Result<(bool, String), JsValue> {
    if let Some(headers) = headers {
        headers.set("accept", kind)?;
        init.set_headers(&headers);
    }
    let response: Response = JsFuture::from(window().fetch_with_str_and_init(address, init)).await?.unchecked_into();
    let text = JsFuture::from(response.text()?).await?;
    Ok((response.ok(), text.as_string().unwrap_or_default()))
}

fn understand(ok: bool, text: &str) -> Sent {
    // A proxy's error page, a server that is just starting.
    let Ok(answer) = JSON::parse(text) else { return Sent::Unreachable };
    if ok {
        return Sent::Done(text_of(&answer, "note"));
    }
    let reason = text_of(&answer, "refused");
    if !reason.is_empty() {
        return Sent::Refused(reason);
    }
    let errors: js_sys::Array = js_sys::Object::values(field(&answer, "errors").unchecked_ref());
    Sent::Refused(errors.join(" ").into())
}
