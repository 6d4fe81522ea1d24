//! `GET …/deliverables/{deliverable}?version=2`: something that a request produced, one version at a time, and the
//! client's word on it.

use axum::{extract::Query, response::Response};
use domain::{
    Error,
    deliverables::{self, Deliverable, FullVersion},
    ids::DeliverableId,
    markdown,
    requests::{Column, Detail},
    words,
};
use leptos::prelude::*;
use serde::Deserialize;

use super::{Here, beside, load, view::review_form};
use crate::{
    components::{page_head::PageHead, time::Times},
    web::{Page, Path, Problem},
};

/// Which one.
#[derive(Deserialize)]
pub struct DeliverablePath {
    deliverable: DeliverableId,
}

#[derive(Deserialize)]
pub struct DeliverableQuery {
    version: Option<u32>,
}

struct DeliverableView {
    above: Vec<(String, String)>,
    detail: Detail,
    deliverable: Deliverable,
    version: FullVersion,
    /// Its text, rendered; none for a file.
    html: Option<String>,
}

pub async fn show(
    here: Here,
    Path(DeliverablePath { deliverable }): Path<DeliverablePath>,
    Query(wanted): Query<DeliverableQuery>,
) -> Result<Response, Problem> {
    let shown = load(&here, deliverable, wanted.version).await?;
    let title = shown.deliverable.title.clone();
    let (base, times, token, may_work, desk) =
        (here.base(), Times::of(&here.cx), here.cx.bare.token.0.clone(), here.may_work(), here.desk);
    Ok(Page::new(&here.cx, &title, here.frame())
        .show(move || view(&base, times, token, (may_work, desk), shown)))
}

async fn load(here: &Here, id: DeliverableId, version: Option<u32>) -> domain::Result<DeliverableView> {
    let detail = load::detail(here).await?;
    let deliverable =
        detail.deliverables.iter().find(|deliverable| deliverable.id == id).ok_or(Error::NotFound)?.clone();
    let newest = deliverable.versions.first().map(|newest| newest.version).ok_or(Error::NotFound)?;
    let version =
        deliverables::queries::version(here.cx.db(), &here.scope, id, version.unwrap_or(newest)).await?;
    let mut above = load::above(here, &detail.card.client_name);
    above.push((here.base(), format!("#{}", detail.card.number)));
    let html = match &version.body {
        Some(body) => Some(markdown::html(body).await?),
        None => None,
    };
    Ok(DeliverableView { above, detail, deliverable, version, html })
}

fn view(
    base: &str,
    times: Times,
    token: String,
    (may_work, desk): (bool, bool),
    shown: DeliverableView,
) -> impl IntoView + use<> {
    let DeliverableView { above, detail, deliverable, version, html } = shown;
    let newest = deliverable.versions.first().is_some_and(|newest| newest.version == version.version);
    let wanted = newest && may_work && detail.card.column == Column::Review && detail.withdrawn_at.is_none();
    let form = wanted.then(|| review_form(format!("{base}/review"), token, &beside::review(&detail, desk)));
    let made = format!("version {}, {}", version.version, times.dated(version.at));
    view! {
        {PageHead::named(deliverable.title.clone())
            .crumbs(&above, "Deliverable")
            .subtitle(view! { <span>{made}</span> })
            .show()}
        {versions(base, &deliverable, version.version)}
        {content(version, html)}
        {form.map(|form| view! { <div class="section">{form}</div> })}
    }
}

fn versions(base: &str, deliverable: &Deliverable, shown: u32) -> Option<impl IntoView + use<>> {
    let links: Vec<_> = deliverable
        .versions
        .iter()
        .rev()
        .map(|version| {
            let number = version.version;
            let href = format!("{base}/deliverables/{}?version={number}", deliverable.id);
            view! { <a href=href aria-current=(number == shown).then_some("page")>{number}</a> }
        })
        .collect();
    (links.len() > 1)
        .then(|| view! { <nav class="versions" aria-label="Versions"><span>"Version"</span>{links}</nav> })
}

fn content(version: FullVersion, html: Option<String>) -> impl IntoView {
    let text = html.map(|html| {
        view! { <article class="sheet"><div class="prose" inner_html=html></div></article> }
    });
    let file = version.file.map(|file| {
        let words = format!("{}, {}", file.label, words::size(file.bytes));
        view! {
            <p>
                <a class="deliverable" href=format!("/files/{}", file.id) dir="auto">
                    {file.name}
                    <small dir="auto">{words}</small>
                </a>
            </p>
        }
    });
    view! {
        {text}
        {file}
    }
}
