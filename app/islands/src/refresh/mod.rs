//! A part of a page that is read again when something that it shows has changed.

use leptos::prelude::*;

#[cfg(feature = "hydrate")]
mod keyed;
#[cfg(feature = "hydrate")]
mod swap;
#[cfg(feature = "hydrate")]
mod watch;

/// Follows `stream` from the offset at which the page was rendered. On every hint it gets `url`, an HTML fragment, and
/// puts it into the element `target`, which stands before this in the page: the focus stays where it was, and nothing
/// moves while something is held there. A part marked `data-say` is read out when its words change.
///
/// In lists (`data-list`) items with a `data-key` keep their identity: they glide to where they stand now. Of what stands
/// around such lists only what is marked `data-part` is put in anew.
///
/// Without wasm the page is simply as it was loaded.
#[island]
pub fn Refresh(
    stream: String,
    from: u64,
    #[prop(into)] url: String,
    #[prop(into)] target: String,
) -> impl IntoView {
    let said = RwSignal::new(String::new());
    start(stream, from, url, target, said);
    view! { <p class="visually-hidden" role="status">{move || said.get()}</p> }
}

#[cfg(not(feature = "hydrate"))]
fn start(_: String, _: u64, _: String, _: String, _: RwSignal<String>) {}

#[cfg(feature = "hydrate")]
use watch::start;

/// Reads the page's parts again now: something in them was just changed from here.
#[cfg(feature = "hydrate")]
pub fn now() {
    if let Ok(event) = web_sys::Event::new(watch::STALE) {
        drop(window().dispatch_event(&event));
    }
}
