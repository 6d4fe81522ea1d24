//! How a request looks: the same pieces for the whole page and for what of it is drawn anew while it is looked at.

mod ask;
mod composer;
pub mod deletion;
mod entry;
mod head;
mod line;
mod model;
mod notes;
pub mod plain;
mod review;
mod side;
mod strand;
mod words;
mod work;

use islands::conversation::Conversation;
use leptos::prelude::*;

pub use line::entries;
pub use model::{
    ClockPiece, ClockView, ConversationView, EntryView, ListLink, PageContext, RequestView, Review, SideView,
};
pub use review::form as review_form;
pub use strand::lay as lay_strands;

/// The whole page.
pub fn page(shown: RequestView) -> impl IntoView {
    let RequestView { place, conversation, beside, .. } = &shown;
    let (stream, offset, base) = (conversation.stream.clone(), conversation.offset, place.base.clone());
    view! {
        <div class="page-with-side">
            <div>
                {head::view(&shown)}
                {line::view(&shown)}
                {composer::view(place, beside)}
            </div>
            <aside class="side">{side::view(place, beside)}</aside>
        </div>
        <Conversation stream=stream offset=offset base=base />
    }
}

/// What stands around the conversation, piece by piece; each takes the place of the one of the same id.
pub fn pieces(place: &PageContext, beside: &SideView) -> impl IntoView + use<> {
    view! {
        {head::state(beside)}
        {head::agent(beside)}
        {head::rehearsal(beside)}
        {head::clock(beside)}
        {line::end(beside)}
        {line::again(place, beside)}
        {composer::work(place, beside)}
        {side::view(place, beside)}
    }
}
