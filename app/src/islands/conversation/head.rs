//! On top: what it is, how it stands, who is on it, who looks, and the clock.

use domain::{session::RunState, words::count_of};
use leptos::prelude::*;

use super::{
    model::{Clock, Start},
    state::{LineState, Page},
};

pub fn view(page: Page, start: &Start) -> impl IntoView + use<> {
    let (title, asked, number) = (start.title.clone(), start.asked.clone(), format!("#{}", start.number));
    let place = page.place();
    view! {
        <div class="page-head">
            <div>
                <nav class="crumbs" aria-label="Where you are">
                    <a href=place.list.clone()>{place.list_name.clone()}</a>
                    <span aria-current="page">{number}</span>
                </nav>
                <h1>{title}</h1>
                <p class="page-sub">
                    {move || page.beside.with(|beside| pill(beside.state.map(|state| state.class()), &beside.state_name))}
                    <span>{asked}</span>
                    {move || on_it(page).map(|words| view! { <span>{words}</span> })}
                    {move || looking(page)}
                </p>
            </div>
        </div>
        {move || rehearsal(page)}
        {move || page.beside.with(|beside| beside.clock.as_ref().map(clock))}
        {move || lost(page)}
    }
}

fn pill(class: Option<&'static str>, name: &str) -> impl IntoView + use<> {
    view! { <span class=format!("tag {}", class.unwrap_or_default())>{name.to_owned()}</span> }
}

/// Who is on it, in the words of somebody who waits for it.
fn on_it(page: Page) -> Option<String> {
    let run = page.run.get();
    let (agent, state) = match run {
        Some(run) if !run.agent.is_empty() => (run.agent, Some(run.state)),
        other => (page.beside.with(|beside| beside.agent.clone())?, other.map(|run| run.state)),
    };
    match state {
        Some(RunState::Working) => Some(format!("{agent} is on it")),
        Some(RunState::Suspended) => Some(format!("{agent} waits for an answer")),
        Some(RunState::Queued) => Some(format!("{agent} begins in a moment")),
        _ => None,
    }
}

fn looking(page: Page) -> Option<impl IntoView> {
    let people = page.people.get();
    let names: Vec<String> = people.into_iter().map(|person| person.name).collect();
    (names.len() > 1).then(|| {
        let words = count_of(names.len() as i64, "person looking", "people looking");
        let title = domain::words::list(&names);
        let spoken = format!(": {title}");
        view! {
            <span class="looking" tabindex="0" title=title>
                {words}
                <span class="visually-hidden">{spoken}</span>
            </span>
        }
    })
}

fn rehearsal(page: Page) -> Option<impl IntoView> {
    let agent = page.run.with(|run| run.as_ref().filter(|run| run.rehearsal).map(|run| run.agent.clone()))?;
    Some(view! {
        <div class="notice">
            <p>
                <b>"This is a rehearsal."</b>
                <span class="soft">
                    {format!(
                        " {agent} goes through every step as in real work, with what you wrote to go by. What comes of it is an example.",
                    )}
                </span>
            </p>
        </div>
    })
}

/// The cycle: words above, the line below.
pub fn clock(clock: &Clock) -> impl IntoView + use<> {
    let Clock { left, of, due, label, at_risk, pieces } = clock.clone();
    let percent = |thousandths: u16| format!("{}%", f32::from(thousandths) / 10.0);
    let drawn: Vec<_> = pieces
        .into_iter()
        .map(|piece| {
            let (from, to) = (percent(piece.from), percent(piece.to));
            if piece.waiting {
                view! { <line class="waiting" x1=from x2=to y1="50%" y2="50%" /> }.into_any()
            } else {
                let class = if at_risk { "at-risk" } else { "worked" };
                view! { <rect class=class x=from width=percent(piece.to - piece.from) /> }.into_any()
            }
        })
        .collect();
    view! {
        <div class="cycle">
            <p class=if at_risk { "cycle-words at-risk" } else { "cycle-words" }>
                <span>
                    <b>{left}</b>
                    {format!(" {of}")}
                </span>
                <span>{due}</span>
            </p>
            <svg class="cycle-line" role="img" aria-label=label>
                {drawn}
            </svg>
        </div>
    }
}

/// The quiet notice; it lies over the page, so that nothing moves.
fn lost(page: Page) -> Option<AnyView> {
    match page.line.get() {
        LineState::Whole => None,
        LineState::Lost(_) => {
            Some(view! { <p class="quiet-notice" role="status">"No connection. It comes back by itself."</p> }.into_any())
        }
        LineState::SignedOut => Some(
            view! {
                <p class="quiet-notice" role="status">
                    "You are signed out. " <a href="/sign-in">"Sign in"</a> " to go on."
                </p>
            }
            .into_any(),
        ),
        LineState::Closed => Some(
            view! { <p class="quiet-notice" role="status">"This page has been closed to you. Ask whoever invited you."</p> }
                .into_any(),
        ),
    }
}
