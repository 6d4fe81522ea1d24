//! `GET /desk/tokens`

use axum::response::Response;
use domain::tokens::{self, Right, Token};
use leptos::prelude::*;

use super::LIST;
use crate::{
    components::{
        confirmation::Confirmation, desk::client_path, empty::NothingYet, field::token, page_head::PageHead,
        time::Times,
    },
    web::{Cx, DeskTab, Frame, Operator, Page, Problem},
};

pub async fn show(Operator { cx, scope, .. }: Operator) -> Result<Response, Problem> {
    let all = tokens::queries::list(cx.db(), &scope).await?;
    let times = Times::of(&cx);
    Ok(Page::new(&cx, "Tokens", Frame::Desk(DeskTab::None)).show(|| view(&cx, &all, times)))
}

fn view(cx: &Cx, all: &[Token], times: Times) -> AnyView {
    let (gone, living): (Vec<&Token>, Vec<&Token>) = all.iter().partition(|token| token.revoked_at.is_some());
    view! {
        {PageHead::new("Tokens")
            .subtitle("Access for programs, like an agent that picks up its own work or an assistant that manages the desk.")
            .actions(view! { <a class="button" href="/docs/api">"API docs"</a>
                <a class="button primary" href="/desk/tokens/new">"New token"</a> })
            .show()}
        {if living.is_empty() { none() } else { rows(cx, &living, times) }}
        {(!gone.is_empty()).then(|| view! {
            <section class="section">
                <div class="section-head"><h2>"Revoked"</h2></div>
                {rows(cx, &gone, times)}
            </section>
        })}
    }
    .into_any()
}

fn none() -> AnyView {
    view! {
        <NothingYet heading="No API tokens yet" words="Create one for an agent that picks up its own work, or for a program that manages the desk. You choose what it can do, and you can revoke it any time.">
            <a class="button primary" href="/desk/tokens/new">"Create token"</a>
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
        (Some(at), _) => format!("revoked {}", times.ago(at)),
        (None, Some(at)) => format!("last used {}", times.ago(at)),
        (None, None) => "never used".to_owned(),
    };
    let made = format!("created {} by {}", times.words(of.created_at), of.made_by);
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
            view! { <a href=format!("/desk/agents/{agent}") dir="auto">{name.clone()}</a>"’s token" }
                .into_any()
        }
        None => view! { {format!("acts as {}", of.made_by)} }.into_any(),
    };
    let client = of.client.as_ref().map(|(client, name)| {
        view! { ", for "<a href=client_path(*client) dir="auto">{name.clone()}</a>" alone" }
    });
    view! { {who}{client} }.into_any()
}

/// What it may do, in words.
pub(super) fn may(rights: &[Right]) -> String {
    let words = rights.iter().map(|right| match right {
        Right::Work => "claims and completes runs",
        Right::Read => "reads everything",
        Right::Write => "makes reversible changes",
        Right::Dangerous => "asks for anything else",
    });
    words.collect::<Vec<_>>().join(", ")
}

fn revocation(cx: &Cx, of: &Token) -> AnyView {
    let id = of.id;
    let dialog = format!("revoke-{id}");
    let (label, question) = (format!("Revoke {}", of.name), format!("Revoke “{}”?", of.name));
    view! {
        <button class="button quiet" type="button" popovertarget=dialog.clone() aria-label=label>"Revoke"</button>
        {Confirmation {
            id: dialog.clone(),
            question,
            action: format!("{LIST}/{id}/revocation"),
            keep: "Cancel",
        }
        .show("Any program using it will be blocked right away. Past activity stays. You can’t undo this, but you can create a new token.", view! {
            {token(cx)}
            <button class="button danger">"Revoke token"</button>
        })}
    }
    .into_any()
}
