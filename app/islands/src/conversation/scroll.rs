//! Keeps the end in sight for who is reading there, and moves nobody else.

use leptos::prelude::{document, request_animation_frame, window, window_event_listener_untyped};
use web_sys::{Element, ScrollBehavior, ScrollIntoViewOptions, ScrollLogicalPosition};

fn end() -> Option<Element> {
    document().get_element_by_id("now")
}

/// Whether the reader sees the end of the line.
pub fn sees_end() -> bool {
    let height = window().inner_height().ok().and_then(|height| height.as_f64()).unwrap_or_default();
    end().is_some_and(|end| end.get_bounding_client_rect().top() < height)
}

/// After the line has grown: on to the end for who was there, a word for who was not.
pub fn after(saw_end: bool) {
    if !saw_end {
        return show_news(true);
    }
    request_animation_frame(|| {
        if let Some(end) = end() {
            let options = ScrollIntoViewOptions::new();
            options.set_block(ScrollLogicalPosition::Nearest);
            options.set_behavior(ScrollBehavior::Instant);
            end.scroll_into_view_with_scroll_into_view_options(&options);
        }
    });
}

/// Takes the word away once the end is seen.
pub fn watch() {
    let _ = window_event_listener_untyped("scroll", |_| {
        if sees_end() {
            show_news(false);
        }
    });
}

fn show_news(there: bool) {
    if let Some(news) = document().get_element_by_id("news") {
        drop(news.toggle_attribute_with_force("hidden", !there));
    }
}
