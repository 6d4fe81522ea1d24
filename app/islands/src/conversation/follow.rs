//! Hears the log. An agent's words are written down as they come; whatever else happened is drawn by the server, asked
//! for from the offset that the page was drawn at, and put in its place.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
    time::Duration,
};

use js_sys::Array;
use leptos::prelude::*;
use wasm_bindgen::JsValue;
use web_sys::Element;

use super::{
    composer, line,
    pen::{Pen, writing},
    scroll,
    words::{Span, Words},
};
use crate::{
    attach, forms,
    live::{self, LiveUpdate, text_of},
    renew,
};

/// A clock's words change by the minute.
const MINUTE: Duration = Duration::from_secs(60);
/// What happens together is asked for once.
const SOON: Duration = Duration::from_millis(60);

/// On an entry that was drawn while it was being written: the offset up to which its words were known.
const DRAWN_WITH: &str = "data-drawn-with";

/// What has to be drawn anew.
#[derive(Clone, Copy, PartialEq, PartialOrd)]
enum Redraw {
    Nothing,
    /// Entries of the line.
    Entries,
    /// And what stands around it.
    Pieces,
}

struct ConversationPage {
    base: String,
    pen: Pen,
    /// How far the log has been heard.
    heard: Cell<u64>,
    /// How far what the server has drawn goes.
    drawn: Cell<u64>,
    want: Cell<Redraw>,
    asking: Cell<bool>,
    /// Words that were heard behind what is drawn.
    words: RefCell<Vec<Words>>,
}

/// Follows the conversation from where the page was drawn.
pub fn begin(stream: String, offset: u64, base: String) {
    let page = Rc::new(ConversationPage {
        base,
        pen: Pen::default(),
        heard: Cell::new(offset),
        drawn: Cell::new(offset),
        want: Cell::new(Redraw::Nothing),
        asking: Cell::new(false),
        words: RefCell::default(),
    });
    let ear = page.clone();
    live::follow(stream, offset, Rc::new(move |heard| ear.apply_update(heard))).keep();
    let by_minute = page.clone();
    set_interval(move || by_minute.want(Redraw::Pieces), MINUTE);
    forms::on_sent(move || page.want(Redraw::Pieces));
    attach::watch();
    line::watch();
    scroll::watch();
    composer::watch_keys();
}

impl ConversationPage {
    fn apply_update(self: &Rc<Self>, heard: LiveUpdate) -> u64 {
        match heard {
            LiveUpdate::People(names) => show_looking(&names),
            LiveUpdate::Gone => line::close(),
            LiveUpdate::Events { from, ends, events } => self.apply_events(from, &ends, &events),
        }
        self.heard.get()
    }

    /// Up to where something would have to be taken in half: it is told again from there.
    fn apply_events(self: &Rc<Self>, from: u64, ends: &[u64], events: &Array) {
        let mut from = from;
        for (to, event) in ends.iter().copied().zip(events.iter()) {
            let span = Span { from, to };
            if span.is_cut_at(self.heard.get()) {
                break;
            }
            if to > self.heard.get() {
                if let Some(drawn) = cut(span, &event) {
                    self.heard.set(drawn);
                    break;
                }
                self.heard.set(to);
                let want = self.apply_event(span, &event);
                self.want(want);
            }
            from = to;
        }
        self.show_offset();
    }

    fn apply_event(&self, span: Span, event: &JsValue) -> Redraw {
        match text_of(event, "type").as_str() {
            "text-delta" => {
                let (id, text) = (entry_id(event), text_of(event, "delta"));
                let standing = writing(&id);
                // The server may have drawn it with words that had not been heard yet.
                if standing.as_ref().is_some_and(|entry| span.to > drawn_with(entry)) {
                    self.pen.write(&id, &text);
                }
                self.words.borrow_mut().push(Words { span, id, text });
                if standing.is_some() { Redraw::Nothing } else { Redraw::Entries }
            }
            "text-start" | "text-end" | "data-plan" | "data-step" => Redraw::Entries,
            _ => Redraw::Pieces,
        }
    }

    fn want(self: &Rc<Self>, want: Redraw) {
        if want <= self.want.get() {
            return;
        }
        let waits = self.want.replace(want) != Redraw::Nothing;
        if !waits && !self.asking.get() {
            let page = self.clone();
            set_timeout(move || page.ask(), SOON);
        }
    }

    /// Asks for what has changed, again for as long as more is wanted meanwhile.
    fn ask(self: Rc<Self>) {
        if self.asking.replace(true) {
            return;
        }
        leptos::task::spawn_local(async move {
            while self.want.get() != Redraw::Nothing {
                let want = self.want.replace(Redraw::Nothing);
                let pieces = if want == Redraw::Pieces { "&pieces=yes" } else { "" };
                let address = format!("{}/now?since={}{pieces}", self.base, self.drawn.get());
                let Some(news) = renew::fetch(&address).await else { return self.try_later() };
                if self.cuts_words(&news) {
                    // Drawn later, it has all of them.
                    self.want.set(want);
                } else {
                    self.show(&news);
                }
            }
            self.asking.set(false);
            self.show_offset();
        });
    }

    /// The server is away for a moment; what the page misses is asked for when it is back. Until then it counts as being
    /// asked for, so that whatever else is wanted meanwhile waits for the same.
    fn try_later(self: &Rc<Self>) {
        self.want.set(Redraw::Pieces);
        self.show_offset();
        let page = self.clone();
        let again = move || {
            page.asking.set(false);
            page.ask();
        };
        set_timeout(again, Duration::from_secs(2));
    }

    /// Whether what is drawn there ends in the middle of words that were heard in one piece.
    fn cuts_words(&self, news: &Element) -> bool {
        let mut offsets = renew::parts(news).into_iter().filter_map(|part| offset_of(&part));
        let words = self.words.borrow();
        offsets.any(|offset| words.iter().any(|words| words.span.is_cut_at(offset)))
    }

    fn show(&self, news: &Element) {
        let saw_end = scroll::sees_end();
        let mut grew = false;
        for part in renew::parts(news) {
            if part.id() == "line" {
                self.drawn.set(offset_of(&part).unwrap_or(self.drawn.get()));
                grew = renew::parts(&part)
                    .into_iter()
                    .fold(false, |grew, entry| self.show_entry(&entry) || grew);
            } else {
                renew::put(&part);
            }
        }
        self.words.borrow_mut().retain(|words| words.span.to > self.drawn.get());
        composer::refresh();
        if grew {
            scroll::after(saw_end);
        }
    }

    /// Puts an entry in its place, or at the end. What is being written here already is left alone.
    fn show_entry(&self, entry: &Element) -> bool {
        let id = entry.id();
        let is_written = entry.class_list().contains("writing");
        if is_written && writing(&id).is_some() {
            return false;
        }
        let new = document().get_element_by_id(&id).is_none();
        if new {
            if let Some(end) = document().get_element_by_id("now") {
                drop(end.before_with_node_1(entry));
            }
            announce(entry);
        } else {
            renew::put(entry);
        }
        self.pen.forget(&id);
        if is_written {
            drop(entry.set_attribute(DRAWN_WITH, &self.drawn.get().to_string()));
            let words = self.words.borrow();
            let later = words.iter().filter(|words| words.id == id && words.span.to > self.drawn.get());
            later.for_each(|words| self.pen.write(&id, &words.text));
        }
        new
    }

    /// Says how far the page shows the log, once it does.
    fn show_offset(&self) {
        let offset = if self.asking.get() || self.want.get() != Redraw::Nothing {
            self.drawn.get()
        } else {
            self.heard.get()
        };
        if let Some(line) = document().get_element_by_id("line") {
            drop(line.set_attribute("data-offset", &offset.to_string()));
        }
    }
}

/// How far the line of an answer goes.
fn offset_of(part: &Element) -> Option<u64> {
    part.get_attribute("data-offset")?.parse().ok()
}

/// Where the words of an event have to be parted: the server has drawn the entry with some of them already.
fn cut(span: Span, event: &JsValue) -> Option<u64> {
    if text_of(event, "type") != "text-delta" {
        return None;
    }
    let drawn = drawn_with(&writing(&entry_id(event))?);
    span.is_cut_at(drawn).then_some(drawn)
}

/// How far the words go that an entry was drawn with; one that was there from the beginning knows no others.
fn drawn_with(entry: &Element) -> u64 {
    entry.get_attribute(DRAWN_WITH).and_then(|offset| offset.parse().ok()).unwrap_or(0)
}

/// The entry that an agent's words belong to, as the fold names it.
fn entry_id(event: &JsValue) -> String {
    let attempt = live::get(event, "attempt").as_f64().unwrap_or(0.0);
    let key = format!("{}-{}", attempt as u32, text_of(event, "id"));
    match text_of(event, "run").as_str() {
        "" => format!("e-{key}"),
        run => format!("e-{run}-{key}"),
    }
}

/// For who hears the page: what is new, in its own words.
fn announce(entry: &Element) {
    if let Some(told) = document().get_element_by_id("told") {
        let words: String = entry.text_content().unwrap_or_default().chars().take(200).collect();
        told.set_text_content(Some(&words));
    }
}

fn show_looking(names: &[String]) {
    let Some(looking) = document().get_element_by_id("looking") else { return };
    drop(looking.toggle_attribute_with_force("hidden", names.len() < 2));
    let names_said = names.join(", ");
    looking.set_text_content(Some(&format!("{} people viewing", names.len())));
    drop(looking.set_attribute("title", &names_said));
    drop(looking.set_attribute("aria-label", &format!("{} people viewing: {names_said}", names.len())));
}
