//! Dragging by the grip, with a mouse, a pen or a finger.

use std::{cell::RefCell, rc::Rc};

use leptos::{ev, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, PointerEvent};

use super::{Spot, list, moves::Moves};
use crate::dom;

/// Less is a press that trembled.
const TREMBLE: f64 = 4.0;
/// So near to the window's edge the page moves along, by so much.
const EDGE: f64 = 64.0;
const ALONG: f64 = 14.0;

struct DraggedItem {
    item: HtmlElement,
    pointer: i32,
    /// Where on the page it was taken.
    from: f64,
    origin: Spot,
    to: Spot,
    moved: bool,
}

type PointerDrag = Rc<RefCell<Option<DraggedItem>>>;

/// Listens for as long as the island lives.
pub fn listen(moves: &Rc<Moves>) {
    let hand = PointerDrag::default();
    let take_up = hand.clone();
    dom::listen(&moves.root, "pointerdown", move |event: PointerEvent| take(&take_up, &event));
    let (root, drag) = (moves.root.clone(), hand.clone());
    let over = window_event_listener(ev::pointermove, move |event| carry(&root, &drag, &event));
    let (done, drop_it) = (moves.clone(), hand.clone());
    let up = window_event_listener(ev::pointerup, move |event| put_down(&done, &drop_it, &event));
    let (root, lost) = (moves.root.clone(), hand.clone());
    let cancel = window_event_listener(ev::pointercancel, move |_| drop(let_go(&root, &lost)));
    let root = moves.root.clone();
    let escape = window_event_listener(ev::keydown, move |event| {
        if event.key() == "Escape" {
            drop(let_go(&root, &hand));
        }
    });
    on_cleanup(move || {
        over.remove();
        up.remove();
        cancel.remove();
        escape.remove();
    });
}

fn take(hand: &PointerDrag, event: &PointerEvent) {
    let grip = dom::target(event).and_then(|at| at.closest(".grip").ok().flatten());
    let Some(grip) = grip.filter(|_| event.is_primary() && event.button() == 0) else { return };
    let Some(item) = list::item_of(&grip) else { return };
    let Some(origin) = list::spot(&item) else { return };
    // All of the pointer's way is heard, wherever it goes. Without it the drag ends at the window's edge.
    drop(grip.set_pointer_capture(event.pointer_id()));
    *hand.borrow_mut() = Some(DraggedItem {
        item: item.unchecked_into(),
        pointer: event.pointer_id(),
        from: page_y(event),
        to: origin.clone(),
        origin,
        moved: false,
    });
}

fn carry(root: &Element, hand: &PointerDrag, event: &PointerEvent) {
    let mut hand = hand.borrow_mut();
    let Some(held) = hand.as_mut().filter(|held| held.pointer == event.pointer_id()) else { return };
    let way = page_y(event) - held.from;
    if !held.moved && way.abs() < TREMBLE {
        return;
    }
    if !held.moved {
        held.moved = true;
        drop(held.item.class_list().add_1("is-held"));
    }
    drop(held.item.style().set_property("transform", &format!("translateY({})", dom::px(way))));
    move_along(event);
    if let Some(to) = below(root, &held.item, f64::from(event.client_y())) {
        held.to = to;
        mark(root, held);
    }
}

fn put_down(moves: &Rc<Moves>, hand: &PointerDrag, event: &PointerEvent) {
    if hand.borrow().as_ref().is_none_or(|held| held.pointer != event.pointer_id()) {
        return;
    }
    if let Some(held) = let_go(&moves.root, hand).filter(|held| held.moved) {
        moves.clone().carry_out(&held.item, held.origin, &held.to);
    }
}

/// Back where it was, as far as can be seen.
fn let_go(root: &Element, hand: &PointerDrag) -> Option<DraggedItem> {
    let held = hand.borrow_mut().take()?;
    drop(held.item.class_list().remove_1("is-held"));
    drop(held.item.style().remove_property("transform"));
    unmark(root);
    Some(held)
}

fn page_y(event: &PointerEvent) -> f64 {
    f64::from(event.client_y()) + window().scroll_y().unwrap_or_default()
}

fn move_along(event: &PointerEvent) {
    let height = window().inner_height().ok().and_then(|height| height.as_f64()).unwrap_or(f64::MAX);
    let y = f64::from(event.client_y());
    if y < EDGE {
        window().scroll_by_with_x_and_y(0.0, -ALONG);
    } else if y > height - EDGE {
        window().scroll_by_with_x_and_y(0.0, ALONG);
    }
}

/// The place under the pointer.
fn below(root: &Element, held: &Element, y: f64) -> Option<Spot> {
    let lists = list::lists(root);
    let top = |list: &Element| {
        list.parent_element().map_or(0.0, |section| section.get_bounding_client_rect().top())
    };
    let list = lists.iter().rev().find(|list| top(list) <= y).or(lists.first())?;
    let before = list::items(list).into_iter().filter(|item| item != held).find(|item| {
        let area = item.get_bounding_client_rect();
        y < area.top() + area.height() / 2.0
    });
    Some(Spot { column: list.get_attribute("data-column")?, before: before.map(|item| list::number(&item)) })
}

/// A line where it would land.
fn mark(root: &Element, held: &DraggedItem) {
    unmark(root);
    if held.to == held.origin {
        return;
    }
    let marked = match &held.to.before {
        Some(number) => list::item(root, number),
        None => list::lists(root)
            .into_iter()
            .find(|list| list.get_attribute("data-column").as_deref() == Some(&*held.to.column)),
    };
    if let Some(marked) = marked {
        drop(marked.class_list().add_1("is-target"));
    }
}

fn unmark(root: &Element) {
    for marked in dom::all(root, ".is-target") {
        drop(marked.class_list().remove_1("is-target"));
    }
}
