//! What people say and what agents write.

use domain::session::Body;
use leptos::{html, prelude::*};

use super::{
    entry::{item, who},
    state::{Page, Row},
};
use crate::components::person::disc;

/// A person's words. They stand as they are, except for a request that was written anew.
pub fn said(page: Page, row: Row, verb: &'static str) -> AnyView {
    let (id, class) = item(&row, "said");
    let author = row.entry.with_untracked(|entry| entry.author.clone());
    // A request is Markdown; what people say is shown as they typed it.
    let look = if verb == "asked" { "words prose" } else { "words prose plain" };
    let words = NodeRef::<html::Div>::new();
    #[cfg(feature = "hydrate")]
    super::pen::renew(page, &row, words);
    #[cfg(not(feature = "hydrate"))]
    let _ = page;
    view! {
        <li class=class id=id>
            {who(&author, verb, &row.when)}
            <div class=look node_ref=words inner_html=row.html.clone()></div>
        </li>
    }
    .into_any()
}

/// An agent's words, as they are being written and afterwards.
pub fn written(page: Page, row: Row) -> AnyView {
    let strand = row.strand;
    let entry = row.entry;
    let writing = Memo::new(move |_| entry.with(|entry| matches!(entry.body, Body::Words { writing: true, .. })));
    let author = entry.with_untracked(|entry| entry.author.clone());
    let (name, agent, when) = (author.name.clone(), author.name.clone(), row.when.clone());
    let words = NodeRef::<html::Div>::new();
    #[cfg(feature = "hydrate")]
    super::pen::follow(page, &row, words);
    #[cfg(not(feature = "hydrate"))]
    let _ = page;
    view! {
        <li
            class=move || format!("entry said{}{}", if writing.get() { " writing" } else { "" }, strand.get())
            id=format!("e-{}", row.key)
        >
            {move || {
                if writing.get() {
                    view! { <span class="now" aria-hidden="true"></span> }.into_any()
                } else {
                    disc(&agent, author.kind).into_any()
                }
            }}
            <p class="who">
                <b>{name}</b>
                {move || if writing.get() { " is writing".to_owned() } else { format!(" wrote, {when}") }}
            </p>
            <div class="words prose" class:plain=writing node_ref=words inner_html=row.html.clone()></div>
        </li>
    }
    .into_any()
}
