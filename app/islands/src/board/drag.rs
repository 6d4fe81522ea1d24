//! Dragging: a mouse or a pen takes a card up by moving it, a finger by resting on it, so that a swipe still scrolls.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
    time::Duration,
};

use leptos::{ev, prelude::*};
use web_sys::{AddEventListenerOptions, Element, Event, KeyboardEvent, MouseEvent, PointerEvent};

use super::{cards, dragged::DraggedCard, moves::Moves};
use crate::{dom, glide};

/// Less is a press that trembled.
const TREMBLE: f64 = 6.0;
/// A finger that rests for so long takes the card up.
const REST: Duration = Duration::from_millis(320);
/// So near to an edge the board, or the page, moves along, by so much a step.
const EDGE: f64 = 56.0;
const ALONG: f64 = 7.0;
const STEP: Duration = Duration::from_millis(16);

/// A pointer that is down on a card.
#[derive(Clone)]
struct Press {
    item: Element,
    pointer: i32,
    finger: bool,
    x: f64,
    y: f64,
}

struct DragState {
    moves: Rc<Moves>,
    press: RefCell<Option<Press>>,
    held: RefCell<Option<DraggedCard>>,
    /// Where the pointer is now.
    at: Cell<(f64, f64)>,
    /// The click that ends a drag opens nothing.
    dragged: Cell<bool>,
}

/// Listens for as long as the island lives.
pub fn listen(moves: &Rc<Moves>) {
    let root = moves.root.clone();
    let hand = Rc::new(DragState {
        moves: moves.clone(),
        press: RefCell::default(),
        held: RefCell::default(),
        at: Cell::default(),
        dragged: Cell::default(),
    });
    let down = hand.clone();
    dom::listen(&root, "pointerdown", move |event: PointerEvent| down.clone().press(&event));
    // Links and pictures have a drag of their own.
    dom::listen(&root, "dragstart", |event: Event| event.prevent_default());
    let long = hand.clone();
    dom::listen(&root, "contextmenu", move |event: Event| long.quiet(&event));
    let clicked = hand.clone();
    dom::listen_first(&root, "click", move |event: MouseEvent| {
        if clicked.dragged.replace(false) {
            event.prevent_default();
            event.stop_propagation();
        }
    });
    keep_still(&root, &hand);
    let (over, up, lost, escape) = (hand.clone(), hand.clone(), hand.clone(), hand);
    let listeners = [
        window_event_listener(ev::pointermove, move |event| over.clone().carry(&event)),
        window_event_listener(ev::pointerup, move |event| up.put_down(&event)),
        window_event_listener(ev::pointercancel, move |_| lost.give_up()),
        window_event_listener(ev::keydown, move |event: KeyboardEvent| {
            if event.key() == "Escape" {
                escape.give_up();
            }
        }),
    ];
    on_cleanup(move || listeners.into_iter().for_each(|listener| listener.remove()));
}

/// While a finger holds a card the page does not scroll under it. Only a listener that is not passive may say so.
fn keep_still(root: &Element, hand: &Rc<DragState>) {
    let hand = hand.clone();
    let options = AddEventListenerOptions::new();
    options.set_passive(false);
    dom::listen_with(root, "touchmove", &options, move |event: Event| {
        if hand.held.borrow().is_some() {
            event.prevent_default();
        }
    });
}

impl DragState {
    fn press(self: Rc<Self>, event: &PointerEvent) {
        let Some(at) = dom::target(event) else { return };
        self.dragged.set(false);
        let busy = at.closest(".menu, [aria-busy=true]").is_ok_and(|menu| menu.is_some());
        if busy || !event.is_primary() || event.button() != 0 || self.held.borrow().is_some() {
            return;
        }
        let Some(item) = cards::item_of(&at) else { return };
        let (x, y) = point(event);
        let press =
            Press { item, pointer: event.pointer_id(), finger: event.pointer_type() == "touch", x, y };
        self.at.set((x, y));
        *self.press.borrow_mut() = Some(press.clone());
        if press.finger {
            let hand = self.clone();
            set_timeout(
                move || {
                    let still = hand
                        .press
                        .borrow()
                        .as_ref()
                        .is_some_and(|now| now.pointer == press.pointer && now.item == press.item);
                    if still {
                        hand.take();
                    }
                },
                REST,
            );
        }
    }

    fn take(self: Rc<Self>) {
        let Some(press) = self.press.borrow().clone() else { return };
        *self.held.borrow_mut() = DraggedCard::take(&press.item, press.x, press.y);
        self.dragged.set(true);
        self.moves.announce(format!("Picked up {}.", cards::title(&press.item)));
        self.along();
    }

    fn carry(self: Rc<Self>, event: &PointerEvent) {
        let Some(press) = self.press.borrow().clone().filter(|press| press.pointer == event.pointer_id())
        else {
            return;
        };
        let (x, y) = point(event);
        self.at.set((x, y));
        if self.held.borrow().is_none() {
            if (x - press.x).hypot(y - press.y) < TREMBLE {
                return;
            }
            if press.finger {
                // It swipes.
                self.press.borrow_mut().take();
                return;
            }
            self.clone().take();
        }
        if let Some(held) = self.held.borrow_mut().as_mut() {
            held.carry(&self.moves.root, x, y);
        }
    }

    fn put_down(&self, event: &PointerEvent) {
        if self.press.borrow().as_ref().is_none_or(|press| press.pointer != event.pointer_id()) {
            return;
        }
        self.press.borrow_mut().take();
        let Some(held) = self.held.borrow_mut().take() else { return };
        let from = held.let_go(&self.moves.root);
        match held.to {
            Some(to) => self.moves.clone().carry_out(&held.item, &to, Some(from)),
            None => glide::from(&held.item, from),
        }
    }

    /// Back where it was.
    fn give_up(&self) {
        self.press.borrow_mut().take();
        if let Some(held) = self.held.borrow_mut().take() {
            glide::from(&held.item, held.let_go(&self.moves.root));
        }
    }

    /// A finger that rests on a link asks for a menu elsewhere.
    fn quiet(&self, event: &Event) {
        if self.press.borrow().as_ref().is_some_and(|press| press.finger) {
            event.prevent_default();
        }
    }

    /// Near an edge the board moves along, for as long as the card is held there.
    fn along(self: Rc<Self>) {
        if self.held.borrow().is_none() {
            return;
        }
        let (x, y) = self.at.get();
        let (width, height) = window_size();
        let push = |at: f64, end: f64| {
            if at < EDGE {
                -ALONG
            } else if at > end - EDGE {
                ALONG
            } else {
                0.0
            }
        };
        let (dx, dy) = (push(x, width), push(y, height));
        if dx != 0.0
            && let Some(board) = dom::all(&self.moves.root, ".board").first()
        {
            board.scroll_by_with_x_and_y(dx, 0.0);
        }
        if dy != 0.0 {
            window().scroll_by_with_x_and_y(0.0, dy);
        }
        if (dx != 0.0 || dy != 0.0)
            && let Some(held) = self.held.borrow_mut().as_mut()
        {
            held.carry(&self.moves.root, x, y);
        }
        set_timeout(move || self.along(), STEP);
    }
}

fn point(event: &PointerEvent) -> (f64, f64) {
    (f64::from(event.client_x()), f64::from(event.client_y()))
}

fn window_size() -> (f64, f64) {
    let read =
        |size: Result<wasm_bindgen::JsValue, _>| size.ok().and_then(|size| size.as_f64()).unwrap_or(f64::MAX);
    (read(window().inner_width()), read(window().inner_height()))
}
