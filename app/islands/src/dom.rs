//! Small things that islands ask of the document.

use js_sys::Function;
use leptos::prelude::*;
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{AddEventListenerOptions, Element, Event, HtmlElement};

/// The element of that id.
pub fn by_id(id: &str) -> Option<Element> {
    document().get_element_by_id(id)
}

/// Whether whoever presses a key is writing or choosing something, or has something open above the page.
pub fn is_writing() -> bool {
    document()
        .active_element()
        .is_some_and(|at| at.matches("input, textarea, select, [contenteditable]").unwrap_or(false))
        || document().query_selector("dialog[open], :popover-open").is_ok_and(|open| open.is_some())
}

/// Puts the focus on it without moving the page.
pub fn focus(element: &Element) {
    let options = web_sys::FocusOptions::new();
    options.set_prevent_scroll(true);
    if let Some(element) = element.dyn_ref::<HtmlElement>() {
        drop(element.focus_with_options(&options));
    }
}

/// All that match below `root`, in the document's order.
pub fn all(root: &Element, selector: &str) -> Vec<Element> {
    let Ok(found) = root.query_selector_all(selector) else { return Vec::new() };
    (0..found.length()).filter_map(|at| found.item(at)).filter_map(|node| node.dyn_into().ok()).collect()
}

/// What a form's field of that name holds.
pub fn value_of(form: &Element, name: &str) -> String {
    let field = form.query_selector(&format!("[name={name}]")).ok().flatten();
    field.and_then(|field| field.get_attribute("value")).unwrap_or_default()
}

/// Listens on an element for as long as the island lives. Its parts may come and go.
pub fn listen<E: JsCast>(on: &Element, event: &'static str, act: impl Fn(E) + 'static) {
    listen_with(on, event, &AddEventListenerOptions::new(), act);
}

/// The same, before anything inside the element hears of it.
pub fn listen_first<E: JsCast>(on: &Element, event: &'static str, act: impl Fn(E) + 'static) {
    let options = AddEventListenerOptions::new();
    options.set_capture(true);
    listen_with(on, event, &options, act);
}

/// The same, in a way of its own.
pub fn listen_with<E: JsCast>(
    on: &Element,
    event: &'static str,
    options: &AddEventListenerOptions,
    act: impl Fn(E) + 'static,
) {
    let listener =
        Closure::<dyn Fn(Event)>::new(move |event: Event| act(event.unchecked_into())).into_js_value();
    let listener: Function = listener.unchecked_into();
    drop(on.add_event_listener_with_callback_and_add_event_listener_options(event, &listener, options));
    let capture = options.get_capture().unwrap_or(false);
    let on = StoredValue::new_local((on.clone(), listener));
    on_cleanup(move || {
        on.with_value(|(on, listener)| {
            drop(on.remove_event_listener_with_callback_and_bool(event, listener, capture))
        });
    });
}

/// A length in whole pixels, as CSS writes it: nobody sees less, and writing fractions takes ten kilobytes of code.
pub fn px(length: f64) -> String {
    format!("{}px", length.round() as i32)
}

/// The element on which an event happened.
pub fn target(event: &Event) -> Option<Element> {
    event.target()?.dyn_into().ok()
}
