//! Moving by keys: Space on a card's link takes it up, arrows move it, Enter or Space puts it down, Escape puts it back.

use std::{cell::RefCell, rc::Rc};

use leptos::{ev, prelude::*};
use web_sys::{Element, KeyboardEvent};

use super::{
    cards::{self, Spot},
    moves::Moves,
};
use crate::{dom, glide};

struct GrabbedItem {
    item: Element,
    origin: Spot,
}

type KeyboardGrab = Rc<RefCell<Option<GrabbedItem>>>;

/// Listens for as long as the island lives.
pub fn listen(moves: &Rc<Moves>) {
    let hand = KeyboardGrab::default();
    let (pressed, held) = (moves.clone(), hand.clone());
    dom::listen(&moves.root, "keydown", move |event: KeyboardEvent| key(&pressed, &held, &event));
    let undone = moves.clone();
    let undo = window_event_listener(ev::keydown, move |event| {
        let asked = (event.ctrl_key() || event.meta_key())
            && !event.shift_key()
            && event.key().eq_ignore_ascii_case("z");
        if asked && !dom::is_writing() {
            undone.clone().take_back();
        }
    });
    let elsewhere = moves.clone();
    let pointed = window_event_listener(ev::pointerdown, move |_| put_back(&elsewhere, &hand));
    on_cleanup(move || {
        undo.remove();
        pointed.remove();
    });
}

fn key(moves: &Rc<Moves>, hand: &KeyboardGrab, event: &KeyboardEvent) {
    if event.ctrl_key() || event.meta_key() || event.alt_key() {
        return;
    }
    let key = event.key();
    if hand.borrow().is_none() {
        if key == " " && take(moves, hand, event) {
            event.prevent_default();
        }
        return;
    }
    match key.as_str() {
        "ArrowUp" => step(moves, hand, |item| beside(item, true)),
        "ArrowDown" => step(moves, hand, |item| beside(item, false)),
        "ArrowLeft" => step(moves, hand, |item| across(&moves.root, item, true)),
        "ArrowRight" => step(moves, hand, |item| across(&moves.root, item, false)),
        " " | "Enter" => put_down(moves, hand),
        "Escape" => put_back(moves, hand),
        "Tab" => return put_back(moves, hand),
        _ => return,
    }
    event.prevent_default();
}

fn take(moves: &Moves, hand: &KeyboardGrab, event: &KeyboardEvent) -> bool {
    let link = dom::target(event).filter(|at| at.matches(".request-card h3 a").unwrap_or(false));
    let Some(item) = link.as_ref().and_then(cards::item_of) else { return false };
    let (Some(card), Some(origin)) = (cards::card(&item), cards::spot(&item)) else { return false };
    if card.has_attribute("aria-busy") {
        return false;
    }
    drop(card.class_list().add_1("is-grabbed"));
    let place = cards::place(&item);
    moves.announce(format!(
        "Picked up {}. {place}. Use the arrow keys to move it, Enter to drop it, or Escape to cancel.",
        cards::title(&item)
    ));
    *hand.borrow_mut() = Some(GrabbedItem { item, origin });
    true
}

fn step(moves: &Moves, hand: &KeyboardGrab, to: impl Fn(&Element) -> Option<Spot>) {
    let hand = hand.borrow();
    let Some(GrabbedItem { item, origin }) = hand.as_ref() else { return };
    let Some(spot) = to(item) else { return moves.announce("Can’t move any further.".to_owned()) };
    let before = glide::stand(&cards::lists(&moves.root));
    cards::put(item, &spot);
    glide::all(&before);
    focus(item);
    cards::unmark(&moves.root);
    // What it left is where its moves are told from.
    let takes = spot.list == origin.list || cards::may_go(item, &spot.list);
    let class = if takes { "is-target" } else { "is-refusing" };
    if let Some(column) = cards::column(&spot.list).filter(|_| spot.list != origin.list) {
        drop(column.class_list().add_1(class));
    }
    let place = cards::place(item);
    moves.announce(if takes { place } else { format!("{place}. Can’t drop it here.") });
}

/// One place up or down.
fn beside(item: &Element, up: bool) -> Option<Spot> {
    let list = item.parent_element()?;
    if up {
        let above = item.previous_element_sibling()?;
        return Some(Spot { list, before: Some(above) });
    }
    let below = item.next_element_sibling()?;
    Some(Spot { list, before: below.next_element_sibling() })
}

/// The column to the left or right, at the same height.
fn across(root: &Element, item: &Element, left: bool) -> Option<Spot> {
    let (lists, own) = (cards::lists(root), item.parent_element()?);
    let at = lists.iter().position(|list| *list == own)?;
    let at = if left { at.checked_sub(1)? } else { at + 1 };
    let list = lists.into_iter().nth(at)?;
    let height = cards::items(&own).iter().position(|other| other == item)?;
    let before = cards::items(&list).into_iter().nth(height);
    Some(Spot { list, before })
}

fn put_down(moves: &Rc<Moves>, hand: &KeyboardGrab) {
    let Some(GrabbedItem { item, origin }) = let_go(moves, hand) else { return };
    let Some(to) = cards::spot(&item) else { return };
    cards::put(&item, &origin);
    moves.clone().carry_out(&item, &to, None);
    focus(&item);
}

fn put_back(moves: &Moves, hand: &KeyboardGrab) {
    let Some(GrabbedItem { item, origin }) = let_go(moves, hand) else { return };
    let focused = document().active_element().is_some_and(|at| item.contains(Some(&at)));
    let before = glide::stand(&cards::lists(&moves.root));
    cards::put(&item, &origin);
    glide::all(&before);
    if focused {
        focus(&item);
    }
    moves.announce(format!("Move canceled. {} is back at {}.", cards::title(&item), cards::place(&item)));
}

fn let_go(moves: &Moves, hand: &KeyboardGrab) -> Option<GrabbedItem> {
    let grabbed = hand.borrow_mut().take()?;
    cards::unmark(&moves.root);
    if let Some(card) = cards::card(&grabbed.item) {
        drop(card.class_list().remove_1("is-grabbed"));
    }
    Some(grabbed)
}

/// What is moved in the document loses the focus; what is out of sight is brought into it.
fn focus(item: &Element) {
    if let Some(link) = cards::link(item) {
        dom::focus(&link);
        let options = web_sys::ScrollIntoViewOptions::new();
        options.set_block(web_sys::ScrollLogicalPosition::Nearest);
        options.set_inline(web_sys::ScrollLogicalPosition::Nearest);
        item.scroll_into_view_with_scroll_into_view_options(&options);
    }
}
