//! Keeps the end in sight for who is reading there, and moves nobody else.

use leptos::prelude::*;
use web_sys::{Element, ScrollBehavior, ScrollIntoViewOptions, ScrollLogicalPosition};

use super::state::Page;

/// Room for the composer over the end.
const SLACK: f64 = 160.0;

fn end() -> Option<Element> {
    document().get_element_by_id("now")
}

/// Whether the reader sees the end of the line.
pub fn sees_end() -> bool {
    let height = window().inner_height().ok().and_then(|height| height.as_f64()).unwrap_or_default();
    end().is_some_and(|end| end.get_bounding_client_rect().top() < height + SLACK - 120.0)
}

/// After the line has grown: on to the end for who was there, a word for who was not.
pub fn after(page: Page, saw_end: bool) {
    if !saw_end {
        return page.news.set(true);
    }
    request_animation_frame(move || {
        if let Some(end) = end() {
            let options = ScrollIntoViewOptions::new();
            options.set_block(ScrollLogicalPosition::Nearest);
            options.set_behavior(ScrollBehavior::Instant);
            end.scroll_into_view_with_scroll_into_view_options(&options);
        }
    });
}

/// Takes the word away once the end is seen.
pub fn watch(page: Page) {
    let listener = window_event_listener_untyped("scroll", move |_| {
        if page.news.get_untracked() && sees_end() {
            page.news.set(false);
        }
    });
    on_cleanup(move || listener.remove());
}
