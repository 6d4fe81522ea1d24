//! On top: what it is, how it stands, who is on it, who looks, and the clock.

use domain::session::RunState;
use leptos::prelude::*;

use super::model::{ClockView, RequestView, SideView};
use crate::components::{page_head::PageHead, request::about_to_start};

pub fn view(shown: &RequestView) -> impl IntoView + use<> {
    let RequestView { above, title, asked, number, beside, .. } = shown;
    let sub = view! {
        <div class="page-sub">
            {state(beside)}
            <span dir="auto">{asked.clone()}</span>
            {agent(beside)}
            // Filled by who looks with a script; the names are shown to who asks for them.
            <span class="looking" id="looking" tabindex="0" hidden></span>
        </div>
    };
    view! {
        {PageHead::named(title).crumbs(above, &format!("#{number}")).below(sub).show()}
        {rehearsal(beside)}
        {clock(beside)}
    }
}

/// How it stands.
pub fn state(beside: &SideView) -> impl IntoView + use<> {
    let class = format!("tag {}", beside.state.map(|state| state.class()).unwrap_or_default());
    view! { <span class=class id="state">{beside.state_name.clone()}</span> }
}

pub fn agent(beside: &SideView) -> impl IntoView + use<> {
    let words = on_it(beside);
    let idle = words.is_none();
    view! { <span id="agent" hidden=idle dir="auto">{words}</span> }
}

/// Who is on it, in the words of somebody who waits for it.
fn on_it(beside: &SideView) -> Option<String> {
    let run = beside.run.as_ref()?;
    let agent = Some(run.agent.as_str()).filter(|name| !name.is_empty()).or(beside.agent.as_deref())?;
    match run.state {
        RunState::Working => Some(match beside.helpers.as_slice() {
            [] => format!("{agent} is working on it"),
            helpers => format!("{agent} is working on it with {}", beside.locale.list(helpers)),
        }),
        RunState::Suspended => Some(format!("{agent} is waiting on an answer")),
        RunState::Queued => Some(about_to_start(agent, beside.held_by)),
        RunState::Completed | RunState::Cancelled | RunState::Failed => None,
    }
}

pub fn rehearsal(beside: &SideView) -> impl IntoView + use<> {
    let notice = beside.run.as_ref().filter(|run| run.rehearsal).map(|run| {
        let rest = format!(
            " {} goes through every step as if it were real, using only what you wrote. The result is a sample.",
            run.agent,
        );
        view! {
            <div class="notice">
                <p>
                    <b>"This is a rehearsal."</b>
                    <span class="soft">{rest}</span>
                </p>
            </div>
        }
    });
    view! { <div class="piece" id="rehearsal">{notice}</div> }
}

/// The cycle: words above, the line below.
pub fn clock(beside: &SideView) -> impl IntoView + use<> {
    view! { <div class="piece" id="clock">{beside.clock.as_ref().map(cycle)}</div> }
}

fn cycle(clock: &ClockView) -> impl IntoView + use<> {
    let ClockView { stands, due, label, at_risk, pieces } = clock.clone();
    let percent = |thousandths: u16| format!("{}.{}%", thousandths / 10, thousandths % 10);
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
                <b>{stands}</b>
                <span>{due}</span>
            </p>
            <svg class="cycle-line" role="img" aria-label=label>
                {drawn}
            </svg>
        </div>
    }
}
