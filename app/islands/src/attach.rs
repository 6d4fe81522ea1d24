//! Takes files that are dropped on the page or pasted into it, as if they had been chosen: from there on they go the way
//! that the page's chooser goes.

use std::time::Duration;

use leptos::{ev, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::{DataTransfer, Event, EventInit, File, HtmlInputElement};

use crate::dom;

/// The page's chooser, where it has one.
const CHOOSER: &str = "files";
/// What shows that files may be let go.
const ZONES: &str = ".drop, .composer";
/// How soon a chooser that is still sending is asked again.
const AGAIN: Duration = Duration::from_millis(200);

/// Listens from now on.
pub fn watch() {
    let _ = window_event_listener(ev::paste, |event| {
        let Some(data) = event.clipboard_data().filter(is_files) else { return };
        if let Some(chooser) = chooser() {
            event.prevent_default();
            give(chooser, files(&data));
        }
    });
    let _ = window_event_listener(ev::dragover, |event| {
        let Some(data) = event.data_transfer().filter(has_files) else { return };
        // The chooser takes what is dropped on it by itself.
        if chooser().is_some() && !is_on_chooser(&event) {
            // Otherwise the browser would leave the page for the file.
            event.prevent_default();
            data.set_drop_effect("copy");
        }
        mark(true);
    });
    let _ = window_event_listener(ev::dragleave, |event| {
        if event.related_target().is_none() {
            mark(false);
        }
    });
    let _ = window_event_listener(ev::drop, |event| {
        mark(false);
        let Some(data) = event.data_transfer().filter(has_files) else { return };
        if let Some(chooser) = chooser().filter(|_| !is_on_chooser(&event)) {
            event.prevent_default();
            give(chooser, files(&data));
        }
    });
}

fn chooser() -> Option<HtmlInputElement> {
    dom::by_id(CHOOSER)?.dyn_into().ok()
}

fn is_on_chooser(event: &Event) -> bool {
    dom::target(event).is_some_and(|at| at.id() == CHOOSER)
}

fn has_files(data: &DataTransfer) -> bool {
    data.types().includes(&"Files".into(), 0)
}

/// A picture or files, rather than words that come with a picture of themselves, as text programs copy them.
fn is_files(data: &DataTransfer) -> bool {
    let has = |kind: &str| data.types().includes(&kind.into(), 0);
    has("Files") && !(has("text/plain") && has("text/html"))
}

fn files(data: &DataTransfer) -> Vec<File> {
    let Some(files) = data.files() else { return Vec::new() };
    (0..files.length()).filter_map(|at| files.item(at)).collect()
}

/// Puts files into the chooser, once what is in it has been sent.
fn give(chooser: HtmlInputElement, files: Vec<File>) {
    if files.is_empty() {
        return;
    }
    if chooser.form().is_some_and(|form| form.has_attribute("aria-busy")) {
        set_timeout(move || give(chooser, files), AGAIN);
        return;
    }
    // What becomes of them is said beside the chooser.
    if let Ok(Some(around)) = chooser.closest("details") {
        drop(around.set_attribute("open", ""));
    }
    let Ok(list) = DataTransfer::new() else { return };
    for file in &files {
        drop(list.items().add_with_file(file));
    }
    chooser.set_files(list.files().as_ref());
    let bubbles = EventInit::new();
    bubbles.set_bubbles(true);
    if let Ok(change) = Event::new_with_event_init_dict("change", &bubbles) {
        drop(chooser.dispatch_event(&change));
    }
}

fn mark(over: bool) {
    let Ok(zones) = document().query_selector_all(ZONES) else { return };
    for at in 0..zones.length() {
        if let Some(zone) = zones.item(at).and_then(|zone| zone.dyn_into::<web_sys::Element>().ok()) {
            drop(zone.class_list().toggle_with_force("is-over", over));
        }
    }
}
