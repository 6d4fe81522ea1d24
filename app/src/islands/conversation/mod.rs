//! A request as it happens: the conversation down the line, what stands beside it, and where one speaks.
//!
//! The server draws the whole of it; in the browser it goes on from the same state at the same offset.

mod ask;
mod composer;
mod entry;
#[cfg(feature = "hydrate")]
mod follow;
mod head;
mod line;
mod model;
mod notes;
#[cfg(feature = "hydrate")]
mod pen;
pub mod plain;
mod review;
#[cfg(feature = "hydrate")]
mod scroll;
mod side;
mod state;
mod when;
mod words;
mod work;

use leptos::prelude::*;

pub use model::{Beside, Clock, Link, Piece, Place, Review, Said, Start};
pub use notes::size;
pub use review::form as review_form;
pub use when::when;

use state::Page;

/// The request page.
#[island]
pub fn Conversation(start: Start) -> impl IntoView {
    let page = Page::new(&start);
    #[cfg(feature = "hydrate")]
    follow::begin(page, &start);
    view! {
        <div class="page-with-side">
            <div>
                {head::view(page, &start)}
                {line::view(page)}
                {composer::view(page)}
            </div>
            {side::view(page)}
        </div>
    }
}
