//! Beside the conversation: what came of it, what waits, what is next, what belongs to it.

use leptos::prelude::*;

use super::{model::Link, review, state::Page};

pub fn view(page: Page) -> impl IntoView {
    view! {
        <aside class="side">
            {move || page.beside.with(|beside| review::section(page, beside.review.as_ref()))}
            {move || page.beside.with(|beside| deliverables(&beside.deliverables))}
            {move || page.beside.with(|beside| waiting(page, &beside.waiting))}
            {move || page.beside.with(|beside| next(&beside.next))}
            {move || page.beside.with(|beside| files(&beside.files))}
            {upload(page)}
        </aside>
    }
}

fn deliverables(links: &[Link]) -> Option<impl IntoView + use<>> {
    let items: Vec<_> = links
        .iter()
        .cloned()
        .map(|Link { href, words, aside }| {
            view! {
                <li>
                    <a class="deliverable" href=href>
                        {words}
                        <small>{aside}</small>
                    </a>
                </li>
            }
        })
        .collect();
    (!items.is_empty()).then(|| view! { <section><h2>"Deliverables"</h2><ul class="deliverables">{items}</ul></section> })
}

fn waiting(page: Page, links: &[Link]) -> Option<impl IntoView + use<>> {
    let items: Vec<_> = links
        .iter()
        .cloned()
        .map(|Link { href, words, aside }| {
            view! { <li><a href=href><b>{words}</b></a><span class="soft">{aside}</span></li> }
        })
        .collect();
    let heading = if page.place().desk { "Waiting on the client" } else { "Waiting on you" };
    (!items.is_empty()).then(|| view! { <section><h2>{heading}</h2><ul class="brief-list">{items}</ul></section> })
}

fn next(links: &[Link]) -> Option<impl IntoView + use<>> {
    let items: Vec<_> = links
        .iter()
        .cloned()
        .enumerate()
        .map(|(place, link)| {
            view! { <li><span class="num">{place + 1}</span><a href=link.href>{link.words}</a></li> }
        })
        .collect();
    (!items.is_empty()).then(|| view! { <section><h2>"Next in line"</h2><ol class="brief-list">{items}</ol></section> })
}

fn files(links: &[Link]) -> Option<impl IntoView + use<>> {
    let items: Vec<_> = links
        .iter()
        .cloned()
        .map(|Link { href, words, aside }| {
            view! { <li><a href=href>{words}</a><span class="soft">{aside}</span></li> }
        })
        .collect();
    (!items.is_empty()).then(|| view! { <section><h2>"Files"</h2><ul class="brief-list">{items}</ul></section> })
}

/// Files go their own way: a form of their own, which the composer's clip uses where there is a script.
fn upload(page: Page) -> Option<impl IntoView> {
    let place = page.place();
    place.may_work.then(|| {
        view! {
            <section>
                <details class="more">
                    <summary>"Add files"</summary>
                    <form class="form" method="post" enctype="multipart/form-data" action=page.under("files") id="files-form">
                        <input type="hidden" name="form_token" value=place.token.clone() />
                        <div class="field">
                            <label for="files">"Files"</label>
                            <p class="hint">"Up to 25 MB each"</p>
                            <input class="input" type="file" id="files" name="file" multiple required />
                        </div>
                        <button class="button">"Add them"</button>
                    </form>
                </details>
            </section>
        }
    })
}
