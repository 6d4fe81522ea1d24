//! What happened, in one line each.

use domain::{
    ids::FileId,
    requests::Column,
    session::{Body, Outcome},
};
use leptos::prelude::*;

use super::{
    entry::item,
    state::{Page, Row},
};

/// A bar across the line, and what came of it.
pub fn stop(page: Page, row: Row) -> AnyView {
    let (id, class) = item(&row, "stopped");
    let (entry, when) = (row.entry, row.when.clone());
    let words = move || {
        entry.with(|entry| {
            let name = entry.author.name.clone();
            let came = match &entry.body {
                Body::Stop { outcome, .. } => outcome.clone(),
                _ => None,
            };
            let done = came.as_ref().is_some_and(|came| came.outcome == "done");
            let head = if done { format!("{name} stopped the work") } else { format!("{name} asked to stop") };
            view! {
                <b>{head}</b>
                {format!(", {when}{}", outcome_words(came.as_ref(), "it is being passed on", "the work stopped"))}
            }
        })
    };
    view! { <li class=class id=id>{words} {again(page, &row, "Start again")}</li> }.into_any()
}

/// A word to the agent, and whether it was heard.
pub fn steer(row: Row) -> AnyView {
    let (id, class) = item(&row, "note");
    let (entry, when) = (row.entry, row.when.clone());
    let words = move || {
        entry.with(|entry| {
            let Body::Steer { text, outcome, .. } = &entry.body else { return ().into_any() };
            let came = outcome_words(outcome.as_ref(), "it is being passed on", "it was taken up");
            let (name, rest) = (entry.author.name.clone(), format!(" steered: “{text}”{came}, {when}"));
            view! {
                <b>{name}</b>
                {rest}
            }
            .into_any()
        })
    };
    view! { <li class=class id=id>{words}</li> }.into_any()
}

fn outcome_words(came: Option<&Outcome>, waiting: &str, done: &str) -> String {
    let Some(Outcome { outcome, reason }) = came else { return format!(" · {waiting}") };
    let words = match outcome.as_str() {
        "done" => done,
        "refused" => "it could not be done",
        "already_ended" => "the work had ended already",
        _ => "nobody answered, so the work was taken back",
    };
    if reason.is_empty() { format!(" · {words}") } else { format!(" · {words}: {reason}") }
}

pub fn file(row: Row, file: FileId, name: String, bytes: u64) -> AnyView {
    let (id, class) = item(&row, "note");
    let author = row.entry.with_untracked(|entry| entry.author.name.clone());
    let rest = format!(", {}, {}", size(bytes), row.when);
    view! {
        <li class=class id=id>
            <b>{author}</b>
            " added "
            <a href=format!("/files/{file}")>{name}</a>
            {rest}
        </li>
    }
    .into_any()
}

/// `812 bytes`, `40 KB`, `2.1 MB`.
pub fn size(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} bytes"),
        1_000..1_000_000 => format!("{} KB", bytes / 1_000),
        _ => format!("{}.{} MB", bytes / 1_000_000, bytes % 1_000_000 / 100_000),
    }
}

pub fn approved(row: Row) -> AnyView {
    let (id, class) = item(&row, "note approved");
    let author = row.entry.with_untracked(|entry| entry.author.name.clone());
    let rest = format!(", {}", row.when);
    view! {
        <li class=class id=id>
            <b>{format!("{author} approved")}</b>
            {rest}
        </li>
    }
    .into_any()
}

/// Where it went on the board, as far as the rest of the line does not say it.
pub fn moved(page: Page, row: Row, to: Column) -> AnyView {
    let kind = if to == Column::Waiting { "note still" } else { "note" };
    let (id, class) = item(&row, kind);
    let desk = page.place().desk;
    let (head, rest) = match to {
        Column::Backlog => ("Kept for later", ""),
        Column::UpNext => ("Next in line", ""),
        Column::InProgress => ("The clock runs", ""),
        Column::Waiting if desk => ("The clock stands still", " · it waits on the client"),
        Column::Waiting => ("The clock stands still", " · it waits on you"),
        Column::Review if desk => ("With the client", " for review"),
        Column::Review => ("Ready for you", " to look at"),
        Column::Done => ("Done", ""),
    };
    let rest = format!("{rest}, {}", row.when);
    view! {
        <li class=class id=id>
            <b>{head}</b>
            {rest}
        </li>
    }
    .into_any()
}

/// It ended before it was finished: why, and the way on.
pub fn failed(page: Page, row: Row, reason: String) -> AnyView {
    let (id, class) = item(&row, "stopped");
    let rest = format!(", {} · {reason}", row.when);
    view! {
        <li class=class id=id>
            <b>"The work broke off"</b>
            {rest}
            {again(page, &row, "Try again")}
        </li>
    }
    .into_any()
}

/// The way on after the last thing that ended the work, for as long as nothing else has begun.
fn again(page: Page, row: &Row, words: &'static str) -> impl Fn() -> Option<AnyView> + Send + Sync + use<> {
    let key = row.key.clone();
    move || {
        let place = page.place();
        let stands = page.beside.with(|beside| matches!(beside.state, Some(Column::InProgress | Column::Waiting)));
        let asked = page.beside.with(|beside| beside.asks);
        let offered = place.may_work && stands && !asked && page.at_work().is_none() && is_last_end(page, &key);
        offered.then(|| {
            view! {
                <form class="button-row" method="post" action=page.under("retry")>
                    <input type="hidden" name="form_token" value=place.token.clone() />
                    <button class="button primary">{words}</button>
                </form>
            }
            .into_any()
        })
    }
}

fn is_last_end(page: Page, key: &str) -> bool {
    page.rows.with(|rows| {
        let ends = |row: &&Row| row.entry.with(|entry| matches!(entry.body, Body::Failed { .. } | Body::Stop { .. }));
        rows.iter().rev().find(ends).is_some_and(|row| row.key == key)
    })
}
