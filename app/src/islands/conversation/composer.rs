//! Keeps the composer in step with the work, and within reach of a key.

use leptos::{ev, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

/// What is said goes to the agent while one is at work, and the field says so.
pub fn refresh() {
    let Some(work) = document().get_element_by_id("work") else { return };
    let tell = |id: &str, to: &str, from: &str| {
        if let (Some(element), Some(value)) = (document().get_element_by_id(id), work.get_attribute(from)) {
            drop(element.set_attribute(to, &value));
        }
    };
    tell("composer", "action", "data-action");
    tell("say", "placeholder", "data-words");
}

/// `s` goes to where one speaks, from anywhere but a field; Escape leaves it.
pub fn watch_keys() {
    let _ = window_event_listener(ev::keydown, |event| {
        let at = document().active_element().and_then(|at| at.dyn_into::<HtmlElement>().ok());
        let typing = at.as_ref().is_some_and(|at| is_field(at));
        let plain = !event.ctrl_key() && !event.meta_key() && !event.alt_key();
        match (event.key().as_str(), at) {
            ("Escape", Some(at)) if typing => drop(at.blur()),
            ("s", _) if plain && !typing => {
                let say = document().get_element_by_id("say").and_then(|say| say.dyn_into::<HtmlElement>().ok());
                if let Some(say) = say {
                    event.prevent_default();
                    drop(say.focus());
                }
            }
            _ => {}
        }
    });
}

fn is_field(at: &Element) -> bool {
    matches!(at.tag_name().as_str(), "INPUT" | "TEXTAREA" | "SELECT")
}
