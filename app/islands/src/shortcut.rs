//! A key that opens a page, beside the link that everyone sees.

use leptos::prelude::*;

/// Opens `href` when `key` is pressed alone and nothing is being written.
#[island]
pub fn Shortcut(#[prop(into)] key: String, #[prop(into)] href: String) -> impl IntoView {
    start(key, href);
}

#[cfg(not(feature = "hydrate"))]
fn start(_: String, _: String) {}

#[cfg(feature = "hydrate")]
fn start(key: String, href: String) {
    let listener = window_event_listener(leptos::ev::keydown, move |event| {
        let modified = event.ctrl_key() || event.meta_key() || event.alt_key() || event.is_composing();
        if !modified && event.key() == key && !super::dom::is_writing() && !event.default_prevented() {
            drop(window().location().set_href(&href));
        }
    });
    on_cleanup(move || listener.remove());
}
