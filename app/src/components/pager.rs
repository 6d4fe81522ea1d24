//! The way through a list of several pages.

use leptos::prelude::*;

/// Where one is, and the ways to the pages beside this one. `words`: what the two are called.
pub fn pager(
    here: &str,
    page: u32,
    has_more: bool,
    words: [&'static str; 2],
    address: impl Fn(u32) -> String,
) -> AnyView {
    let before =
        (page > 1).then(|| view! { <a class="button" rel="prev" href=address(page - 1)>{words[0]}</a> });
    let after =
        has_more.then(|| view! { <a class="button" rel="next" href=address(page + 1)>{words[1]}</a> });
    view! {
        <nav class="pager" aria-label="Pages">
            <span dir="auto">{here.to_owned()}</span>
            <span class="button-row">{before} {after}</span>
        </nav>
    }
    .into_any()
}

/// For what is listed from the newest on; nothing where one page is all.
pub fn newest_first(page: u32, has_more: bool, address: impl Fn(u32) -> String) -> Option<AnyView> {
    let several = page > 1 || has_more;
    several.then(|| pager(&format!("Page {page}"), page, has_more, ["Newer", "Older"], address))
}

/// What stands in the place of an empty list behind its end: not that there is nothing, but the way back to what there
/// is. None where the list is empty from its first page on.
pub fn past_the_end(page: u32, address: impl Fn(u32) -> String) -> Option<AnyView> {
    (page > 1).then(|| {
        view! {
            <p class="soft">"There’s nothing on this page. "<a href=address(1)>"Go to the first page"</a></p>
        }
        .into_any()
    })
}
