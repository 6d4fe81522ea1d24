//! What happened, in one line each.

use domain::{
    ids::FileId,
    requests::Column,
    session::{ControlResult, Deletable},
    words::size,
};
use leptos::prelude::*;

use super::{
    deletion,
    entry::item,
    model::{EntryView, PageContext},
};

fn note(said: &EntryView, class: &str, head: String, rest: String) -> AnyView {
    let (class, id) = item(said, class);
    view! {
        <li class=class id=id>
            <b>{head}</b>
            {rest}
        </li>
    }
    .into_any()
}

/// A bar across the line, and what came of it.
pub fn stop(said: &EntryView, outcome: Option<&ControlResult>) -> AnyView {
    let name = &said.entry.author.name;
    let done = outcome.is_some_and(|came| came.outcome == "done");
    let head =
        if done { format!("{name} stopped the work") } else { format!("{name} asked to stop the work") };
    let came = if done { reason(outcome) } else { format!(" · {}", came(outcome)) };
    note(said, "stopped", head, format!(", {}{came}", said.when))
}

/// A word to the agent, and whether it was heard.
pub fn steer(said: &EntryView, outcome: Option<&ControlResult>) -> AnyView {
    let (class, id) = item(said, "note");
    view! {
        <li class=class id=id>
            <b dir="auto">{said.entry.author.name.clone()}</b>
            {format!(" gave new direction · {}, {}", came(outcome), said.when)}
            <div class="words prose" inner_html=said.html.clone()></div>
        </li>
    }
    .into_any()
}

fn came(outcome: Option<&ControlResult>) -> String {
    let words = match outcome.map(|came| came.outcome.as_str()) {
        None => "sending",
        Some("done") => "got it",
        Some("refused") => "couldn’t be done",
        Some("already_ended") => "work had already ended",
        Some(_) => "no response, so we stopped the work",
    };
    format!("{words}{}", reason(outcome))
}

fn reason(outcome: Option<&ControlResult>) -> String {
    let reason = outcome.map(|came| came.reason.as_str()).unwrap_or_default();
    if reason.is_empty() { String::new() } else { format!(" · {}", reason.trim_end_matches('.')) }
}

pub fn file(place: &PageContext, said: &EntryView, file: FileId, name: &str, bytes: u64) -> AnyView {
    let (class, id) = item(said, "note");
    view! {
        <li class=class id=id>
            <b dir="auto">{said.entry.author.name.clone()}</b>
            " added "
            <a href=format!("/files/{file}") dir="auto">{name.to_owned()}</a>
            {format!(", {}, {}", size(bytes), said.when)}
            {deletion::form(place, &said.entry, Deletable::File, None)}
        </li>
    }
    .into_any()
}

pub fn approved(said: &EntryView) -> AnyView {
    note(said, "note approved", format!("{} approved", said.entry.author.name), format!(", {}", said.when))
}

/// Where it went on the board.
pub fn moved(place: &PageContext, said: &EntryView, to: Column) -> AnyView {
    let (head, rest) = match to {
        Column::Backlog => ("Moved to Backlog", ""),
        Column::UpNext => ("Moved to Up next", ""),
        Column::InProgress => ("In progress, clock running", ""),
        Column::Waiting if place.desk => ("Waiting on client", " · clock paused"),
        Column::Waiting => ("Waiting on you", " · clock paused"),
        Column::Review if place.desk => ("Sent to the client", " for review"),
        Column::Review => ("Ready for your review", ""),
        Column::Done => ("Done", ""),
    };
    let class = if to == Column::Waiting { "note still" } else { "note" };
    note(said, class, head.to_owned(), format!("{rest}, {}", said.when))
}

/// Nothing to read, in the entry's place.
pub fn silent(said: &EntryView) -> AnyView {
    let (class, id) = item(said, "note");
    view! { <li class=class id=id hidden></li> }.into_any()
}

/// It ended before it was finished, and why.
pub fn failed(said: &EntryView, reason: &str) -> AnyView {
    note(said, "stopped", "Couldn’t finish".to_owned(), format!(", {} · {reason}", said.when))
}
