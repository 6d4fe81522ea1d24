//! Makes a move: shown at once, told to the server, taken back where it says no.

use std::{cell::Cell, rc::Rc, time::Duration};

use leptos::{prelude::*, task::spawn_local};
use web_sys::{Element, UrlSearchParams};

use super::{Spot, Toast, list};
use crate::islands::{
    dom, refresh,
    send::{self, Sent},
};

/// How long the way back stands open.
const UNDO: Duration = Duration::from_secs(12);

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
    pub fn say(&self, words: String) {
        self.said.set(words);
    }

    /// Puts an item somewhere else for good. `origin`: where it was.
    pub fn carry_out(self: Rc<Self>, item: &Element, origin: Spot, to: &Spot) {
        if origin == *to {
            return;
        }
        list::put(&self.root, item, to);
        let words = format!("{} is now {}.", list::title(item), list::place(item));
        let body = vec![("column", to.column.clone()), ("before", to.before.clone().unwrap_or_default())];
        self.send(item, body, origin, words);
    }

    /// Puts an item back where it was.
    pub fn take_back(self: Rc<Self>, number: &str, spot: Spot) {
        self.toast.set(None);
        let Some(item) = list::item(&self.root, number) else { return };
        let Some(now) = list::spot(&item) else { return };
        list::put(&self.root, &item, &spot);
        let words = format!("{} is back: {}.", list::title(&item), list::place(&item));
        let body = vec![("column", spot.column.clone()), ("before", spot.before.unwrap_or_default())];
        self.post(&item, body, now, words, None);
    }

    /// Tells the server, and offers the way back.
    pub fn send(self: Rc<Self>, item: &Element, body: Vec<(&'static str, String)>, origin: Spot, words: String) {
        let undo = Some((list::number(item), origin.clone()));
        self.post(item, body, origin, words, undo);
    }

    fn post(
        self: Rc<Self>,
        item: &Element,
        body: Vec<(&'static str, String)>,
        origin: Spot,
        words: String,
        undo: Option<(String, Spot)>,
    ) {
        let Some((address, params)) = self.letter(item, &body) else { return };
        let item = item.clone();
        spawn_local(async move {
            match send::post(&address, &params).await {
                Sent::Done(note) => {
                    let words = if note.is_empty() { words } else { note };
                    self.show(Toast { words, refused: false, undo });
                }
                Sent::Refused(reason) => self.refuse(&item, &origin, reason),
                Sent::Unreachable => {
                    self.refuse(&item, &origin, "No connection: the order is as it was. Try again in a moment.".to_owned());
                }
            }
            refresh::now();
        });
    }

    fn letter(&self, item: &Element, body: &[(&str, String)]) -> Option<(String, UrlSearchParams)> {
        let form = item.query_selector("form.queue-moves").ok()??;
        let params = UrlSearchParams::new().ok()?;
        params.append("form_token", &dom::value_of(&form, "form_token"));
        body.iter().for_each(|(name, value)| params.append(name, value));
        Some((form.get_attribute("action")?, params))
    }

    fn refuse(self: &Rc<Self>, item: &Element, origin: &Spot, words: String) {
        list::put(&self.root, item, origin);
        self.show(Toast { words, refused: true, undo: None });
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
            UNDO,
        );
    }
}
