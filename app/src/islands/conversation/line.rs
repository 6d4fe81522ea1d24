//! The conversation down the line, and its end, which is now.

use leptos::prelude::*;

use super::{
    entry,
    state::{LineState, Page},
};

pub fn view(page: Page) -> impl IntoView {
    view! {
        // The offset that all of this was folded up to, so that it can be compared with the log.
        <ol class="line" aria-label="Conversation" data-offset=move || page.offset.get()>
            <For each=move || page.rows.get() key=|row| row.key.clone() children=move |row| entry::view(page, row) />
            {move || end(page)}
        </ol>
        <div class="visually-hidden" role="log" aria-live="polite">{move || page.told.get()}</div>
        {move || page.news.get().then(|| view! { <a class="news" href="#now">"New below"</a> })}
    }
}

fn end(page: Page) -> AnyView {
    if let LineState::Lost(since) = page.line.get() {
        return view! {
            <li class="line-end lost" id="now">
                <b>{format!("No connection since {since}.")}</b>
                " What you see stays; the rest comes by itself."
            </li>
        }
        .into_any();
    }
    match page.beside.with(|beside| beside.ended.clone()) {
        Some((word, rest)) => view! { <li class="line-end done" id="now"><b>{word}</b> {rest}</li> }.into_any(),
        None => view! { <li class="line-end" id="now"></li> }.into_any(),
    }
}
