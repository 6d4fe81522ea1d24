//! One entry of the line, by its kind. A kind never changes under the same key.

use domain::session::{Author, Body};
use leptos::prelude::*;

use super::{
    ask, notes,
    state::{Page, Row},
    words, work,
};
use crate::components::person::disc;

pub fn view(page: Page, row: Row) -> AnyView {
    let body = row.entry.with_untracked(|entry| entry.body.clone());
    match body {
        Body::Asked { .. } => words::said(page, row, "asked"),
        Body::Comment { .. } => words::said(page, row, "said"),
        Body::Review { approved: false, .. } => words::said(page, row, "asked for a change"),
        Body::Words { .. } => words::written(page, row),
        Body::Plan { .. } => work::plan(page, row),
        Body::Step { .. } => work::step(row),
        Body::Deliverable { deliverable, title, version } => {
            let href = page.under(&format!("deliverables/{deliverable}?version={version}"));
            work::deliverable(row, href, title, version)
        }
        Body::Approval { approval, .. } => ask::view(page, row, approval),
        Body::Stop { .. } => notes::stop(page, row),
        Body::Steer { .. } => notes::steer(row),
        Body::File { file, name, bytes } => notes::file(row, file, name, bytes),
        Body::Review { approved: true, .. } => notes::approved(row),
        Body::Moved { to, .. } => notes::moved(page, row, to),
        Body::Failed { reason } => notes::failed(page, row, reason),
    }
}

/// The entry's list item.
pub fn item(row: &Row, class: &'static str) -> (String, impl Fn() -> String + Clone + Send + Sync + use<>) {
    let strand = row.strand;
    (format!("e-{}", row.key), move || format!("entry {class}{}", strand.get()))
}

/// A disc and a line of who did what, when.
pub fn who(author: &Author, verb: &str, when: &str) -> impl IntoView + use<> {
    let (name, rest) = (author.name.clone(), format!(" {verb}, {when}"));
    view! {
        {disc(&author.name, author.kind)}
        <p class="who">
            <b>{name}</b>
            {rest}
        </p>
    }
}
