//! The sections of a client's page.

use domain::{clients::Client, desk::BoardCard, requests::Column, words};
use leptos::prelude::*;

use super::show::ClientView;
use crate::components::{
    desk::{column_name, request_path},
    request,
};

/// More than these are on the board.
const NAMED: usize = 8;

/// Its open requests, by column.
pub(super) fn requests(shown: &ClientView) -> AnyView {
    let places = shown.board.places;
    let seats = places
        .allowed
        .filter(|allowed| *allowed > 0)
        .map(|allowed| format!("{} of {} in use", places.taken, words::count(allowed.into(), "slot")));
    let groups: Vec<_> = shown
        .board
        .columns
        .iter()
        .filter(|column| column.column != Column::Done && !column.cards.is_empty())
        .map(|column| {
            let rows: Vec<_> = column.cards.iter().take(NAMED).map(row).collect();
            let more = column.cards.len().saturating_sub(NAMED);
            let more = (more > 0 || column.more).then(|| view! { <li class="soft">"and more on the board"</li> });
            view! {
                <section>
                    <h3><span class=format!("tag {}", column.column.class())>{column_name(column.column)}</span></h3>
                    <ul class="brief-list">{rows} {more}</ul>
                </section>
            }
        })
        .collect();
    let list = if groups.is_empty() {
        view! { <p class="soft">"No open requests."</p> }.into_any()
    } else {
        view! { <div class="columns-list">{groups}</div> }.into_any()
    };
    view! {
        <section class="section" aria-labelledby="c-requests">
            <div class="section-head"><h2 id="c-requests">"Requests"</h2>{seats.map(|seats| view! { <span class="soft">{seats}</span> })}</div>
            {list}
        </section>
    }
    .into_any()
}

fn row(found: &BoardCard) -> AnyView {
    let card = &found.card;
    view! {
        <li>
            <span class="num">{format!("#{}", card.number)}</span>
            <a href=request_path(card.client, card.number) dir="auto">{card.title.clone()}</a>
            {request::at_work(card)}
        </li>
    }
    .into_any()
}

/// What it said about itself at sign-up.
pub(super) fn intake(client: &Client) -> Option<AnyView> {
    let answers: Vec<_> = client
        .intake
        .iter()
        .filter(|answer| !answer.answer.is_empty())
        .map(|answer| {
            // Several choices stand one a line.
            let lines: Vec<_> =
                answer.answer.lines().map(|line| view! { <p>{line.to_owned()}</p> }).collect();
            view! { <div><dt>{answer.label.clone()}</dt><dd>{lines}</dd></div> }
        })
        .collect();
    if answers.is_empty() {
        return None;
    }
    Some(
        view! {
            <section class="section" aria-labelledby="c-intake">
                <div class="section-head"><h2 id="c-intake">"Sign-up answers"</h2></div>
                <dl class="facts">{answers}</dl>
            </section>
        }
        .into_any(),
    )
}
