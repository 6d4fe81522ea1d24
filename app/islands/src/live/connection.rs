//! The line itself: opened, watched, opened again. A socket, or where none gets through, events over plain HTTP.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
    time::Duration,
};

use js_sys::{Array, JSON};
use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{CloseEvent, EventSource, MessageEvent, WebSocket};
use wire::frames::{SIGNED_OUT, offset};

use super::{
    Following, LiveUpdate,
    follow::{Interest, LiveHandler},
    frame::{get, span, text_of},
    pace::{SILENCE_MS, UNSPOKEN_MS, by_events, pause_ms},
    pipe::{Pipe, address, on},
};

/// How the line is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum ConnectionState {
    /// Not open yet, for the first time.
    Opening,
    Live,
    /// Gone since that instant, in milliseconds since 1970; it comes back by itself.
    Lost(f64),
    /// The server does not know who this is any more.
    SignedOut,
}

struct LiveConnection {
    pipe: RefCell<Option<Pipe>>,
    /// Whether it was by events that something was heard on this page, once something was.
    worked: Cell<Option<bool>>,
    interests: RefCell<Vec<Rc<Interest>>>,
    /// When the server last said anything, or was last asked to.
    heard_at: Cell<f64>,
    /// Since when nothing has been heard, while that is so.
    lost_at: Cell<Option<f64>>,
    failed: Cell<u32>,
    /// Counts up so that what belongs to an earlier socket is not listened to.
    turn: Cell<u32>,
    state: ArcRwSignal<ConnectionState>,
}

thread_local! {
    static LINE: Rc<LiveConnection> = LiveConnection::begin();
}

/// How the line is, for the page to show.
pub fn state() -> ArcRwSignal<ConnectionState> {
    LINE.with(|line| line.state.clone())
}

/// Follows a stream from an offset for as long as the result is kept.
pub fn follow(stream: String, from: u64, ear: LiveHandler) -> Following {
    let interest = Rc::new(Interest { stream, next: Cell::new(from), ear });
    LINE.with(|line| {
        line.interests.borrow_mut().push(interest.clone());
        if line.pipe.borrow().is_none() {
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
            line.send_text(&format!(r#"{{"unfollow":"{}"}}"#, interest.stream));
        }
    });
}

fn now() -> f64 {
    js_sys::Date::now()
}

impl LiveConnection {
    fn begin() -> Rc<Self> {
        let line = Rc::new(Self {
            pipe: RefCell::default(),
            worked: Cell::new(None),
            interests: RefCell::default(),
            heard_at: Cell::new(now()),
            lost_at: Cell::new(None),
            failed: Cell::new(0),
            turn: Cell::new(0),
            state: ArcRwSignal::new(ConnectionState::Opening),
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

    /// Opens the line now unless it is alive.
    fn hurry(self: &Rc<Self>) {
        let silent = now() - self.heard_at.get() > SILENCE_MS;
        let idle =
            self.interests.borrow().is_empty() || self.state.get_untracked() == ConnectionState::SignedOut;
        let open = self.pipe.borrow().is_some();
        if !idle && (!open || silent) {
            if open {
                self.failed.set(self.failed.get().saturating_add(1));
            }
            self.lose();
            self.open();
        }
    }

    fn open(self: &Rc<Self>) {
        let turn = self.turn.get() + 1;
        self.turn.set(turn);
        self.heard_at.set(now());
        let Some(pipe) = self.connect(turn) else { return self.again(turn) };
        let line = self.clone();
        on(pipe.target(), "message", move |event| line.message(turn, &event));
        *self.pipe.borrow_mut() = Some(pipe);
    }

    /// A socket, to be asked for each stream when it is open; or events of everything that is followed now.
    fn connect(self: &Rc<Self>, turn: u32) -> Option<Pipe> {
        let line = self.clone();
        if by_events(self.worked.get(), self.failed.get()) {
            let events = EventSource::new(&self.events_address()).ok()?;
            // By itself it would come again to the offsets of its address.
            on(&events, "error", move |_| line.closed(turn, 0));
            return Some(Pipe::Events(events));
        }
        let socket = WebSocket::new(&address()).ok()?;
        on(&socket, "close", move |event| line.closed(turn, event.unchecked_ref::<CloseEvent>().code()));
        let line = self.clone();
        on(&socket, "open", move |_| line.opened(turn));
        Some(Pipe::Socket(socket))
    }

    fn opened(self: &Rc<Self>, turn: u32) {
        if turn != self.turn.get() {
            return;
        }
        self.heard_at.set(now());
        let interests = self.interests.borrow().clone();
        interests.iter().for_each(|interest| self.ask(interest));
    }

    fn message(self: &Rc<Self>, turn: u32, event: &web_sys::Event) {
        if turn != self.turn.get() {
            return;
        }
        self.worked.set(self.pipe.borrow().as_ref().map(Pipe::is_events));
        self.heard_at.set(now());
        self.failed.set(0);
        self.lost_at.set(None);
        if self.state.get_untracked() != ConnectionState::Live {
            self.state.set(ConnectionState::Live);
        }
        let data = event.unchecked_ref::<MessageEvent>().data().as_string();
        if let Some(frame) = data.and_then(|text| JSON::parse(&text).ok()) {
            self.handle_frame(&frame);
        }
    }

    fn handle_frame(self: &Rc<Self>, frame: &JsValue) {
        let (events, presence) = (get(frame, "events"), get(frame, "presence"));
        if let Some(events) = events.dyn_ref::<Array>() {
            let Ok(next) = text_of(frame, "next").parse::<u64>() else { return };
            let (from, ends) = span(next, events.length(), &get(frame, "counts"));
            self.notify_interests(&text_of(frame, "stream"), |interest| {
                if from <= interest.next.get() {
                    let heard = LiveUpdate::Events { from, ends: ends.clone(), events: events.clone() };
                    interest.next.set((interest.ear)(heard));
                }
                if interest.next.get() < next {
                    self.ask(interest);
                }
            });
        } else if presence.is_object() {
            let people = get(&presence, "people").dyn_into::<Array>().unwrap_or_default();
            let names: Vec<String> = people.iter().map(|person| text_of(&person, "name")).collect();
            self.notify_interests(&text_of(&presence, "stream"), |interest| {
                _ = (interest.ear)(LiveUpdate::People(names.clone()))
            });
        } else if let Some(code) = get(frame, "closed").as_f64() {
            self.closed(self.turn.get(), code as u16);
        } else if !text_of(frame, "stale").is_empty() {
            drop(window().location().reload());
        } else {
            self.notify_interests(&text_of(frame, "gone"), |interest| _ = (interest.ear)(LiveUpdate::Gone));
        }
    }

    fn notify_interests(&self, stream: &str, notify: impl Fn(&Interest)) {
        // A copy: an ear may follow something else.
        let interests = self.interests.borrow().clone();
        interests.iter().filter(|interest| interest.stream == stream).for_each(|interest| notify(interest));
    }

    fn closed(self: &Rc<Self>, turn: u32, code: u16) {
        if turn != self.turn.get() {
            return;
        }
        self.shut();
        if code == SIGNED_OUT {
            return self.state.set(ConnectionState::SignedOut);
        }
        self.mourn();
        self.again(turn);
    }

    /// Lets go of the line, whatever it still says.
    fn lose(self: &Rc<Self>) {
        self.turn.set(self.turn.get() + 1);
        self.shut();
        self.mourn();
    }

    fn shut(&self) {
        if let Some(pipe) = self.pipe.borrow_mut().take() {
            pipe.close();
        }
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
                    line.state.set(ConnectionState::Lost(since));
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
                if turn == line.turn.get() && line.pipe.borrow().is_none() {
                    line.open();
                }
            },
            Duration::from_millis(pause_ms(failed, js_sys::Math::random())),
        );
    }

    fn ask(self: &Rc<Self>, interest: &Interest) {
        if self.pipe.borrow().as_ref().is_some_and(Pipe::is_events) {
            return self.renew();
        }
        let (stream, from) = (&interest.stream, offset(interest.next.get()));
        self.send_text(&format!(r#"{{"follow":{{"stream":"{stream}","from":"{from}"}}}}"#));
    }

    /// Opens the events anew, with everything that is followed by then: islands come several at a time.
    fn renew(self: &Rc<Self>) {
        let (line, turn) = (self.clone(), self.turn.get());
        let open = move || {
            if turn == line.turn.get() {
                line.shut();
                line.open();
            }
        };
        set_timeout(open, Duration::from_millis(30));
    }

    fn send_text(&self, text: &str) {
        if let Some(Pipe::Socket(socket)) = &*self.pipe.borrow() {
            // What cannot be said now is said when the line is open again.
            drop(socket.send_with_str(text));
        }
    }

    fn events_address(&self) -> String {
        let mut address = String::from("/live/events");
        for (place, interest) in self.interests.borrow().iter().enumerate() {
            let mark = if place == 0 { '?' } else { '&' };
            address.push_str(&format!("{mark}follow={}:{}", interest.stream, offset(interest.next.get())));
        }
        address
    }
}
