//! The two lists. The arrows and the menu are plain forms; the grip is for the island.

use domain::requests::{Card, Column};
use leptos::prelude::*;

use super::QueueLine;
use crate::components::request;

/// Up next, then Backlog.
pub fn all(line: &QueueLine) -> AnyView {
    view! {
        {list(line, Column::UpNext, "We start these from the top as slots open up", "Nothing up next.")}
        {list(line, Column::Backlog, "Saved for later. We won’t start these until you move them up.", "Your Backlog is empty.")}
        <p class="visually-hidden" id="queue-keys">
            "Press Space to pick it up, the arrow keys to move it, Space to drop it, or Escape to cancel."
        </p>
    }
    .into_any()
}

fn list(line: &QueueLine, column: Column, says: &'static str, empty: &'static str) -> AnyView {
    let cards: Vec<&Card> = line.cards.iter().filter(|card| card.column == column).collect();
    let last = cards.len().saturating_sub(1);
    let items: Vec<_> = cards.iter().enumerate().map(|(at, card)| item(line, card, at, last)).collect();
    let heading = format!("queue-{}", column.class());
    let labelled = heading.clone();
    view! {
        <section class="section" aria-labelledby=labelled>
            <div class="section-head">
                <h2 id=heading>{column.label()}</h2>
                <p>{says}</p>
            </div>
            <ol class="queue" data-column=column.as_str() data-label=column.label() data-empty=empty>{items}</ol>
        </section>
    }
    .into_any()
}

fn item(line: &QueueLine, card: &Card, at: usize, last: usize) -> AnyView {
    let asked = line.times.words(card.created_at);
    let rank = request::priority(card.priority).map(|words| format!(", {words}")).unwrap_or_default();
    view! {
        <li class="queue-item" data-number=card.number data-title=card.title.clone()>
            <span class="num">{at + 1}</span>
            {line.may_work.then(|| grip(&card.title))}
            <div class="queue-words">
                <a href=request::path(card.number) dir="auto">{card.title.clone()}</a>
                <small>{format!("#{} · sent {asked}{rank}", card.number)}</small>
            </div>
            {line.may_work.then(|| moves(line, card, at == 0, at == last))}
        </li>
    }
    .into_any()
}

fn grip(title: &str) -> impl IntoView + use<> {
    let label = format!("Move “{title}”");
    let dots: Vec<_> =
        [2, 8, 14].into_iter().flat_map(|y| [2, 8].map(|x| view! { <circle cx=x cy=y r="1.5" /> })).collect();
    view! {
        <button class="grip" type="button" aria-label=label aria-describedby="queue-keys" aria-pressed="false">
            <svg viewBox="0 0 10 16" aria-hidden="true">{dots}</svg>
        </button>
    }
}

/// An arrow that leads nowhere stays where the focus is, and does nothing.
fn moves(line: &QueueLine, card: &Card, first: bool, last: bool) -> AnyView {
    let action = format!("{}/place", request::path(card.number));
    let (of, token) = (format!("“{}”", card.title), line.token.clone());
    let (word, column) = match card.column {
        Column::Backlog => ("Move to Up next", Column::UpNext),
        _ => ("Move to Backlog", Column::Backlog),
    };
    view! {
        <form class="queue-moves" method="post" action=action.clone()>
            <input type="hidden" name="form_token" value=token.clone() />
            <button class="button quiet icon" name="step" value="up" aria-label=format!("Move {of} up") aria-disabled=first.then_some("true")>
                <svg viewBox="0 0 20 20" aria-hidden="true"><path d="M10 16V4M5 9l5-5 5 5" /></svg>
            </button>
            <button class="button quiet icon" name="step" value="down" aria-label=format!("Move {of} down") aria-disabled=last.then_some("true")>
                <svg viewBox="0 0 20 20" aria-hidden="true"><path d="M10 4v12M5 11l5 5 5-5" /></svg>
            </button>
        </form>
        <details class="menu" name="menu">
            <summary aria-label=format!("More for {of}")>
                <svg viewBox="0 0 20 20" aria-hidden="true">
                    <circle cx="4" cy="10" r="1.6" /><circle cx="10" cy="10" r="1.6" /><circle cx="16" cy="10" r="1.6" />
                </svg>
            </summary>
            <div class="menu-list">
                <form method="post" action=action>
                    <input type="hidden" name="form_token" value=token />
                    {(!first).then(|| view! { <button name="step" value="first">"Move to top"</button> })}
                    <button name="column" value=column.as_str()>{word}</button>
                </form>
                <a href=format!("{}/edit", request::path(card.number))>"Edit or withdraw"</a>
            </div>
        </details>
    }
    .into_any()
}
