//! A card: whose, what, its clock, who is at it, and a menu that moves it without a script.

use domain::{
    cycle::ClockState,
    desk::{BoardCard, Start},
    format::Locale,
    requests::{Card, Column},
    session::RunState,
    words,
};
use leptos::prelude::*;

use super::view::{BoardView, back};
use crate::components::{
    cycle::small,
    desk::{client_path, column_name, request_path},
    request,
};

pub(super) fn view(found: &BoardCard, shown: &BoardView) -> AnyView {
    let card = &found.card;
    let class = if found.is_ageing { "request-card ageing" } else { "request-card" };
    let page = request_path(card.client, card.number);
    let to: Vec<&str> = found.moves.iter().map(|column| column.as_str()).collect();
    let whose = match shown.client {
        Some(_) => view! { <span dir="auto">{card.client_name.clone()}</span> }.into_any(),
        None => {
            view! { <a href=client_path(card.client) dir="auto">{card.client_name.clone()}</a> }.into_any()
        }
    };
    let clocked = card.column.is_active() && card.cycle.hours > 0;
    view! {
        <article class=class data-place=format!("{page}/place") data-to=to.join(" ")>
            <div class="request-card-top">
                {whose}
                <span class="num">{format!("#{}", card.number)}</span>
                {menu(found, shown, &page)}
            </div>
            <h3><a href=page.clone() aria-describedby="board-keys" draggable="false" dir="auto">{card.title.clone()}</a></h3>
            {clocked.then(|| small(&card.cycle, shown.times.locale()))}
            <div class="request-card-foot">{foot(found, shown)}</div>
        </article>
    }
    .into_any()
}

fn foot(found: &BoardCard, shown: &BoardView) -> AnyView {
    let card = &found.card;
    match card.column {
        Column::Backlog => view! { <span>{shown.times.old(card.created_at)}</span> }.into_any(),
        Column::UpNext => view! { <span>{starts(found.start)}</span> }.into_any(),
        Column::InProgress => in_progress(card, shown.times.locale()),
        Column::Waiting => waiting(card, shown),
        Column::Review => view! { <span>{review(card)}</span> }.into_any(),
        Column::Done => view! { <span>{done(card, shown.times.locale())}</span> }.into_any(),
    }
}

fn starts(start: Option<Start>) -> String {
    match start {
        Some(Start::Next) => "starts next".to_owned(),
        Some(Start::After(number)) => format!("starts when #{number} is done"),
        Some(Start::WhenActive) => "starts when the subscription is active".to_owned(),
        Some(Start::Later) | None => "queued".to_owned(),
    }
}

/// Who is at it and what is left; what is left first where it is late.
fn in_progress(card: &Card, locale: Locale) -> AnyView {
    let late = card.cycle.at_risk || card.cycle.overdue;
    let left = match card.cycle.state {
        ClockState::Paused => "paused".to_owned(),
        _ if late => locale.short_left(card.cycle.left),
        _ => locale.short_length(card.cycle.left),
    };
    if late {
        view! { <span class="late num">{left}</span>{who(card, true)} }.into_any()
    } else {
        view! { {who(card, false)}<span class="num">{left}</span> }.into_any()
    }
}

fn who(card: &Card, brief: bool) -> AnyView {
    let agent = card.agent.clone().unwrap_or_else(|| "Someone".to_owned());
    let held_by = card.run.as_ref().and_then(|run| run.held_by);
    match card.run.as_ref().map(|run| run.state) {
        Some(RunState::Queued) if held_by.is_some() => {
            view! { <span class="late">{request::about_to_start(&agent, held_by)}</span> }.into_any()
        }
        Some(RunState::Working) => {
            let words = if brief { agent } else { format!("{agent} is working") };
            view! { <span class="at-work"><span class="pulse"></span>{words}</span> }.into_any()
        }
        Some(RunState::Queued) => view! { <span>{format!("{agent} starts soon")}</span> }.into_any(),
        Some(RunState::Suspended) => {
            view! { <span class="held">{format!("{agent} is waiting on you")}</span> }.into_any()
        }
        Some(RunState::Failed) => {
            view! { <span class="late">{format!("{agent} couldn’t finish")}</span> }.into_any()
        }
        _ => view! { <span>"not assigned"</span> }.into_any(),
    }
}

/// What is needed of the client, and since when.
fn waiting(card: &Card, shown: &BoardView) -> AnyView {
    let what = card.waiting_for.clone().unwrap_or_else(|| "Stopped".to_owned());
    let since = shown.times.ago(card.moved_at);
    view! { <span class="held" dir="auto">{what}</span><span>{since}</span> }.into_any()
}

fn review(card: &Card) -> String {
    let version =
        card.version.map_or("nothing delivered yet".to_owned(), |version| format!("version {version}"));
    match card.revisions_allowed {
        Some(allowed) => {
            format!(
                "{version} · {} of {} used",
                card.revisions_used,
                words::count(allowed.into(), "revision")
            )
        }
        None if card.revisions_used > 0 => {
            format!("{version}, {}", words::count(card.revisions_used.into(), "revision"))
        }
        None => version,
    }
}

fn done(card: &Card, locale: Locale) -> String {
    let time = locale.length(card.cycle.worked);
    match &card.done_by {
        Some(name) => format!("Done in {time} · approved by {}", domain::names::first_name(name)),
        None => format!("in {time}"),
    }
}

/// The same moves as by hand, as plain forms.
fn menu(found: &BoardCard, shown: &BoardView, page: &str) -> AnyView {
    let card = &found.card;
    let moves: Vec<_> = found
        .moves
        .iter()
        .map(|column| {
            view! { <button name="column" value=column.as_str()>{format!("Move to {}", column_name(*column))}</button> }
        })
        .collect();
    let ordered = card.column != Column::Done;
    let label = format!("Move #{} {}", card.number, card.title);
    view! {
        <details class="menu" name="menu">
            <summary aria-label=label>
                <svg viewBox="0 0 20 20" aria-hidden="true">
                    <circle cx="4" cy="10" r="1.6" />
                    <circle cx="10" cy="10" r="1.6" />
                    <circle cx="16" cy="10" r="1.6" />
                </svg>
            </summary>
            <form class="menu-list" method="post" action=format!("{page}/place")>
                <input type="hidden" name="form_token" value=shown.token.0.clone() />
                <input type="hidden" name="back" value=back(shown.client) />
                {moves}
                {ordered.then(|| view! {
                    <button name="step" value="first">"Move to top"</button>
                    <button name="step" value="up">"Move up"</button>
                    <button name="step" value="down">"Move down"</button>
                })}
            </form>
        </details>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use domain::desk::Start;

    use super::starts;

    #[test]
    fn a_card_in_line_says_when_it_starts() {
        assert_eq!(starts(Some(Start::After(12))), "starts when #12 is done");
        assert_eq!(starts(Some(Start::Next)), "starts next");
        assert_eq!(starts(None), "queued");
    }
}
