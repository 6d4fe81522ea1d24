//! Moving by keys: Space or Enter on the grip takes an item up, arrows move it, Space puts it down, Escape puts it back.

use std::{cell::RefCell, rc::Rc};

use leptos::prelude::*;
use web_sys::{Element, KeyboardEvent, MouseEvent};

use super::{Spot, list, moves::Moves};
use crate::dom;

struct GrabbedItem {
    grip: Element,
    item: Element,
    origin: Spot,
}

type KeyboardGrab = Rc<RefCell<Option<GrabbedItem>>>;

/// Listens for as long as the island lives.
pub fn listen(moves: &Rc<Moves>) {
    let hand = KeyboardGrab::default();
    let (toggled, held) = (moves.clone(), hand.clone());
    dom::listen(&moves.root, "click", move |event: MouseEvent| {
        // A key's click, or a screen reader's, has no count; a pointer drags.
        if event.detail() == 0 {
            toggle(&toggled, &held, &event);
        }
    });
    let (moved, held) = (moves.clone(), hand.clone());
    dom::listen(&moves.root, "keydown", move |event: KeyboardEvent| key(&moved, &held, &event));
    let elsewhere = moves.clone();
    let pressed = window_event_listener(leptos::ev::pointerdown, move |_| put_back(&elsewhere, &hand));
    on_cleanup(move || pressed.remove());
}

fn toggle(moves: &Rc<Moves>, hand: &KeyboardGrab, event: &MouseEvent) {
    let Some(grip) = dom::target(event).and_then(|at| at.closest(".grip").ok().flatten()) else { return };
    if let Some(grabbed) = let_go(hand) {
        moves.announce(format!("Dropped {}, {}.", list::title(&grabbed.item), list::place(&grabbed.item)));
        if let Some(to) = list::spot(&grabbed.item) {
            moves.clone().carry_out(&grabbed.item, grabbed.origin, &to);
        }
        return;
    }
    let Some(item) = list::item_of(&grip) else { return };
    let Some(origin) = list::spot(&item) else { return };
    drop(item.class_list().add_1("is-grabbed"));
    drop(grip.set_attribute("aria-pressed", "true"));
    moves.announce(format!(
        "Picked up {}, {}. Use the arrow keys to move it.",
        list::title(&item),
        list::place(&item)
    ));
    *hand.borrow_mut() = Some(GrabbedItem { grip, item, origin });
}

fn key(moves: &Rc<Moves>, hand: &KeyboardGrab, event: &KeyboardEvent) {
    match event.key().as_str() {
        "ArrowUp" | "ArrowDown" => {
            let up = event.key() == "ArrowUp";
            if let Some(grabbed) = hand.borrow().as_ref() {
                event.prevent_default();
                shift(moves, grabbed, up);
            }
        }
        "Escape" | "Tab" => put_back(moves, hand),
        _ => {}
    }
}

fn shift(moves: &Moves, grabbed: &GrabbedItem, up: bool) {
    match list::neighbour(&moves.root, &grabbed.item, up) {
        Some(to) => {
            list::put(&moves.root, &grabbed.item, &to);
            grabbed.item.scroll_into_view_with_scroll_into_view_options(&{
                let options = web_sys::ScrollIntoViewOptions::new();
                options.set_block(web_sys::ScrollLogicalPosition::Nearest);
                options
            });
            moves.announce(list::place(&grabbed.item));
        }
        None => moves.announce(if up { "Already at the top." } else { "Already at the bottom." }.to_owned()),
    }
}

fn put_back(moves: &Moves, hand: &KeyboardGrab) {
    if let Some(grabbed) = let_go(hand) {
        list::put(&moves.root, &grabbed.item, &grabbed.origin);
        moves.announce(format!(
            "Move canceled. {} is back at {}.",
            list::title(&grabbed.item),
            list::place(&grabbed.item)
        ));
    }
}

fn let_go(hand: &KeyboardGrab) -> Option<GrabbedItem> {
    let grabbed = hand.borrow_mut().take()?;
    drop(grabbed.item.class_list().remove_1("is-grabbed"));
    drop(grabbed.grip.set_attribute("aria-pressed", "false"));
    Some(grabbed)
}
