//! Beside the conversation: what came of it, what waits, what is next, what belongs to it.

use leptos::prelude::*;

use super::{
    model::{ListLink, PageContext, SideView},
    review,
};

pub fn view(place: &PageContext, beside: &SideView) -> impl IntoView + use<> {
    let waiting = if place.desk { "Waiting on the client" } else { "Waiting on you" };
    view! {
        {review::section(place, beside.review.as_ref())}
        {section("deliverables", "Deliverables", deliverables(&beside.deliverables))}
        {section("waiting", waiting, waiting_list(&beside.waiting))}
        {section("next", "Up next", next(&beside.next))}
        {section("attached", "Files", files(&beside.files))}
        {upload(place)}
    }
}

/// A section with its heading, or the empty place where it will stand.
fn section(id: &'static str, heading: &'static str, list: Option<AnyView>) -> AnyView {
    match list {
        Some(list) => view! { <section id=id><h2 dir="auto">{heading}</h2>{list}</section> }.into_any(),
        None => view! { <section id=id hidden></section> }.into_any(),
    }
}

fn deliverables(links: &[ListLink]) -> Option<AnyView> {
    let items: Vec<_> = links
        .iter()
        .cloned()
        .map(|ListLink { href, words, aside }| {
            view! {
                <li>
                    <a class="deliverable" href=href dir="auto">
                        {words}
                        <small>{aside}</small>
                    </a>
                </li>
            }
        })
        .collect();
    (!items.is_empty()).then(|| view! { <ul class="deliverables">{items}</ul> }.into_any())
}

fn waiting_list(links: &[ListLink]) -> Option<AnyView> {
    let items: Vec<_> = links
        .iter()
        .cloned()
        .map(|ListLink { href, words, aside }| {
            view! { <li><a href=href><b dir="auto">{words}</b></a><span class="soft">{aside}</span></li> }
        })
        .collect();
    (!items.is_empty()).then(|| view! { <ul class="brief-list">{items}</ul> }.into_any())
}

fn next(links: &[ListLink]) -> Option<AnyView> {
    let items: Vec<_> = links
        .iter()
        .cloned()
        .enumerate()
        .map(|(place, link)| view! { <li><span class="num">{place + 1}</span><a href=link.href dir="auto">{link.words}</a></li> })
        .collect();
    (!items.is_empty()).then(|| view! { <ol class="brief-list">{items}</ol> }.into_any())
}

fn files(links: &[ListLink]) -> Option<AnyView> {
    let items: Vec<_> = links
        .iter()
        .cloned()
        .map(|ListLink { href, words, aside }| view! { <li><a href=href dir="auto">{words}</a><span class="soft">{aside}</span></li> })
        .collect();
    (!items.is_empty()).then(|| view! { <ul class="brief-list">{items}</ul> }.into_any())
}

/// Files go their own way: a form of their own, which the composer's clip uses where there is a script.
fn upload(place: &PageContext) -> Option<impl IntoView + use<>> {
    place.may_work.then(|| {
        let is_refused = !place.not_taken.is_empty();
        let why = place.not_taken.clone();
        view! {
            <section id="upload" data-keep>
                <details class="more" open=is_refused>
                    <summary>"Add files"</summary>
                    <form class="form" method="post" enctype="multipart/form-data" action=place.under("files") data-send>
                        <input type="hidden" name="form_token" value=place.token.clone() />
                        <div class="field">
                            <label for="files">"Files"</label>
                            <p class="hint">"Up to 25 MB each"</p>
                            <input class="input" type="file" id="files" name="file" multiple required
                                aria-invalid=is_refused.then_some("true") aria-describedby=is_refused.then_some("files-error") />
                            {is_refused.then(|| view! { <p class="field-error" id="files-error" role="alert">{why}</p> })}
                        </div>
                        <button class="button">"Upload files"</button>
                    </form>
                </details>
            </section>
        }
    })
}
