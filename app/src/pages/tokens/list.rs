//! `GET /desk/tokens`

use axum::response::Response;
use domain::tokens::{self, Right, Token};
use leptos::prelude::*;

use super::LIST;
use crate::{
    components::{desk::client_path, empty::NothingYet, field::token, time::Times},
    web::{Cx, DeskTab, Frame, Operator, Page, Problem},
};

pub async fn show(Operator { cx, scope, .. }: Operator) -> Result<Response, Problem> {
    let all = tokens::list(cx.db(), &scope).await.map_err(|error| Problem::from(error).of(&cx.bare))?;
    let times = Times::of(&cx);
    Ok(Page::new(&cx, "Tokens", Frame::Desk(DeskTab::None)).show(|| view(&cx, &all, times)))
}

fn view(cx: &Cx, all: &[Token], times: Times) -> AnyView {
    let (gone, living): (Vec<&Token>, Vec<&Token>) = all.iter().partition(|token| token.revoked_at.is_some());
    view! {
        <div class="page-head">
            <div>
                <h1>"Tokens"</h1>
                <p class="page-sub">"Keys for programs: an agent that fetches its work, or one that runs the desk for you."</p>
            </div>
            <div class="page-actions">
                <a class="button" href="/docs/api">"How they are used"</a>
                <a class="button primary" href="/desk/tokens/new">"New token"</a>
            </div>
        </div>
        {if living.is_empty() { none() } else { rows(cx, &living, times) }}
        {(!gone.is_empty()).then(|| view! {
            <section class="section">
                <div class="section-head"><h2>"Taken back"</h2></div>
                {rows(cx, &gone, times)}
            </section>
        })}
    }
    .into_any()
}

fn none() -> AnyView {
    view! {
        <NothingYet heading="No program has a key" words="Make one for an agent that fetches its work itself, or for a program that looks after the desk for you. You choose what it may do, and can take it back at any time.">
            <a class="button primary" href="/desk/tokens/new">"Make a token"</a>
        </NothingYet>
    }
    .into_any()
}

fn rows(cx: &Cx, tokens: &[&Token], times: Times) -> AnyView {
    let rows: Vec<_> = tokens.iter().map(|token| row(cx, token, times)).collect();
    view! { <ul class="rows">{rows}</ul> }.into_any()
}

fn row(cx: &Cx, of: &Token, times: Times) -> AnyView {
    let used = match (of.revoked_at, of.used_at) {
        (Some(at), _) => format!("taken back {}", times.ago(at)),
        (None, Some(at)) => format!("last used {}", times.ago(at)),
        (None, None) => "never used".to_owned(),
    };
    let made = format!("made {} by {}", times.words(of.created_at), of.made_by);
    view! {
        <li class="row">
            <div class="row-words">
                <b dir="auto">{of.name.clone()}</b>
                <p class="soft">{whose(of)}", "{may(&of.rights)}</p>
                <p class="soft">{format!("{made}, {used}")}</p>
            </div>
            {of.revoked_at.is_none().then(|| revocation(cx, of))}
        </li>
    }
    .into_any()
}

/// Whose it is, and for what.
fn whose(of: &Token) -> AnyView {
    let who = match &of.agent {
        Some((agent, name)) => {
            view! { <a href=format!("/desk/agents/{agent}") dir="auto">{name.clone()}</a>"’s own" }.into_any()
        }
        None => view! { {format!("acts for {}", of.made_by)} }.into_any(),
    };
    let client = of.client.as_ref().map(|(client, name)| {
        view! { ", for "<a href=client_path(*client) dir="auto">{name.clone()}</a>" alone" }
    });
    view! { {who}{client} }.into_any()
}

/// What it may do, in words.
pub(super) fn may(rights: &[Right]) -> String {
    let words = rights.iter().map(|right| match right {
        Right::Work => "takes up runs and does them",
        Right::Read => "looks at everything",
        Right::Write => "changes what can be changed back",
        Right::Dangerous => "asks you for the rest",
    });
    words.collect::<Vec<_>>().join(", ")
}

fn revocation(cx: &Cx, of: &Token) -> AnyView {
    let id = of.id;
    let (dialog, title) = (format!("revoke-{id}"), format!("revoke-{id}-title"));
    let (label, question) = (format!("Take back {}", of.name), format!("Take back “{}”?", of.name));
    view! {
        <button class="button quiet" type="button" popovertarget=dialog.clone() aria-label=label>"Take back"</button>
        <div class="dialog" popover id=dialog.clone() role="dialog" aria-labelledby=title.clone()>
            <h2 id=title.clone() dir="auto">{question}</h2>
            <p>"The program that has it is refused from its next call on. What it did stays. It cannot be given out again: make a new one."</p>
            <form class="button-row" method="post" action=format!("{LIST}/{id}/revocation")>
                {token(cx)}
                <button class="button danger">"Take it back"</button>
                <button class="button quiet" type="button" popovertarget=dialog.clone() popovertargetaction="hide">"Keep"</button>
            </form>
        </div>
    }
    .into_any()
}
