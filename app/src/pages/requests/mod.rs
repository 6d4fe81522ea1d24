//! A client's requests: the list, what comes next, asking, changing and taking back. One request's own page is `request`.

pub mod edit;
pub(crate) mod form;
pub mod list;
pub mod new;
pub mod place;
pub mod preview;
pub mod queue;
pub mod withdrawal;

use leptos::prelude::*;

use crate::{components::page_head::PageHead, web::Member};

/// Where the list is, and what comes next.
pub const LIST: &str = "/portal/requests";
pub const QUEUE: &str = "/portal/requests/queue";
pub const NEW: &str = "/portal/requests/new";

/// The two ways of looking at them, the link to ask for more beside the heading.
fn head(member: &Member, here: &'static str) -> AnyView {
    let may_work = member.membership.role.may_work();
    let tab = |href: &'static str, word: &'static str| {
        view! { <a href=href aria-current=(href == here).then_some("page")>{word}</a> }
    };
    view! {
        {PageHead::new("Requests")
            .beside(may_work.then(|| view! {
                <div class="page-actions">
                    <a class="button primary" href=NEW aria-keyshortcuts="n" title="New request (n)">"New request"</a>
                </div>
            }))
            .show()}
        <nav class="tabs" aria-label="Requests">{tab(LIST, "All requests")} {tab(QUEUE, "Up next")}</nav>
    }
    .into_any()
}
