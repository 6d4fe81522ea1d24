use domain::{desk::BoardColumn, requests::Column, words};
use leptos::prelude::*;

use super::{card, view::BoardView};
use crate::components::desk::{at_work, column_name};

/// The line beside the heading.
pub(super) fn sub(shown: &BoardView) -> AnyView {
    let words = in_one_sentence(shown);
    let agents = (shown.board.at_work > 0).then(|| at_work(shown.board.at_work));
    view! { <p class="page-sub" data-part="sub"><span dir="auto">{words}</span>{agents}</p> }.into_any()
}

fn in_one_sentence(shown: &BoardView) -> String {
    let places = shown.board.places;
    let at_work = match places.allowed {
        Some(allowed) if allowed > 0 => {
            format!("{} of {} in use", places.taken, words::count(allowed.into(), "slot"))
        }
        _ => "no slots yet".to_owned(),
    };
    match shown.client {
        Some(_) => at_work,
        None => format!("{}, {at_work}", words::count(shown.board.clients.cast_signed(), "client")),
    }
}

/// The six columns.
pub(super) fn all(shown: &BoardView) -> AnyView {
    let columns: Vec<_> = shown.board.columns.iter().map(|column| one(column, shown)).collect();
    view! { <div class="board" role="region" aria-label="Board" tabindex="0">{columns}</div> }.into_any()
}

fn one(column: &BoardColumn, shown: &BoardView) -> AnyView {
    let (key, name) = (column.column.as_str(), column_name(column.column));
    let heading = format!("h-{key}");
    let cards: Vec<_> = column
        .cards
        .iter()
        .map(|card| {
            let id = card.card.id.to_string();
            view! { <li data-key=id>{card::view(card, shown)}</li> }
        })
        .collect();
    view! {
        <section class="column" id=column.column.class() data-column=key data-name=name aria-labelledby=heading>
            <header class="column-head">
                <h2 id=heading.clone() dir="auto">{name}</h2>
                <span class="count" data-part=format!("count-{key}")>{count(column)}</span>
            </header>
            <p class="column-empty">{empty(column.column)}</p>
            <ol class="column-cards" data-list=key>{cards}</ol>
            <p class="column-more" data-part=format!("more-{key}")>{more(column)}</p>
        </section>
    }
    .into_any()
}

/// What is said where a column is cut.
fn more(column: &BoardColumn) -> Option<String> {
    column.more.then(|| format!("Showing the first {}. Choose a client to see the rest.", column.cards.len()))
}

fn count(column: &BoardColumn) -> String {
    let count = format!("{}{}", column.cards.len(), if column.more { "+" } else { "" });
    if column.column == Column::Done { format!("{count} this week") } else { count }
}

fn empty(column: Column) -> &'static str {
    match column {
        Column::Backlog => "Backlog is empty",
        Column::UpNext => "Nothing up next",
        Column::InProgress => "Nothing in progress",
        Column::Waiting => "Not waiting on anyone",
        Column::Review => "Nothing to review",
        Column::Done => "Nothing finished this week",
    }
}

/// On a phone: the way to each column.
pub(super) fn tabs() -> AnyView {
    let tabs: Vec<_> = Column::ALL
        .map(|column| view! { <a href=format!("#{}", column.class())>{column_name(column)}</a> })
        .into_iter()
        .collect();
    view! { <nav class="column-tabs" aria-label="Columns">{tabs}</nav> }.into_any()
}

/// How cards are moved by keys; also what each card's link is described by.
pub(super) fn keys() -> AnyView {
    view! {
        <p class="board-keys" id="board-keys">
            <kbd>"Space"</kbd>" to pick up a card, "<kbd>"←"</kbd>" "<kbd>"→"</kbd>" "<kbd>"↑"</kbd>" "<kbd>"↓"</kbd>
            " to move it, "<kbd>"Enter"</kbd>" to drop it, "<kbd>"Esc"</kbd>" to cancel, "<kbd>"Ctrl Z"</kbd>
            " to undo."
        </p>
    }
    .into_any()
}
