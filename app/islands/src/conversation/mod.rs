//! Brings a request's page to life. The server has drawn all of it; here words appear as they are written, and what
//! else has changed is asked for and takes its place.

#[cfg(feature = "hydrate")]
mod composer;
#[cfg(feature = "hydrate")]
mod follow;
#[cfg(feature = "hydrate")]
mod line;
#[cfg(feature = "hydrate")]
mod pen;
#[cfg(feature = "hydrate")]
mod scroll;
pub mod tail;
#[cfg(feature = "hydrate")]
mod words;

use leptos::prelude::*;

/// Follows the conversation from the offset that the page was drawn at. `base`: the request's address.
#[island]
pub fn Conversation(stream: String, offset: u64, base: String) -> impl IntoView {
    #[cfg(feature = "hydrate")]
    follow::begin(stream, offset, base);
    #[cfg(not(feature = "hydrate"))]
    let _ = (stream, offset, base);
    view! { <span hidden></span> }
}
