//! The socket itself: opened, watched, opened again.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
    time::Duration,
};

use domain::session::wire::{SIGNED_OUT, offset};
use js_sys::{Array, JSON, Reflect};
use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use web_sys::{CloseEvent, MessageEvent, WebSocket};

use super::{
    Following, Heard,
    follow::{Ear, Interest},
    pace::{SILENCE_MS, UNSPOKEN_MS, pause_ms},
};

/// How the line is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum State {
    /// Not open yet, for the first time.
    Opening,
    Live,
    /// Gone since that instant, in milliseconds since 1970; it comes back by itself.
    Lost(f64),
    /// The server does not know who this is any more.
    SignedOut,
}

struct Line {
    socket: RefCell<Option<WebSocket>>,
    interests: RefCell<Vec<Rc<Interest>>>,
    /// When the server last said anything, or was last asked to.
    heard_at: Cell<f64>,
    /// Since when nothing has been heard, while that is so.
    lost_at: Cell<Option<f64>>,
    failed: Cell<u32>,
    /// Counts up so that what belongs to an earlier socket is not listened to.
    turn: Cell<u32>,
    state: ArcRwSignal<State>,
}

thread_local! {
    static LINE: Rc<Line> = Line::begin();
}

/// How the line is, for the page to show.
pub fn state() -> ArcRwSignal<State> {
    LINE.with(|line| line.state.clone())
}

/// Follows a stream from an offset for as long as the result is kept.
pub fn follow(stream: String, from: u64, ear: Ear) -> Following {
    let interest = Rc::new(Interest { stream, next: Cell::new(from), ear });
    LINE.with(|line| {
        line.interests.borrow_mut().push(interest.clone());
        if line.socket.borrow().is_none() {
            line.open();
        } else {
            line.ask(&interest);
        }
    });
    Following(interest)
}

pub(super) fn unfollow(interest: &Rc<Interest>) {
    LINE.with(|line| {
        line.interests.borrow_mut().retain(|other| !Rc::ptr_eq(other, interest));
        if !line.interests.borrow().iter().any(|other| other.stream == interest.stream) {
            line.say(&format!(r#"{{"unfollow":"{}"}}"#, interest.stream));
        }
    });
}

fn now() -> f64 {
    js_sys::Date::now()
}

impl Line {
    fn begin() -> Rc<Self> {
        let line = Rc::new(Self {
            socket: RefCell::default(),
            interests: RefCell::default(),
            heard_at: Cell::new(now()),
            lost_at: Cell::new(None),
            failed: Cell::new(0),
            turn: Cell::new(0),
            state: ArcRwSignal::new(State::Opening),
        });
        line.watch();
        line
    }

    /// The network came back, the tab is looked at again, the line has been silent for too long.
    fn watch(self: &Rc<Self>) {
        let at = |event: &'static str, act: fn(&Rc<Self>)| {
            let line = self.clone();
            window_event_listener_untyped(event, move |_| act(&line));
        };
        at("online", Self::hurry);
        at("offline", Self::lose);
        at("pageshow", Self::hurry);
        at("focus", Self::hurry);
        // An open socket would keep the page out of the browser's memory of pages.
        at("pagehide", Self::lose);
        let line = self.clone();
        set_interval(move || line.hurry(), Duration::from_secs(5));
    }

    /// Opens the socket now unless it is alive.
    fn hurry(self: &Rc<Self>) {
        let silent = now() - self.heard_at.get() > SILENCE_MS;
        let idle = self.interests.borrow().is_empty() || self.state.get_untracked() == State::SignedOut;
        let open = self.socket.borrow().is_some();
        if !idle && (!open || silent) {
            self.lose();
            self.open();
        }
    }

    fn open(self: &Rc<Self>) {
        let turn = self.turn.get() + 1;
        self.turn.set(turn);
        self.heard_at.set(now());
        let Ok(socket) = WebSocket::new(&address()) else { return self.again(turn) };
        let line = self.clone();
        on(&socket, "open", move |_| line.opened(turn));
        let line = self.clone();
        on(&socket, "message", move |event| line.message(turn, &event));
        let line = self.clone();
        on(&socket, "close", move |event| line.closed(turn, &event));
        *self.socket.borrow_mut() = Some(socket);
    }

    fn opened(&self, turn: u32) {
        if turn != self.turn.get() {
            return;
        }
        self.heard_at.set(now());
        let interests = self.interests.borrow().clone();
        interests.iter().for_each(|interest| self.ask(interest));
    }

    fn message(&self, turn: u32, event: &web_sys::Event) {
        if turn != self.turn.get() {
            return;
        }
        self.heard_at.set(now());
        self.failed.set(0);
        self.lost_at.set(None);
        if self.state.get_untracked() != State::Live {
            self.state.set(State::Live);
        }
        let data = event.unchecked_ref::<MessageEvent>().data().as_string();
        if let Some(frame) = data.and_then(|text| JSON::parse(&text).ok()) {
            self.hear(&frame);
        }
    }

    fn hear(&self, frame: &JsValue) {
        let (events, presence) = (get(frame, "events"), get(frame, "presence"));
        if let Some(events) = events.dyn_ref::<Array>() {
            let Ok(next) = text_of(frame, "next").parse::<u64>() else { return };
            let (from, ends) = span(next, events.length(), &get(frame, "counts"));
            self.tell(&text_of(frame, "stream"), |interest| {
                if from <= interest.next.get() {
                    let heard = Heard::Events { from, ends: ends.clone(), events: events.clone() };
                    interest.next.set((interest.ear)(heard));
                }
                if interest.next.get() < next {
                    self.ask(interest);
                }
            });
        } else if presence.is_object() {
            let people = get(&presence, "people").dyn_into::<Array>().unwrap_or_default();
            let names: Vec<String> = people.iter().map(|person| text_of(&person, "name")).collect();
            self.tell(&text_of(&presence, "stream"), |interest| {
                _ = (interest.ear)(Heard::People(names.clone()))
            });
        } else if !text_of(frame, "stale").is_empty() {
            drop(window().location().reload());
        } else {
            self.tell(&text_of(frame, "gone"), |interest| _ = (interest.ear)(Heard::Gone));
        }
    }

    fn tell(&self, stream: &str, say: impl Fn(&Interest)) {
        // A copy: an ear may follow something else.
        let interests = self.interests.borrow().clone();
        interests.iter().filter(|interest| interest.stream == stream).for_each(|interest| say(interest));
    }

    fn closed(self: &Rc<Self>, turn: u32, event: &web_sys::Event) {
        if turn != self.turn.get() {
            return;
        }
        self.socket.borrow_mut().take();
        if event.unchecked_ref::<CloseEvent>().code() == SIGNED_OUT {
            return self.state.set(State::SignedOut);
        }
        self.mourn();
        self.again(turn);
    }

    /// Lets go of the socket, whatever it still says.
    fn lose(self: &Rc<Self>) {
        self.turn.set(self.turn.get() + 1);
        if let Some(socket) = self.socket.borrow_mut().take() {
            drop(socket.close());
        }
        self.mourn();
    }

    /// Says that the line is lost, if it is not back in a moment.
    fn mourn(self: &Rc<Self>) {
        if self.lost_at.get().is_some() {
            return;
        }
        let since = now();
        self.lost_at.set(Some(since));
        let line = self.clone();
        set_timeout(
            move || {
                if line.lost_at.get() == Some(since) {
                    line.state.set(State::Lost(since));
                }
            },
            Duration::from_millis(UNSPOKEN_MS),
        );
    }

    fn again(self: &Rc<Self>, turn: u32) {
        let failed = self.failed.get();
        self.failed.set(failed.saturating_add(1));
        let line = self.clone();
        set_timeout(
            move || {
                if turn == line.turn.get() && line.socket.borrow().is_none() {
                    line.open();
                }
            },
            Duration::from_millis(pause_ms(failed, js_sys::Math::random())),
        );
    }

    fn ask(&self, interest: &Interest) {
        let (stream, from) = (&interest.stream, offset(interest.next.get()));
        self.say(&format!(r#"{{"follow":{{"stream":"{stream}","from":"{from}"}}}}"#));
    }

    fn say(&self, text: &str) {
        if let Some(socket) =
            self.socket.borrow().as_ref().filter(|socket| socket.ready_state() == WebSocket::OPEN)
        {
            // What cannot be said now is said when the line is open again.
            drop(socket.send_with_str(text));
        }
    }
}

/// Where events begin that end at `next`, and the offset behind each. Without `counts` each stands for itself.
fn span(next: u64, events: u32, counts: &JsValue) -> (u64, Vec<u64>) {
    let counts: Vec<u64> = match counts.dyn_ref::<Array>() {
        Some(counts) => counts.iter().map(|count| count.as_f64().unwrap_or(1.0) as u64).collect(),
        None => vec![1; events as usize],
    };
    let from = next.saturating_sub(counts.iter().sum());
    let ends = counts.iter().scan(from, |end, count| {
        *end += count;
        Some(*end)
    });
    (from, ends.collect())
}

/// A field of an object; undefined without one.
pub fn get(object: &JsValue, name: &str) -> JsValue {
    Reflect::get(object, &name.into()).unwrap_or(JsValue::UNDEFINED)
}

/// A field that is a text; empty without one.
pub fn text_of(object: &JsValue, name: &str) -> String {
    get(object, name).as_string().unwrap_or_default()
}

fn address() -> String {
    let location = window().location();
    let (protocol, host) = (location.protocol().unwrap_or_default(), location.host().unwrap_or_default());
    format!("{}://{host}/live", if protocol == "https:" { "wss" } else { "ws" })
}

/// Kept for as long as the page: a socket is rare and its listeners are small.
fn on(socket: &WebSocket, event: &str, act: impl Fn(web_sys::Event) + 'static) {
    let listener = Closure::<dyn Fn(web_sys::Event)>::new(act).into_js_value();
    drop(socket.add_event_listener_with_callback(event, listener.unchecked_ref()));
}
