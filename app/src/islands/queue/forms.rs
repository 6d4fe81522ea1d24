//! The arrows and the menu, without leaving the page.

use std::rc::Rc;

use wasm_bindgen::JsCast;
use web_sys::{Element, SubmitEvent};

use super::{list, moves::Moves};
use crate::islands::dom;

/// Listens for as long as the island lives.
pub fn listen(moves: &Rc<Moves>) {
    let sent = moves.clone();
    dom::listen(&moves.root, "submit", move |event: SubmitEvent| submit(&sent, &event));
}

fn submit(moves: &Rc<Moves>, event: &SubmitEvent) {
    let Some(button) = event.submitter().and_then(|button| button.dyn_into::<Element>().ok()) else { return };
    let Some(item) = list::item_of(&button) else { return };
    let Some(origin) = list::spot(&item) else { return };
    event.prevent_default();
    if button.get_attribute("aria-disabled").as_deref() == Some("true") {
        return;
    }
    if let Ok(Some(menu)) = button.closest("details") {
        drop(menu.remove_attribute("open"));
    }
    match (button.get_attribute("name").as_deref(), button.get_attribute("value")) {
        (Some("step"), Some(step)) => {
            let to = match step.as_str() {
                "first" => {
                    let first = item.parent_element().and_then(|list| list::items(&list).into_iter().next());
                    first.map(|first| super::Spot { before: Some(list::number(&first)), ..origin.clone() })
                }
                _ => list::neighbour(&moves.root, &item, step == "up"),
            };
            if let Some(to) = to {
                moves.clone().carry_out(&item, origin, &to);
                // What is moved in the document loses the focus.
                dom::focus(&button);
            }
        }
        (Some("column"), Some(column)) => {
            let to = super::Spot { column, before: None };
            moves.clone().carry_out(&item, origin, &to);
        }
        _ => {}
    }
}
