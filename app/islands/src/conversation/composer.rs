//! Keeps the composer in step with the work, and within reach of a key.

use leptos::{ev, prelude::window_event_listener};
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use crate::dom;

/// What is said goes to the agent while one is at work, and the field says so.
pub fn refresh() {
    let Some(work) = dom::by_id("work") else { return };
    let tell = |id: &str, to: &str, from: &str| {
        if let (Some(element), Some(value)) = (dom::by_id(id), work.get_attribute(from)) {
            drop(element.set_attribute(to, &value));
        }
    };
    tell("composer", "action", "data-action");
    tell("say", "placeholder", "data-words");
}

/// `s` goes to where one speaks, from anywhere but a field; Escape leaves it.
pub fn watch_keys() {
    let _ = window_event_listener(ev::keydown, |event| {
        let plain = !event.ctrl_key() && !event.meta_key() && !event.alt_key();
        let say = || dom::by_id("say").and_then(|say| say.dyn_into::<HtmlElement>().ok());
        match event.key().as_str() {
            "Escape" => say().into_iter().for_each(|say| drop(say.blur())),
            "s" if plain && !dom::is_writing() => {
                if let Some(say) = say() {
                    event.prevent_default();
                    drop(say.focus());
                }
            }
            _ => {}
        }
    });
}
