//! One entry of the line, by its kind.

use domain::{
    requests::Column,
    session::{Author, Body},
};
use leptos::prelude::*;

use super::{
    ask, deletion,
    model::{EntryView, PageContext},
    notes, words, work,
};
use crate::components::person::disc;

pub fn view(place: &PageContext, said: &EntryView) -> AnyView {
    match &said.entry.body {
        Body::Asked { .. } => words::markdown(said, "asked"),
        Body::Comment { .. } => words::comment(place, said),
        Body::Review { approved: false, .. } => words::markdown(said, "asked for a revision"),
        Body::Words { writing: true, .. } => words::writing(said),
        Body::Words { writing: false, .. } => words::markdown(said, "wrote"),
        Body::Plan { steps } => work::plan(said, steps),
        Body::Step { title, result, detail, state } => work::step(said, title, result, detail, *state),
        Body::Deliverable { deliverable, title, version } => {
            let href = place.under(&format!("deliverables/{deliverable}?version={version}"));
            work::deliverable(said, href, title, *version)
        }
        Body::Approval { .. } => ask::view(place, said),
        Body::Stop { outcome, .. } => notes::stop(said, outcome.as_ref()),
        Body::Steer { outcome, .. } => notes::steer(said, outcome.as_ref()),
        Body::File { file, name, bytes } => notes::file(place, said, *file, name, *bytes),
        Body::Deleted { what, .. } => deletion::mark(said, *what),
        Body::Review { approved: true, .. } => notes::approved(said),
        // Said by the end of the line. An empty item keeps the entry's place in the page.
        Body::Moved { to: Column::Done, .. } if said.last => notes::silent(said),
        Body::Moved { to, .. } => notes::moved(place, said, *to),
        Body::Failed { reason } => notes::failed(said, reason),
    }
}

/// An entry's list item: its class and, for links and for what is drawn anew, its id.
pub fn item(said: &EntryView, class: &str) -> (String, String) {
    (format!("entry {class}{}", said.strand), format!("e-{}", said.entry.key))
}

/// A disc and a line of who did what, when.
pub fn who(author: &Author, verb: &str, when: &str) -> impl IntoView + use<> {
    let (name, rest) = (author.name.clone(), format!(" {verb}, {when}"));
    view! {
        {disc(&author.name, author.kind)}
        <p class="who">
            <b dir="auto">{name}</b>
            {rest}
        </p>
    }
}
