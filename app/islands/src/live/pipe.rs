//! What the line runs through.

use leptos::prelude::window;
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{EventSource, EventTarget, WebSocket};

/// One connection.
pub(super) enum Pipe {
    Socket(WebSocket),
    /// Where sockets are blocked: the same frames, one way. What people do goes by forms anyway.
    Events(EventSource),
}

impl Pipe {
    pub(super) fn is_events(&self) -> bool {
        matches!(self, Self::Events(_))
    }

    pub(super) fn target(&self) -> &EventTarget {
        match self {
            Self::Socket(socket) => socket,
            Self::Events(events) => events,
        }
    }

    pub(super) fn close(&self) {
        match self {
            Self::Socket(socket) => drop(socket.close()),
            Self::Events(events) => events.close(),
        }
    }
}

/// Kept for as long as the page: a connection is rare and its listeners are small.
pub(super) fn on(target: &EventTarget, event: &str, act: impl Fn(web_sys::Event) + 'static) {
    let listener = Closure::<dyn Fn(web_sys::Event)>::new(act).into_js_value();
    drop(target.add_event_listener_with_callback(event, listener.unchecked_ref()));
}

/// Where the socket is.
pub(super) fn address() -> String {
    let location = window().location();
    let (protocol, host) = (location.protocol().unwrap_or_default(), location.host().unwrap_or_default());
    format!("{}://{host}/live", if protocol == "https:" { "wss" } else { "ws" })
}
