//! What people say and what agents write.

use domain::session::Deletable;
use leptos::prelude::*;

use super::{
    deletion,
    entry::{item, who},
    model::{EntryView, PageContext},
};

/// What somebody said, which they may delete.
pub fn comment(place: &PageContext, said: &EntryView) -> AnyView {
    let (class, id) = item(said, "said");
    view! {
        <li class=class id=id>
            {who(&said.entry.author, "said", &said.when)}
            <div class="words prose" inner_html=said.html.clone()></div>
            {deletion::form(place, &said.entry, Deletable::Comment, None)}
        </li>
    }
    .into_any()
}

/// What people say, a request, an agent's finished text: all of it is Markdown.
pub fn markdown(said: &EntryView, verb: &str) -> AnyView {
    let (class, id) = item(said, "said");
    view! {
        <li class=class id=id>
            {who(&said.entry.author, verb, &said.when)}
            <div class="words prose" inner_html=said.html.clone()></div>
        </li>
    }
    .into_any()
}

/// An agent's words as they are being written.
pub fn writing(said: &EntryView) -> AnyView {
    let (class, id) = item(said, "said writing");
    let name = said.entry.author.name.clone();
    view! {
        <li class=class id=id>
            <span class="now" aria-hidden="true"></span>
            <p class="who">
                <b dir="auto">{name}</b>
                " is writing"
            </p>
            <div class="words prose plain" inner_html=said.html.clone()></div>
        </li>
    }
    .into_any()
}
