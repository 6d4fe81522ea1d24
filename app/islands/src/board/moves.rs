//! Makes a move: shown at once, told to the server, taken back where it says no.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
    time::Duration,
};

use js_sys::JSON;
use leptos::{prelude::*, task::spawn_local};
use web_sys::Element;

use super::{
    Toast,
    cards::{self, Spot},
};
use crate::{
    dom, glide,
    live::{get, text_of},
    refresh,
    send::{self, Sent},
};

/// How long the way back is offered; Ctrl+Z and the card's menu have it after that as well.
const OFFERED: Duration = Duration::from_secs(12);
const UNREACHABLE: &str = "You’re offline, so the card went back. Try again in a moment.";

/// What the server says of a move.
struct MoveAnswer {
    note: String,
    undo: Option<Undo>,
}

/// Where a card was before.
struct Undo {
    column: String,
    position: String,
}

pub struct Moves {
    pub root: Element,
    token: String,
    said: RwSignal<String>,
    toast: RwSignal<Option<Toast>>,
    /// The last move, and the address that it went to.
    last: RefCell<Option<(String, Undo)>>,
    /// Counts the toasts, so that each is only put away by its own time.
    turn: Cell<u32>,
}

impl Moves {
    pub fn new(root: Element, token: String, said: RwSignal<String>, toast: RwSignal<Option<Toast>>) -> Self {
        Self { root, token, said, toast, last: RefCell::default(), turn: Cell::new(0) }
    }

    /// Reads something out.
    pub fn announce(&self, words: String) {
        self.said.set(words);
    }

    /// Puts a card somewhere else for good. `from`: where on the window it was let go, where that was by hand.
    pub fn carry_out(self: Rc<Self>, item: &Element, to: &Spot, from: Option<(f64, f64)>) {
        let Some(origin) = cards::spot(item) else { return };
        let stays =
            origin.list == to.list && (origin.before == to.before || to.before.as_ref() == Some(item));
        let before = glide::stand(&cards::lists(&self.root));
        if !stays {
            cards::put(item, to);
        }
        glide::all(&before);
        if let Some(from) = from {
            glide::from(item, from);
        }
        if !stays {
            self.post(item, origin);
        }
    }

    /// Tells the server where a card stands now.
    fn post(self: Rc<Self>, item: &Element, origin: Spot) {
        let (Some(card), Some(now)) = (cards::card(item), cards::spot(item)) else { return };
        let Some(address) = card.get_attribute("data-place") else { return };
        let before = now.before.and_then(|before| before.get_attribute("data-key")).unwrap_or_default();
        let column = cards::key(&now.list);
        drop(card.set_attribute("aria-busy", "true"));
        let item = item.clone();
        spawn_local(async move {
            let fields = [("form_token", self.token.as_str()), ("column", &column), ("before", &before)];
            let answer = send::post_text(&address, &fields).await;
            drop(card.remove_attribute("aria-busy"));
            match understand(answer) {
                Ok(answer) => self.done(address, answer),
                Err(reason) => self.refuse(&item, &origin, reason),
            }
            refresh::now();
        });
    }

    fn done(self: &Rc<Self>, address: String, answer: MoveAnswer) {
        let undo = answer.undo.is_some();
        *self.last.borrow_mut() = answer.undo.map(|undo| (address, undo));
        self.show(Toast { words: answer.note, refused: false, undo });
    }

    /// The card glides back, and the reason is told.
    fn refuse(self: &Rc<Self>, item: &Element, origin: &Spot, words: String) {
        let before = glide::stand(&cards::lists(&self.root));
        let focused = document().active_element().is_some_and(|at| item.contains(Some(&at)));
        cards::put(item, origin);
        glide::all(&before);
        if let Some(link) = cards::link(item).filter(|_| focused) {
            dom::focus(&link);
        }
        self.show(Toast { words, refused: true, undo: false });
    }

    /// Takes the last move back, once.
    pub fn take_back(self: Rc<Self>) {
        let Some((address, undo)) = self.last.borrow_mut().take() else { return };
        spawn_local(async move {
            let position = undo.position.to_string();
            let fields =
                [("form_token", self.token.as_str()), ("column", &undo.column), ("position", &position)];
            let toast = match understand(send::post_text(&address, &fields).await) {
                Ok(answer) => Toast { words: answer.note, refused: false, undo: false },
                Err(words) => Toast { words, refused: true, undo: false },
            };
            self.show(toast);
            refresh::now();
        });
    }

    fn show(self: &Rc<Self>, toast: Toast) {
        let turn = self.turn.get() + 1;
        self.turn.set(turn);
        self.toast.set(Some(toast));
        let moves = self.clone();
        set_timeout(
            move || {
                if turn == moves.turn.get() {
                    moves.toast.set(None);
                }
            },
            OFFERED,
        );
    }
}

fn understand(answer: Option<(bool, String)>) -> Result<MoveAnswer, String> {
    // Without an answer, or with a proxy's, nobody knows: the board is read anew and shows it.
    let Some((ok, text)) = answer else { return Err(UNREACHABLE.to_owned()) };
    match send::understand(ok, &text) {
        Sent::Done(note) => Ok(MoveAnswer { note, undo: way_back(&text) }),
        Sent::Refused(reason) => Err(reason),
        Sent::Unreachable => Err(UNREACHABLE.to_owned()),
    }
}

fn way_back(text: &str) -> Option<Undo> {
    let undo = get(&JSON::parse(text).ok()?, "undo");
    let (column, position) = (text_of(&undo, "column"), text_of(&undo, "position"));
    (!column.is_empty()).then_some(Undo { column, position })
}
