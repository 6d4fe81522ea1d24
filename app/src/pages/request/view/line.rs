//! The conversation down the line, and its end, which is now.

use leptos::prelude::*;

use super::{
    entry,
    model::{EntryView, PageContext, RequestView, SideView},
};

pub fn view(shown: &RequestView) -> impl IntoView + use<> {
    let RequestView { place, conversation, beside, .. } = shown;
    view! {
        // The offset that all of this was folded up to, so that it can be compared with the log.
        // And what the reader's clocks show beyond UTC, for what the page itself has to time.
        <ol class="line" id="line" aria-label="Conversation" data-offset=conversation.offset data-minutes=conversation.clock.to_string() data-hours=conversation.locale.hours_of_a_clock().as_str()>
            {entries(place, conversation.said.iter())}
            {end(beside)}
        </ol>
        {again(place, beside)}
        <div class="visually-hidden" role="log" aria-live="polite" id="told"></div>
        <a class="button news" href="#now" id="news" hidden>"New messages"</a>
    }
}

/// Entries as they stand in the line.
pub fn entries<'a>(place: &PageContext, said: impl Iterator<Item = &'a EntryView>) -> Vec<AnyView> {
    said.map(|said| entry::view(place, said)).collect()
}

/// The last of the line: open, or done.
pub fn end(beside: &SideView) -> AnyView {
    match beside.ended.clone() {
        Some((word, rest)) => {
            view! { <li class="line-end done" id="now"><b>{word}</b> {rest}</li> }.into_any()
        }
        None => view! { <li class="line-end" id="now"></li> }.into_any(),
    }
}

/// The way on after the work has ended before the request has.
pub fn again(place: &PageContext, beside: &SideView) -> impl IntoView + use<> {
    let form = beside.again.filter(|_| place.may_work).map(|words| {
        view! {
            <form class="button-row" method="post" action=place.under("retry") data-send>
                <input type="hidden" name="form_token" value=place.token.clone() />
                <button class="button primary">{words}</button>
            </form>
        }
    });
    view! { <div class="again" id="again">{form}</div> }
}
