//! Where one speaks: to everyone, or to the agent while it is at work. A plain form; with a script it stays on the page
//! and keeps what was typed until it has arrived.

use leptos::prelude::*;

use super::model::{PageContext, SideView};
use crate::web::textarea_text;

pub fn view(place: &PageContext, beside: &SideView) -> Option<impl IntoView + use<>> {
    if !place.may_work {
        return None;
    }
    let words = words(beside);
    let refused = (!place.refused.is_empty()).then(|| {
        let refused = place.refused.clone();
        view! { <p class="field-error" role="alert">{refused}</p> }
    });
    Some(view! {
        <form class="composer" id="composer" method="post" action=place.under(target(beside)) data-send data-draft=place.base.clone()>
            <input type="hidden" name="form_token" value=place.token.clone() />
            <label class="visually-hidden" for="say" dir="auto">{words.clone()}</label>
            <textarea dir="auto" id="say" name="text" rows="1" required maxlength="20000" placeholder=words>
                {textarea_text(&place.draft)}
            </textarea>
            <div class="composer-actions">
                <button class="button icon clip" type="button" aria-label="Add files" data-opens="files">
                    <svg viewBox="0 0 20 20" aria-hidden="true">
                        <path d="M16 9.5l-6.3 6.3a3.7 3.7 0 01-5.2-5.2L11 4.1a2.5 2.5 0 013.5 3.5L8.3 13.8a1.2 1.2 0 01-1.7-1.7L12 6.7" />
                    </svg>
                </button>
                {work(place, beside)}
                <button class="button primary">"Send"</button>
            </div>
            {refused}
        </form>
    })
}

fn words(beside: &SideView) -> String {
    match beside.at_work() {
        Some(agent) if !agent.is_empty() => format!("Message {agent}…"),
        _ => "Write a message…".to_owned(),
    }
}

/// What is said goes to the agent while one is at work.
fn target(beside: &SideView) -> &'static str {
    if beside.at_work().is_some() { "steer" } else { "comments" }
}

/// Stop, while there is something to stop; and for the script, where words go now.
pub fn work(place: &PageContext, beside: &SideView) -> impl IntoView + use<> {
    let stop = beside.at_work().is_some().then(|| {
        view! { <button class="button danger" formaction=place.under("stop") formnovalidate>"Stop work"</button> }
    });
    view! {
        <span class="piece" id="work" data-action=place.under(target(beside)) data-words=words(beside)>
            {stop}
        </span>
    }
}
