//! The arrows and the menu, without leaving the page.

use std::rc::Rc;

use wasm_bindgen::JsCast;
use web_sys::{Element, SubmitEvent};

use super::{Spot, list, moves::Moves};
use crate::dom;

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
    if let Some(to) = wanted(moves, &button, &item, &origin) {
        moves.clone().carry_out(&item, origin, &to);
    }
}

/// Where the pressed button puts the item.
fn wanted(moves: &Moves, button: &Element, item: &Element, origin: &Spot) -> Option<Spot> {
    let value = button.get_attribute("value")?;
    match (button.get_attribute("name")?.as_str(), value.as_str()) {
        ("column", _) => Some(Spot { column: value, before: None }),
        ("step", "first") => {
            let first = list::items(&item.parent_element()?).into_iter().next()?;
            Some(Spot { before: Some(list::number(&first)), ..origin.clone() })
        }
        ("step", step) => list::neighbour(&moves.root, item, step == "up"),
        _ => None,
    }
}
