//! How the line to the server is, on the line itself and in a quiet notice.

use leptos::prelude::*;
use web_sys::Element;
use wire::clock::{self, ClockOffsets, Hours};

use crate::live::{self, ConnectionState};

const REST: &str = " We’ll catch you up when you’re back online.";

/// Shows it from now on.
pub fn watch() {
    let state = live::state();
    Effect::new(move || {
        let state = state.get();
        lie(&state);
        notice(match state {
            ConnectionState::Opening | ConnectionState::Live => None,
            ConnectionState::Lost(_) => Some("You’re offline. Reconnecting…"),
            ConnectionState::SignedOut => Some("You’ve been signed out. Reload the page to sign in."),
        });
    });
}

/// The conversation cannot be followed any more.
pub fn close() {
    notice(Some("You no longer have access to this page. Ask the person who invited you."));
}

/// Dashed below the last thing received while the connection is lost.
fn lie(state: &ConnectionState) {
    let Some(end) = document().get_element_by_id("now") else { return };
    let shown = end.class_list().contains("lost");
    match state {
        ConnectionState::Lost(since) if !shown => {
            let lost =
                end.clone_node().ok().and_then(|node| wasm_bindgen::JsCast::dyn_into::<Element>(node).ok());
            let Some(lost) = lost else { return };
            lost.set_class_name("line-end lost");
            lost.set_text_content(Some(REST));
            if let Ok(since_words) = document().create_element("b") {
                since_words.set_text_content(Some(&format!("Offline since {}.", time(*since))));
                drop(lost.prepend_with_node_1(&since_words));
            }
            // What stood there comes back as it was.
            HELD.with(|held| held.replace(Some(end.clone())));
            drop(end.replace_with_with_node_1(&lost));
        }
        ConnectionState::Live if shown => {
            if let Some(before) = HELD.with(|held| held.take()) {
                drop(end.replace_with_with_node_1(&before));
            }
        }
        _ => {}
    }
}

thread_local! {
    static HELD: std::cell::RefCell<Option<Element>> = const { std::cell::RefCell::new(None) };
}

/// `2:02 PM` or `14:02` on the reader's clocks, like every time of the page. The one time that the server cannot write: when
/// it was heard of last.
fn time(at: f64) -> String {
    let line = document().get_element_by_id("line");
    let attribute = |name: &str| line.as_ref().and_then(|line| line.get_attribute(name));
    let ahead = ClockOffsets::parse(&attribute("data-minutes").unwrap_or_default()).at(at as i64);
    let minutes = (at as i64 / 60_000 + i64::from(ahead)).rem_euclid(24 * 60);
    let hours = attribute("data-hours").map(|hours| Hours::parse(&hours)).unwrap_or_default();
    u16::try_from(minutes).map(|minutes| clock::time(minutes, hours)).unwrap_or_default()
}

/// It lies over the page, so that nothing moves.
fn notice(words: Option<&str>) {
    let shown = document().query_selector(".quiet-notice").ok().flatten();
    match (words, shown) {
        (Some(words), Some(shown)) => shown.set_text_content(Some(words)),
        (Some(words), None) => {
            if let (Ok(notice), Some(body)) = (document().create_element("p"), document().body()) {
                notice.set_class_name("quiet-notice");
                drop(notice.set_attribute("role", "status"));
                notice.set_text_content(Some(words));
                drop(body.append_child(&notice));
            }
        }
        (None, Some(shown)) => shown.remove(),
        (None, None) => {}
    }
}
