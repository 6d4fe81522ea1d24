//! The page in the browser: hears the log, folds it further, and draws what changed.

use std::{cell::RefCell, rc::Rc, time::Duration};

use domain::session::{Body, Conversation, Entry, Event, Part, Reading, Touched};
use leptos::prelude::*;

use super::{
    model::{Beside, Said, Start},
    plain::{being_written, paragraphs},
    scroll,
    state::{LineState, Page, lay_strands, row},
    when::when,
};
use crate::islands::{
    live::{self, Heard, State},
    send,
};

/// A clock's words change by the minute.
const MINUTE: Duration = Duration::from_secs(60);
/// What happens together is asked for once.
const SOON: Duration = Duration::from_millis(150);

/// Follows the request's conversation from where the page was drawn.
pub fn begin(page: Page, start: &Start) {
    let owner = Owner::current().unwrap_or_default();
    let reading = RefCell::new(Reading { conversation: start.conversation(), next: start.offset });
    let renewal = Rc::new(Renewal { page, waits: false.into() });
    let by_minute = renewal.clone();
    let ear = Rc::new(move |heard: Heard<'_>| owner.with(|| hear(page, &mut reading.borrow_mut(), &renewal, heard)));
    let following = live::follow(start.stream.clone(), start.offset, ear);
    // The page is left with its document; nothing is to be ended before.
    std::mem::forget(following);
    set_interval(move || by_minute.soon(), MINUTE);
    show_line(page);
    scroll::watch(page);
    let _ = window_event_listener(leptos::ev::keydown, focus_composer);
}

/// Says how the line is.
fn show_line(page: Page) {
    let state = live::state();
    Effect::new(move || {
        let shown = match state.get() {
            State::Opening | State::Live => LineState::Whole,
            State::Lost(since) => {
                let words = when(since as i64, since as i64, page.beside.with_untracked(|beside| beside.zone_minutes));
                LineState::Lost(words.split_once(' ').map(|(_, time)| time.to_owned()).unwrap_or(words))
            }
            State::SignedOut => LineState::SignedOut,
        };
        if page.line.get_untracked() != LineState::Closed {
            page.line.set(shown);
        }
    });
}

fn hear(page: Page, reading: &mut Reading, renewal: &Rc<Renewal>, heard: Heard<'_>) -> u64 {
    match heard {
        Heard::People(people) => page.people.set(people),
        Heard::Gone => page.line.set(LineState::Closed),
        Heard::Events { from, events } => {
            let mut change = Change::default();
            reading.take(from, events, |conversation, event, touched| change.note(conversation, event, touched));
            show(page, reading, change, renewal);
        }
    }
    reading.next
}

/// What a piece of the log changed.
#[derive(Default)]
struct Change {
    touched: Vec<usize>,
    several: bool,
    beside: bool,
    told: Option<String>,
}

impl Change {
    fn note(&mut self, conversation: &Conversation, event: &Event, touched: Touched) {
        match touched {
            Touched::Nothing => {}
            Touched::Changed(place) if self.touched.contains(&place) => {}
            Touched::Changed(place) => self.touched.push(place),
            Touched::Added => self.told = conversation.entries.last().and_then(tell).or(self.told.take()),
            Touched::Several => self.several = true,
        }
        self.beside |= !matches!(
            event.part,
            Part::TextStart { .. } | Part::TextDelta { .. } | Part::TextEnd { .. } | Part::DataStep { .. } | Part::DataPlan { .. }
        );
    }
}

/// What is said aloud of a new entry.
fn tell(entry: &Entry) -> Option<String> {
    let name = &entry.author.name;
    Some(match &entry.body {
        Body::Comment { text } => format!("{name} said: {text}"),
        Body::Approval { question, .. } => format!("{name} asks: {question}"),
        Body::Deliverable { title, .. } => format!("{name} delivered {title}"),
        Body::Step { title, .. } => title.clone(),
        Body::Words { .. } => format!("{name} is writing"),
        Body::Stop { .. } => format!("{name} asked to stop"),
        Body::Failed { reason } => format!("The work broke off. {reason}"),
        _ => return None,
    })
}

fn show(page: Page, reading: &Reading, change: Change, renewal: &Rc<Renewal>) {
    let entries = &reading.conversation.entries;
    let zone = page.beside.with_untracked(|beside| beside.zone_minutes);
    let rows = page.rows.get_untracked();
    let places = if change.several { (0..rows.len()).collect() } else { change.touched };
    for (row, entry) in places.into_iter().filter_map(|place| rows.get(place).zip(entries.get(place))) {
        if row.entry.with_untracked(|shown| shown != entry) {
            let then = then(entry, zone);
            if row.then.get_untracked() != then {
                row.then.set(then);
            }
            row.entry.set(entry.clone());
        }
    }
    if entries.len() > rows.len() {
        let saw_end = scroll::sees_end();
        let new: Vec<_> = entries[rows.len()..].iter().map(|entry| row(said(entry, zone))).collect();
        page.rows.update(|rows| {
            rows.extend(new);
            lay_strands(rows);
        });
        scroll::after(page, saw_end);
    }
    if page.run.with_untracked(|run| *run != reading.conversation.run) {
        page.run.set(reading.conversation.run.clone());
    }
    if let Some(told) = change.told {
        page.told.set(told);
    }
    if change.beside {
        renewal.soon();
    }
    page.offset.set(reading.next);
}

/// A new entry as the server would draw it, but for the markup of an agent's words.
fn said(entry: &Entry, zone: i32) -> Said {
    let html = match &entry.body {
        Body::Words { text, .. } => being_written(text),
        Body::Comment { text } | Body::Review { reason: text, .. } | Body::Asked { brief: text, .. } => paragraphs(text),
        _ => String::new(),
    };
    let now = js_sys::Date::now() as i64;
    Said { when: when(entry.at, now, zone), then: then(entry, zone), html, entry: entry.clone() }
}

/// Until when a question waits, or when it was answered.
fn then(entry: &Entry, zone: i32) -> String {
    let now = js_sys::Date::now() as i64;
    match &entry.body {
        Body::Approval { settled: Some(settled), .. } => when(settled.at, now, zone),
        Body::Approval { expires, .. } => when(*expires, now, zone),
        _ => String::new(),
    }
}

/// Asks the server for what stands beside the conversation, after something there has moved.
struct Renewal {
    page: Page,
    waits: std::cell::Cell<bool>,
}

impl Renewal {
    fn soon(self: &Rc<Self>) {
        if document().hidden() || self.waits.replace(true) {
            return;
        }
        let renewal = self.clone();
        set_timeout(
            move || {
                renewal.waits.set(false);
                leptos::task::spawn_local(renewal.page.renew());
            },
            SOON,
        );
    }
}

impl Page {
    async fn renew(self) {
        let answer = send::get(&self.under("beside"), "application/json").await;
        let Some(beside) = answer.and_then(|text| serde_json::from_str::<Beside>(&text).ok()) else { return };
        if self.beside.with_untracked(|shown| *shown != beside) {
            self.beside.set(beside);
        }
    }
}

/// `s` goes to where one speaks, from anywhere but a field.
fn focus_composer(event: leptos::ev::KeyboardEvent) {
    use wasm_bindgen::JsCast;
    let plain = !event.ctrl_key() && !event.meta_key() && !event.alt_key();
    let typing = document().active_element().is_some_and(|at| matches!(at.tag_name().as_str(), "INPUT" | "TEXTAREA" | "SELECT"));
    if event.key() != "s" || !plain || typing {
        return;
    }
    if let Some(say) = document().get_element_by_id("say").and_then(|say| say.dyn_into::<web_sys::HtmlElement>().ok()) {
        event.prevent_default();
        drop(say.focus());
    }
}

