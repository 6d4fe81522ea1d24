//! Makes a move: shown at once, told to the server, taken back where it says no.

use std::{cell::Cell, rc::Rc, time::Duration};

use leptos::{prelude::*, task::spawn_local};
use web_sys::Element;

use super::{Spot, Toast, list};
use crate::{
    dom, refresh,
    send::{self, Sent},
};

/// How long the way back stands open.
const UNDO: Duration = Duration::from_secs(20);
const UNREACHABLE: &str = "You’re offline, so the order didn’t change. Try again in a moment.";

pub struct Moves {
    pub root: Element,
    said: RwSignal<String>,
    toast: RwSignal<Option<Toast>>,
    /// Counts the toasts, so that each is only put away by its own time.
    turn: Cell<u32>,
}

impl Moves {
    pub fn new(root: Element, said: RwSignal<String>, toast: RwSignal<Option<Toast>>) -> Self {
        Self { root, said, toast, turn: Cell::new(0) }
    }

    /// Reads something out.
    pub fn announce(&self, words: String) {
        self.said.set(words);
    }

    /// Puts an item somewhere else for good. `origin`: where it was.
    pub fn carry_out(self: Rc<Self>, item: &Element, origin: Spot, to: &Spot) {
        if origin != *to {
            list::put(&self.root, item, to);
            let words = format!("Moved {} to {}.", list::title(item), list::place(item));
            let undo = Some((list::number(item), origin.clone()));
            self.post(item, to, origin, Toast { words, refused: false, undo });
        }
    }

    /// Puts an item back where it was.
    pub fn take_back(self: Rc<Self>, number: &str, spot: Spot) {
        self.toast.set(None);
        let Some(item) = list::item(&self.root, number) else { return };
        let Some(now) = list::spot(&item) else { return };
        list::put(&self.root, &item, &spot);
        let words = format!("Undone. {} is back at {}.", list::title(&item), list::place(&item));
        self.post(&item, &spot, now, Toast { words, refused: false, undo: None });
    }

    /// Tells the server; what it has to say goes before our own words.
    fn post(self: Rc<Self>, item: &Element, to: &Spot, origin: Spot, done: Toast) {
        let Some((address, token)) = address(item) else { return };
        let (item, column, before) = (item.clone(), to.column.clone(), to.before.clone().unwrap_or_default());
        spawn_local(async move {
            let fields = [("form_token", &*token), ("column", &*column), ("before", &*before)];
            match send::post(&address, &fields).await {
                Sent::Done(note) if note.is_empty() => self.show(done),
                Sent::Done(note) => self.show(Toast { words: note, ..done }),
                Sent::Refused(reason) => self.refuse(&item, &origin, reason),
                Sent::Unreachable => self.refuse(&item, &origin, UNREACHABLE.to_owned()),
            }
            refresh::now();
        });
    }

    fn refuse(self: &Rc<Self>, item: &Element, origin: &Spot, words: String) {
        list::put(&self.root, item, origin);
        self.show(Toast { words, refused: true, undo: None });
    }

    fn show(self: &Rc<Self>, toast: Toast) {
        let turn = self.turn.get() + 1;
        self.turn.set(turn);
        // What the page before had to say would lie below.
        if let Ok(Some(note)) = document().query_selector("body > .toasts") {
            note.set_text_content(None);
        }
        self.toast.set(Some(toast));
        let moves = self.clone();
        set_timeout(
            move || {
                if turn == moves.turn.get() {
                    moves.toast.set(None);
                }
            },
            UNDO,
        );
    }
}

/// Where the order of an item is changed, and the token that this takes.
fn address(item: &Element) -> Option<(String, String)> {
    let form = item.query_selector("form.queue-moves").ok()??;
    Some((form.get_attribute("action")?, dom::value_of(&form, "form_token")))
}
