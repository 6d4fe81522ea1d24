//! What waits on the client: questions, and work to look at.

use domain::{
    approvals::Approval,
    requests::{Card, Column},
};
use leptos::prelude::*;

use super::HomeView;
use crate::components::{answers::buttons, request};

/// The second question.
pub fn question(glance: &HomeView) -> AnyView {
    let rows: Vec<_> = glance.home.waiting_on_me.iter().map(|card| row(card, glance)).collect();
    let list = if rows.is_empty() {
        view! { <p class="soft">"Nothing needs your attention."</p> }.into_any()
    } else {
        view! { <div class="request-list">{rows}</div> }.into_any()
    };
    view! {
        <section class="question" aria-labelledby="q-waiting">
            <h2 id="q-waiting">"Waiting on you"</h2>
            {list}
        </section>
    }
    .into_any()
}

fn row(card: &Card, glance: &HomeView) -> AnyView {
    let asked = glance.approvals.iter().find(|approval| approval.request == card.id);
    match (asked, card.column) {
        (Some(approval), _) => asks(card, approval, glance),
        (None, Column::Review) => to_review(card),
        (None, _) => needs(card),
    }
}

/// A question with its answers: one press settles it.
fn asks(card: &Card, approval: &Approval, glance: &HomeView) -> AnyView {
    let agent = card.agent.clone().unwrap_or_else(|| "us".to_owned());
    let meta =
        format!("#{} {} · {agent} asked {}", card.number, card.title, glance.times.ago(approval.created_at));
    let until = format!("Answer by {}", glance.times.words(approval.expires_at));
    let page = request::path(card.number);
    view! {
        <article class="request-row waiting">
            <h3><a href=page.clone() dir="auto">{approval.question.clone()}</a></h3>
            <p class="request-row-meta">{meta}</p>
            {glance.may_work.then(|| answers(approval, &page, until, glance))}
        </article>
    }
    .into_any()
}

fn answers(approval: &Approval, page: &str, until: String, glance: &HomeView) -> impl IntoView + use<> {
    let action = format!("{page}/approval/{}", approval.id);
    let token = glance.token.0.clone();
    view! {
        <form class="button-row" method="post" action=action>
            <input type="hidden" name="form_token" value=token />
            {buttons(&approval.options)}
            <p>{until}</p>
        </form>
    }
}

fn to_review(card: &Card) -> AnyView {
    let version = card.version.map_or(String::new(), |version| format!("version {version} "));
    let meta = match &card.agent {
        Some(agent) => format!("#{}, {version}by {agent}", card.number),
        None => format!("#{} {version}", card.number),
    };
    let page = request::path(card.number);
    view! {
        <article class="request-row waiting">
            <h3><a href=page.clone() dir="auto">{card.title.clone()}</a></h3>
            <p class="request-row-meta">{request::tag(Column::Review)}<span>{meta}</span></p>
            <p class="button-row"><a class="button primary" href=page>"Review"</a></p>
        </article>
    }
    .into_any()
}

/// It waits without a question, after a stop or a failure.
fn needs(card: &Card) -> AnyView {
    let what = card.waiting_for.clone().unwrap_or_else(|| "Tell us how to proceed.".to_owned());
    let page = request::path(card.number);
    view! {
        <article class="request-row waiting">
            <h3><a href=page dir="auto">{card.title.clone()}</a></h3>
            <p class="request-row-meta">{format!("#{}", card.number)}</p>
            <p dir="auto">{what}</p>
        </article>
    }
    .into_any()
}
