//! A page with nothing on it yet.

use leptos::prelude::*;

/// Nothing stands here yet: a line that is still to be drawn, what will stand here, and what to do first.
#[component]
pub fn NothingYet(
    #[prop(into)] heading: String,
    #[prop(into)] words: String,
    /// What to do first.
    children: Children,
) -> impl IntoView {
    view! {
        <div class="empty">
            <svg class="drawing" viewBox="0 0 180 64" aria-hidden="true">
                <path class="faint" d="M64 32h112" stroke-dasharray="2 7" />
                <path d="M4 32h46" />
                <circle class="halo" cx="56" cy="32" r="14" />
                <circle class="full" cx="56" cy="32" r="6" />
            </svg>
            <h2 dir="auto">{heading}</h2>
            <p dir="auto">{words}</p>
            {children()}
        </div>
    }
}
